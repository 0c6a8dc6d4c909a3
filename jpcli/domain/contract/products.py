"""Products and their prices."""

from __future__ import annotations

from typing import Annotated, TypedDict

from jpcli.domain.contract.values import ChangeAnswer, Count, Currency, Date, OneOf, Price

_Held = TypedDict(
    "_Held",
    {
        "from": Date,  # the first day on which it holds
    },
)


class PriceObject(_Held):
    """A price and the day from which it holds (M2)."""

    day_price: Price


class OfferObject(TypedDict):
    """A product as it is sold: alone, or as a bundle of one size."""

    product: str
    name: str
    family: str
    bundle_size: Count | None  # null: alone
    day_price: Price | None  # today's; null: it has none yet
    currency: Currency
    prices: list[PriceObject]  # every price it had and will have, by date
    since: Date | None  # from when on today's price holds; null: it has none yet


class OffersAnswer(ChangeAnswer):
    """Each way in which a product is sold."""

    products: list[OfferObject]


class OfferListAnswer(OffersAnswer):
    """The whole price list."""

    currency: Currency


class OffersImportedAnswer(OfferListAnswer):
    """The price list as it is now, and what was new in the file."""

    imported: Count  # prices
    unchanged: Count  # prices that were known


_Since = TypedDict(
    "_Since",
    {
        "from": Date | None,  # null: the day on which it is imported
    },
)


class PriceRow(_Since):
    """A row of a price list, as `products import` takes it."""

    product: str
    name: str
    family: str
    amount: Price | None  # null: to be filled in
    price_interval: Annotated[str, OneOf("day", "month")]
    currency: Currency | None  # null: the ledger's
    bundle_size: Count  # 1: alone


class PriceTemplateAnswer(TypedDict):
    """A price list to begin with: what ships with jpcli, without amounts."""

    products: list[PriceRow]
