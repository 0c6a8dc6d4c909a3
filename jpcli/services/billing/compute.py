"""A month's lines: summed from the spans, or read back where it is closed.

Owns which of the two it is, and that a preview and a closing get theirs from the same function
(I1). The rules are in `domain.calculator` and `domain.adjustments`, the sums in `period`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from jpcli.domain.errors import JpcliError
from jpcli.domain.events import LATEST_SEQ
from jpcli.domain.moments import names_a_day
from jpcli.domain.periods import month_of, month_period, parse_month
from jpcli.ledger.events.log import latest_at
from jpcli.ledger.queries import days, invoice_lines, invoices, products
from jpcli.ledger.queries.wishes import at_jetpack
from jpcli.ledger.snapshots.snapshot import NOW
from jpcli.services.billing.period import Computed, as_closed, offer_part, sum_period
from jpcli.services.billing.waiting import AsOf, next_to_close

if TYPE_CHECKING:
    from jpcli.domain.periods import Period
    from jpcli.ledger.queries.invoices import Invoice
    from jpcli.services.desk import Desk


class Question(NamedTuple):
    """What to preview: a month `YYYY-MM` (default: the one it is), as of when, grouped by what,
    with what added (`markup` in percent), supposing which changes, and of which client alone (its
    name, `""` for what is nobody's)."""

    month: str | None = None
    by: str | None = None
    markup: str | None = None
    as_of: str | None = None
    revoke: tuple[str, ...] = ()
    issue: tuple[str, ...] = ()
    details: bool = False
    client: str | None = None


def compute(desk: Desk, question: Question) -> Computed:
    """The lines of the month asked for; with `as_of` as it stood at that instant, corrections and
    credit too.

    Raises BadInput (`bad_month`, `bad_instant`, what-if errors) or Failed (`no_price`).
    """
    ledger = desk.ledger
    as_of_at = _as_of_at(desk, question.as_of)
    today, before_seq = as_of_question(desk, question, as_of_at)
    label = question.month or month_of(ledger.calendar, today)
    period = month_period(ledger.calendar, *parse_month(label))
    supposed = bool(question.revoke or question.issue)
    if not supposed:
        invoice = invoices.of_period(ledger, label, before_seq)
        if invoice is not None:
            return _closed(desk, period, invoice, as_of_at)
    snapshot = NOW
    standing_at = as_of_at
    if question.as_of is None and at_jetpack(ledger):
        # Its clock counts, also where it is ahead of ours: what it has done is done.
        standing_at = max(as_of_at, latest_at(ledger))
    if supposed or standing_at < latest_at(ledger):
        from jpcli.services.billing.what_if import supposed_snapshot

        snapshot = supposed_snapshot(desk, standing_at, question.revoke, question.issue)
    computed = sum_period(desk, period, today, snapshot)
    computed = computed._replace(as_of_at=as_of_at, before_seq=before_seq)
    from jpcli.services.billing.adjustments import with_corrections

    return with_corrections(desk, computed)


def corrects_any(desk: Desk) -> bool:
    """Whether the next invoice, as things stand, corrects anything."""
    try:
        computed = compute(desk, Question(next_to_close(desk)))
    except JpcliError:  # for whoever closes it
        return True
    return any(line.kind == "adjustment" for line in computed.lines)


def as_of_question(desk: Desk, question: Question, as_of_at: int) -> AsOf:
    """The day of a question, and how the invoices stood then; without `as_of` as they stand."""
    before_seq = LATEST_SEQ
    if question.as_of is not None:
        before_seq = invoices.standing_at(desk.ledger, as_of_at)
    return AsOf(desk.ledger.calendar.day_of(as_of_at), before_seq)


def of_invoice(desk: Desk, invoice: Invoice) -> Computed:
    """A closed invoice as it was billed, also one that is void."""
    period = month_period(desk.ledger.calendar, *parse_month(invoice.period))
    return _closed(desk, period, invoice, desk.now_at)


def _closed(desk: Desk, period: Period, invoice: Invoice, as_of_at: int) -> Computed:
    """I2: a closed month is what was billed, whatever was recorded since."""
    ledger = desk.ledger
    lines = invoice_lines.lines_of(ledger, invoice.id)
    parts = tuple(
        offer_part(desk, line.product, line.bundle_size)
        if line.kind in ("license", "bundle")
        else None
        for line in lines
    )
    billed = [line for line, part in zip(lines, parts, strict=True) if part is not None]
    used = [part for part in parts if part is not None]
    snapshot = as_closed(desk, invoice, period)
    if len(set(used)) == len(used):
        licenses = sum(line.licenses for line in billed)
        unassigned = sum(line.unassigned for line in billed)
    else:
        offers = products.priced_offers(ledger)
        licenses, unassigned = days.count_used(ledger, offers, period, snapshot)
    today = max(period.last_day, ledger.calendar.day_of(as_of_at))
    return Computed(
        period=period,
        as_of_at=as_of_at,
        today=today,
        lines=lines,
        parts=parts,
        licenses=licenses,
        unassigned=unassigned,
        snapshot=snapshot,
        before_seq=invoice.id,
        invoice=invoice,
    )


def _as_of_at(desk: Desk, text: str | None) -> int:
    """`--as-of`: an instant, or a date, which means the end of that billing day."""
    if text is None:
        return desk.now_at
    at = desk.instant(text, end_of_day=True)
    return at if names_a_day(text) else desk.ledger.calendar.checked(at, text)
