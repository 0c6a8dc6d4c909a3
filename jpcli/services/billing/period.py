"""One month's days as lines: summed from the spans, or from what lies over them.

Owns the sums of a month by itself; what other months leave to it is in `adjustments`, whether it
is closed in `compute`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from jpcli.domain.calculator import compute_lines
from jpcli.domain.events import LATEST_SEQ
from jpcli.domain.money import with_markup
from jpcli.domain.periods import month_period, parse_month
from jpcli.ledger.queries import days as day_queries
from jpcli.ledger.queries import products

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from jpcli.domain.calculator import Line
    from jpcli.domain.periods import Period
    from jpcli.domain.shares import Holder, Share
    from jpcli.ledger.queries.days import OfferPart, Window
    from jpcli.ledger.queries.invoices import Invoice
    from jpcli.ledger.queries.products import PricedOffer
    from jpcli.ledger.snapshots.snapshot import Snapshot
    from jpcli.services.desk import Desk


class Part(Protocol):
    """What the lines of a month are where they are one client's part of it."""

    def own_markup(self) -> str:
        """The percent that is put on top of this client's bills; of a closed month as it was at its
        closing (I8), 0 where there is none."""

    def marked(self, markup_e6: int) -> list[Line]:
        """The same lines with a markup on the whole bill's, split as those are."""

    def days_by_site(self, position: int) -> Iterable[tuple[int | None, int, int]] | None:
        """The days of a line by site as they were kept at closing (I8), in the order in which equal
        remainders are served; None of an open month."""

    def other(self, position: int, by: str, markup_e6: int | None) -> Mapping[Any, Share]:
        """The parts of a correction by what a preview is grouped by."""


class Computed(NamedTuple):
    """The lines of one month. `parts` has, for each line, the licenses that its holders are
    counted by, or None for adjustments and credit; `shares` for those, on a month that is not
    closed, whose part is what. `snapshot` is what the sums were read from, `before_seq` the event
    before which the invoices stood as they do here, and `invoice` the closed one if there is one.
    `whose` is there where all of it is but one client's part.
    """

    period: Period
    as_of_at: int
    today: int
    lines: tuple[Line, ...]
    parts: tuple[OfferPart | None, ...]
    licenses: int
    unassigned: int
    snapshot: Snapshot
    shares: tuple[Mapping[Holder, Share] | None, ...] = ()
    before_seq: int = LATEST_SEQ
    invoice: Invoice | None = None
    whose: Part | None = None


def marked(computed: Computed, markup_e6: int, currency: str) -> list[Line]:
    """The lines of a month with a markup on their amounts; of one client's part, what it has of
    the whole bill's lines with a markup on theirs."""
    if computed.whose is not None:
        return computed.whose.marked(markup_e6)
    return marked_lines(computed.lines, markup_e6, currency)


def marked_lines(lines: Iterable[Line], markup_e6: int, currency: str) -> list[Line]:
    """Lines with a markup on their amounts."""
    return [
        line._replace(
            to_date_minor=with_markup(line.to_date_minor, markup_e6, currency),
            amount_minor=with_markup(line.amount_minor, markup_e6, currency),
        )
        for line in lines
    ]


def sum_period(
    desk: Desk,
    period: Period,
    today: int,
    snapshot: Snapshot,
    offers: list[PricedOffer] | None = None,
) -> Computed:
    """The days of a month as lines, without what corrects other months; `offers` are those of now
    unless others are given. Raises Failed `no_price`."""
    ledger = desk.ledger
    offers = products.priced_offers(ledger) if offers is None else offers
    summed = [
        (part, days)
        for part, days in day_queries.sum_lines(ledger, offers, period, today, snapshot)
        if days.days
    ]
    lines = compute_lines([days for _, days in summed], ledger.currency)
    parts = tuple(part for part, _ in summed)
    # With one line an offer its counts are the month's; a price change makes more, so ask again.
    if len(set(parts)) == len(parts):
        licenses = sum(line.licenses for line in lines)
        unassigned = sum(line.unassigned for line in lines)
    else:
        licenses, unassigned = day_queries.count_used(ledger, offers, period, snapshot)
    shares = (None,) * len(lines)
    return Computed(
        period, desk.now_at, today, lines, parts, licenses, unassigned, snapshot, shares
    )


def unsummed(desk: Desk, period: Period, snapshot: Snapshot) -> Computed:
    """A whole month whose days can be counted, without lines of its own."""
    return Computed(period, desk.now_at, period.last_day, (), (), 0, 0, snapshot)


def window_of(computed: Computed, line: Line) -> Window:
    """The days over which a line was summed."""
    return day_queries.Window(line.first_day, line.last_day, computed.today)


def offer_part(desk: Desk, product: str, bundle_size: int) -> OfferPart:
    """The licenses that are used under an offer: singles, or a bundle's children."""
    offer_id = products.bundle_sizes(desk.ledger, product)[bundle_size]
    return day_queries.OfferPart(offer_id, int(bundle_size > 1))


def recorded_month(desk: Desk, label: str, seq: int) -> Computed:
    """A whole month as the events before `seq` have it: licenses, clients and prices (I8)."""
    from jpcli.ledger.snapshots.overlay import as_recorded

    ledger = desk.ledger
    period = month_period(ledger.calendar, *parse_month(label))
    snapshot = as_recorded(ledger, seq - 1, ledger.calendar.end_of(period.last_day))
    offers = products.priced_offers_as_recorded(ledger, seq - 1)
    return sum_period(desk, period, period.last_day, snapshot, offers)


def as_closed(desk: Desk, invoice: Invoice, period: Period) -> Snapshot:
    """The licenses of a month as they were recorded when an invoice was closed."""
    from jpcli.ledger.snapshots.overlay import as_recorded

    return as_recorded(desk.ledger, invoice.id, desk.ledger.calendar.end_of(period.last_day))
