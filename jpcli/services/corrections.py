"""What the next invoice carries for earlier months: adjustments and credit (I3).

Owns which month is the next to be closed, which closed months may have changed, and what each
of them comes to now. A month that nothing reached since the last closing is not summed again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jpcli.domain.answers import Note
from jpcli.domain.closing import OfferKey, adjustment_lines, credit_line, invoice_number
from jpcli.domain.periods import month_label, month_of, month_period, next_month, parse_month
from jpcli.ledger import invoices
from jpcli.services.books import books_begin, first_to_close
from jpcli.services.computing import sum_period

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jpcli.domain.invoice import Line
    from jpcli.domain.periods import Period
    from jpcli.services.computing import Computed
    from jpcli.services.desk import Desk


def waiting_months(desk: Desk) -> list[str]:
    """I2: months that are over and have no invoice, the oldest first; it is closed next.

    The first month is that of the first active day, and none before the books begin (I7).
    """
    calendar = desk.ledger.calendar
    this_month = month_of(calendar, desk.today)
    closed = invoices.closed_periods(desk.ledger)
    return [label for label in _months(desk) if label < this_month and label not in closed]


def next_to_close(desk: Desk) -> str:
    """The month whose invoice comes next: the oldest that waits, else the present one, or the one
    the books begin with where that is still to come."""
    waiting = waiting_months(desk)
    if waiting:
        return waiting[0]
    return max(month_of(desk.ledger.calendar, desk.today), books_begin(desk.ledger) or "")


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


def corrections(desk: Desk, computed: Computed) -> tuple[Line, ...]:
    """Adjustment lines, then a credit line, for the month that is the next to be closed; nothing
    for any other. A what-if (an overlay) is supposed for closed months, too."""
    ledger = desk.ledger
    if not invoices.any_invoice(ledger) or computed.period.label != next_to_close(desk):
        return ()
    found: list[Line] = []
    first_day = 0 if computed.overlay is not None else invoices.unsettled_day(ledger)
    for invoice in invoices.closed_reaching(ledger, first_day):
        period = month_period(ledger.calendar, *parse_month(invoice.period))
        now = sum_period(desk, period, computed.today, computed.overlay).lines
        found += _adjusted(desk, period, now)
    # A month that is billed again, after its invoice was voided, takes back what later invoices
    # had adjusted for it: its own lines have all of it now.
    found += _adjusted(desk, computed.period, ())
    credited = credit_line((*computed.lines, *found), invoices.credit_minor(ledger))
    return tuple(found) if credited is None else (*found, credited)


def _adjusted(desk: Desk, period: Period, now: tuple[Line, ...]) -> tuple[Line, ...]:
    billed = invoices.billed_for(desk.ledger, period.label)
    if not billed and not now:
        return ()
    # The latest price of the month stands on the line; what is now goes before what was.
    names = {
        OfferKey(line.product, line.bundle_size): line._replace(
            first_day=period.first_day, last_day=period.last_day, period=period.label
        )
        for line in (*invoices.lines_about(desk.ledger, period.label), *now)
    }
    return adjustment_lines(now, billed, names)


def _months(desk: Desk) -> Iterator[str]:
    """Labels from the first month of the books on, up to the present one."""
    first = first_to_close(desk.ledger)
    if first is None:
        return
    year, month = parse_month(first)
    last = parse_month(month_of(desk.ledger.calendar, desk.today))
    while (year, month) <= last:
        yield month_label(year, month)
        year, month = next_month(year, month)
