"""A statement: what one month costs, for the agency or for one of its clients, ready to be written.

Owns the shape alone. Amounts are minor units and include the markup, if there is one; days are ISO
dates. Every sum here is exact: sites add up to their client, clients to the total (M5).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable


class StatementLine(NamedTuple):
    """One line. `days` are what is billed: license-days, or bundle-days on a line of bundles; on a
    client's statement always the license-days of its sites. `day_price_e12` is None where days
    times a price is not how the amount came to be. `period` is the month that an adjustment
    corrects; `first_day` and `last_day` are None for credit."""

    kind: str
    product: str | None
    name: str
    bundle_size: int
    first_day: str | None
    last_day: str | None
    days: int
    license_days: int
    day_price_e12: int | None
    amount_minor: int
    period: str | None = None


class SitePart(NamedTuple):
    """What one site has of a statement; None is licenses on no site. Days are license-days."""

    site: str | None
    days: int
    amount_minor: int


class ClientPart(NamedTuple):
    """What one client has; None is what belongs to no client. Its sites' amounts and the credit
    add up to its amount. The sites may be very many: they are made as they are read, again and
    again."""

    client: str | None
    days: int
    amount_minor: int
    sites: Iterable[SitePart]
    credit_minor: int = 0


class DayCount(NamedTuple):
    """How many licenses were active on a day; `known` is false for days still to come."""

    day: str
    licenses: int
    known: bool = True


class Whose(NamedTuple):
    """That a statement is for one client alone; None for what belongs to no client."""

    client: str | None


class Party(NamedTuple):
    """Who sends a statement, or gets it, besides the name; "" is not known."""

    address: str = ""
    tax_id: str = ""


class Statement(NamedTuple):
    """One month's bill. `number` is None for a preview, whose `status` is `preview`. `issued` and
    `due` are dates, `made_at` is the instant (microseconds) of the closing, or of the preview.
    `whose` is None for the whole bill. A month before the books is `settled_elsewhere` (I7): a
    preview that never becomes an invoice. `discount` is the percentage that is off its amounts.
    `head` is the hash (hex) of the event that closed it, or of the last one there is: who notes it
    down can have it proved later that nothing before it was rewritten. `own_number` is that of one
    client's statement, where it has one. `payment_note` says how to pay, and `markup` is the
    percentage in its amounts as it was typed."""

    agency: str
    number: str | None
    period: str
    first_day: str
    last_day: str
    as_of_day: str
    time_zone: str
    currency: str
    status: str
    past_due: bool
    issued: str | None
    due: str | None
    paid: str | None
    made_at: int
    content_hash: str | None
    whose: Whose | None
    lines: tuple[StatementLine, ...]
    clients: tuple[ClientPart, ...]
    per_day: tuple[DayCount, ...]
    total_minor: int
    amount_paid_minor: int
    settled_elsewhere: bool = False
    discount: str = ""
    head: str = ""
    own_number: str | None = None
    sender: Party = Party()
    receiver: Party = Party()
    payment_note: str = ""
    markup: str | None = None

    @property
    def is_preview(self) -> bool:
        """Whether nothing is billed yet."""
        return self.number is None
