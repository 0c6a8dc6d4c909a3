"""A month's lines: summed from the spans, or read back where it is closed.

Owns which of the two it is, and that a preview and a closing get theirs from the same function
(I1). The rules are in `domain.invoice` and `domain.closing`, the sums in `ledger.billing`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from jpcli.domain.instants import is_date, parse_date, parse_instant
from jpcli.domain.invoice import compute_lines
from jpcli.domain.periods import month_of, month_period, parse_month
from jpcli.ledger import billing, catalog, invoices
from jpcli.ledger.overlay import as_recorded, latest_at

if TYPE_CHECKING:
    from jpcli.domain.invoice import Line
    from jpcli.domain.periods import Period
    from jpcli.ledger.billing import OfferPart, Window
    from jpcli.ledger.invoices import Invoice
    from jpcli.ledger.overlay import Overlay
    from jpcli.services.desk import Desk


class Question(NamedTuple):
    """What to preview: a month `YYYY-MM` (default: the one it is), as of when, grouped by what,
    with what added (`markup` in percent), supposing which changes."""

    month: str | None = None
    by: str | None = None
    markup: str | None = None
    as_of: str | None = None
    revoke: tuple[str, ...] = ()
    issue: tuple[str, ...] = ()
    details: bool = False


class Computed(NamedTuple):
    """The lines of one month. `parts` has, for each line, the licenses that its holders are
    counted by, or None for adjustments and credit. `source` is what the sums were read from.
    `settled_seq` is the event up to which earlier months were settled before this one, and
    `invoice` the closed one when there is one."""

    period: Period
    as_of_at: int
    today: int
    lines: tuple[Line, ...]
    parts: tuple[OfferPart | None, ...]
    licenses: int
    unassigned: int
    source: str
    overlay: Overlay | None
    invoice: Invoice | None = None


def compute(desk: Desk, question: Question) -> Computed:
    """The lines of the month asked for.

    Raises BadInput (`bad_month`, `bad_instant`, what-if errors) or Failed (`no_price`).
    """
    ledger = desk.ledger
    as_of_at = _as_of_at(desk, question.as_of)
    today = ledger.calendar.day_of(as_of_at)
    label = question.month or month_of(ledger.calendar, today)
    period = month_period(ledger.calendar, *parse_month(label))
    supposed = bool(question.revoke or question.issue)
    if question.as_of is None and not supposed:
        invoice = invoices.of_period(ledger, label)
        if invoice is not None:
            return _closed(desk, period, invoice, as_of_at)
    overlay = None
    if supposed or as_of_at < latest_at(ledger):
        from jpcli.services.whatif import build_overlay

        overlay = build_overlay(desk, as_of_at, question.revoke, question.issue)
    computed = sum_period(desk, period, today, overlay)._replace(as_of_at=as_of_at)
    if question.as_of is not None:
        return computed
    from jpcli.services.corrections import corrections

    extra = corrections(desk, computed)
    return computed._replace(
        lines=(*computed.lines, *extra), parts=(*computed.parts, *(None for _ in extra))
    )


def of_invoice(desk: Desk, invoice: Invoice) -> Computed:
    """A closed invoice as it was billed, also one that is void."""
    period = month_period(desk.ledger.calendar, *parse_month(invoice.period))
    return _closed(desk, period, invoice, desk.now_at)


def sum_period(desk: Desk, period: Period, today: int, overlay: Overlay | None) -> Computed:
    """The days of a month as lines, without what corrects other months."""
    ledger = desk.ledger
    source = billing.SPANS if overlay is None else overlay.source
    offers = catalog.priced_offers(ledger)
    summed = [
        (part, days)
        for part, days in billing.sum_lines(ledger, offers, period, today, source)
        if days.days
    ]
    lines = compute_lines([days for _, days in summed], ledger.currency)
    parts = tuple(part for part, _ in summed)
    # With one line an offer its counts are the month's; a price change makes more, so ask again.
    if len(set(parts)) == len(parts):
        licenses = sum(line.licenses for line in lines)
        unassigned = sum(line.unassigned for line in lines)
    else:
        licenses, unassigned = billing.count_used(ledger, offers, period, source)
    return Computed(period, desk.now_at, today, lines, parts, licenses, unassigned, source, overlay)


def window_of(computed: Computed, line: Line) -> Window:
    """The days over which a line was summed."""
    return billing.Window(line.first_day, line.last_day, computed.today)


def offer_part(desk: Desk, product: str, bundle_size: int) -> OfferPart:
    """The licenses that are used under an offer: singles, or a bundle's children."""
    offer_id = catalog.bundle_sizes(desk.ledger, product)[bundle_size]
    return billing.OfferPart(offer_id, int(bundle_size > 1))


def as_closed(desk: Desk, invoice: Invoice, period: Period) -> Overlay | None:
    """The licenses of a month as they were recorded when an invoice was closed."""
    return as_recorded(desk.ledger, invoice.id, desk.ledger.calendar.end_of(period.last_day))


def _closed(desk: Desk, period: Period, invoice: Invoice, as_of_at: int) -> Computed:
    """I2: a closed month is what was billed, whatever was recorded since."""
    ledger = desk.ledger
    lines = invoices.lines_of(ledger, invoice.id)
    parts = tuple(
        offer_part(desk, line.product, line.bundle_size)
        if line.kind in ("license", "bundle")
        else None
        for line in lines
    )
    billed = [line for line, part in zip(lines, parts, strict=True) if part is not None]
    used = [part for part in parts if part is not None]
    overlay = as_closed(desk, invoice, period)
    source = billing.SPANS if overlay is None else overlay.source
    if len(set(used)) == len(used):
        licenses = sum(line.licenses for line in billed)
        unassigned = sum(line.unassigned for line in billed)
    else:
        offers = catalog.priced_offers(ledger)
        licenses, unassigned = billing.count_used(ledger, offers, period, source)
    today = max(period.last_day, ledger.calendar.day_of(as_of_at))
    return Computed(
        period, as_of_at, today, lines, parts, licenses, unassigned, source, overlay, invoice
    )


def _as_of_at(desk: Desk, text: str | None) -> int:
    """`--as-of`: an instant, or a date, which means the end of that billing day."""
    if text is None:
        return desk.now_at
    if not is_date(text):
        return desk.ledger.calendar.checked(parse_instant(text), text)
    calendar = desk.ledger.calendar
    day = calendar.day_of_date(parse_date(text))
    end_at = calendar.end_of(day) - 1
    return min(end_at, desk.now_at) if day == desk.today else end_at
