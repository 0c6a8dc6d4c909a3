"""How a month's bill differs from another's, and whose part of it."""

from __future__ import annotations

from typing import Annotated, NotRequired, TypedDict

from jpcli.domain.answers import Rows
from jpcli.domain.contract.values import (
    Count,
    Currency,
    Days,
    InvoiceNumber,
    MoneyObject,
    Month,
    OneOf,
)


class ChangePart(TypedDict):
    """One reason why a bill changed."""

    reason: Annotated[
        str, OneOf("issued", "revoked", "price", "month_length", "adjustments", "credit")
    ]
    amount: MoneyObject
    days: Days | None  # null where the reason is none of days


class ProductChange(TypedDict):
    """How one product's part of a bill changed, or, without a product, credit."""

    product: str | None
    name: str
    bundle_size: Count | None
    from_amount: MoneyObject
    to_amount: MoneyObject
    parts: list[ChangePart]
    difference: MoneyObject


class ChangedKey(TypedDict):
    """Whose part changed: the one of these that `by` names."""

    client: NotRequired[str | None]  # null: what belongs to no client
    site: NotRequired[str | None]


class GroupChange(ChangedKey):
    """How one client's or site's part of a bill changed; days are license-days."""

    from_days: Days
    to_days: Days
    from_amount: MoneyObject
    to_amount: MoneyObject
    difference: MoneyObject


_Months = TypedDict("_Months", {"from": Month, "to": Month})


class DiffAnswer(_Months):
    """What made the bill go up or down; every sum is exact."""

    agency: str
    time_zone: str
    currency: Currency
    from_invoice: InvoiceNumber | None  # null: not closed
    to_invoice: InvoiceNumber | None
    from_settled_elsewhere: bool  # it lies before the books begin (I7)
    to_settled_elsewhere: bool
    from_open: bool  # it is not over
    to_open: bool
    from_total: MoneyObject
    to_total: MoneyObject
    difference: MoneyObject
    sentence: str  # from the earlier month to the later one, in words
    parts: list[ChangePart]  # of all products together
    products: list[ProductChange]
    by: NotRequired[Annotated[str, OneOf("client", "site")]]
    groups: NotRequired[Rows[GroupChange]]  # with `--by`, the largest change first


class DrawnDiff(DiffAnswer):
    """The same as it is drawn: at most so many groups, 0 for all."""

    limit: int
