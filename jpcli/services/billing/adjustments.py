"""What the next invoice carries for earlier months: adjustments and credit (I3).

Owns which month is the next to be closed, which closed months may have changed, and what each
of them comes to now. A month that nothing reached since the last closing is not summed again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jpcli.domain.adjustments import (
    OfferKey,
    adjustment_lines,
    credit_line,
    invoice_number,
    sums_of,
)
from jpcli.domain.answers import Note
from jpcli.domain.periods import month_label, month_of, next_month, parse_month
from jpcli.domain.shares import NOBODY, Share
from jpcli.ledger.queries import invoices
from jpcli.services.billing.books import books_begin, first_to_close
from jpcli.services.billing.period import AsOf, sum_period

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from jpcli.domain.calculator import Line
    from jpcli.domain.periods import Period
    from jpcli.domain.shares import Holder
    from jpcli.services.billing.adjustment_shares import Corrected
    from jpcli.services.billing.period import Computed
    from jpcli.services.desk import Desk


def waiting_months(desk: Desk, as_of: AsOf | None = None) -> list[str]:
    """I2: months that are over and have no invoice, the oldest first; it is closed next.

    The first month is that of the first active day, and none before the books begin (I7).
    """
    today, before_seq = as_of or AsOf(desk.today, invoices.LATEST_SEQ)
    this_month = month_of(desk.ledger.calendar, today)
    closed = invoices.closed_periods(desk.ledger, before_seq)
    return [label for label in _months(desk, today) if label < this_month and label not in closed]


def next_to_close(desk: Desk, as_of: AsOf | None = None) -> str:
    """The month whose invoice comes next: the oldest that waits, else the present one, or the one
    the books begin with where that is still to come."""
    waiting = waiting_months(desk, as_of)
    if waiting:
        return waiting[0]
    today = desk.today if as_of is None else as_of.today
    return max(month_of(desk.ledger.calendar, today), books_begin(desk.ledger) or "")


def reach_note(desk: Desk, before_day: int) -> Note | None:
    """A remark when a change reached into closed months further than what was known to
    (`before_day`): the next invoice carries the correction."""
    day = invoices.unsettled_day(desk.ledger)
    if day >= before_day or day == 0:  # 0: an invoice was voided, which says so itself
        return None
    reached = [invoice.period for invoice in invoices.closed_reaching(desk.ledger, day + 1)]
    if not reached:
        return None
    carrier = next_to_close(desk)
    number = invoice_number(carrier, invoices.count_of_period(desk.ledger, carrier))
    months = reached[0] if len(reached) == 1 else f"{reached[0]} to {reached[-1]}"
    message = f"{months} is closed; {number} will carry what this changes there"
    hint = f"See it:   jpcli invoice preview {carrier}"
    return Note("closed_period", message, "info", number, hint)


def with_corrections(desk: Desk, computed: Computed) -> Computed:
    """A month with adjustment lines, then a credit line, where it is the next to be closed; as it
    is where it is not. A what-if (an overlay) is supposed for closed months, too."""
    ledger, before_seq = desk.ledger, computed.before_seq
    as_of = AsOf(computed.today, before_seq)
    if not invoices.any_invoice(ledger, before_seq):
        return computed
    if computed.period.label != next_to_close(desk, as_of):
        return computed
    from jpcli.services.billing.adjustment_shares import HOLDER, Corrected

    first_day = 0 if computed.overlay is not None else invoices.unsettled_day(ledger)
    corrected = Corrected(desk, HOLDER)
    lines, shares = list(computed.lines), list(computed.shares)
    for invoice in invoices.closed_reaching(ledger, first_day, before_seq):
        month = sum_period(desk, invoice.billing_period, computed.today, computed.overlay)
        _adjust(desk, corrected, before_seq, month, month.period, lines, shares)
    # A month that is billed again, after its invoice was voided, takes back what later invoices
    # had adjusted for it: its own lines have all of it now.
    _adjust(desk, corrected, before_seq, None, computed.period, lines, shares)
    credit = credit_line(lines, invoices.credit_minor(ledger, before_seq))
    if credit is not None:
        lines.append(credit)
        shares.append({NOBODY: Share(0, credit.amount_minor)} if credit.amount_minor else {})
    parts = (*computed.parts, *(None for _ in range(len(lines) - len(computed.lines))))
    return computed._replace(lines=tuple(lines), parts=parts, shares=tuple(shares))


def _adjust(
    desk: Desk,
    corrected: Corrected,
    before_seq: int,
    month: Computed | None,
    period: Period,
    lines: list[Line],
    shares: list[Mapping[Holder, Share] | None],
) -> None:
    """Add what corrects one month to `lines` and `shares`."""
    ledger, label = desk.ledger, period.label
    billed = [line for _, _, line in invoices.lines_about(ledger, label, before_seq)]
    now = () if month is None else month.lines
    if not billed and not now:
        return
    from jpcli.services.billing.adjustment_shares import with_rest

    by_holder = corrected.of_month(month, label, before_seq)
    # The latest price of the month stands on the line; what is now goes before what was.
    names = {
        OfferKey(line.product, line.bundle_size): line._replace(
            first_day=period.first_day, last_day=period.last_day, period=label
        )
        for line in (*billed, *now)
    }
    for line in adjustment_lines(now, sums_of(billed), by_holder, names):
        whole = Share(line.license_days, line.amount_minor)
        found = by_holder.get(OfferKey(line.product, line.bundle_size), {})
        lines.append(line)
        shares.append(with_rest(found, whole, NOBODY))


def _months(desk: Desk, today: int) -> Iterator[str]:
    """Labels from the first month of the books on, up to the present one."""
    first = first_to_close(desk.ledger)
    if first is None:
        return
    year, month = parse_month(first)
    last = parse_month(month_of(desk.ledger.calendar, today))
    while (year, month) <= last:
        yield month_label(year, month)
        year, month = next_month(year, month)
