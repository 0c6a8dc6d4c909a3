"""Which months wait for their invoice, and which is closed next (I2, I7)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from jpcli.domain.answers import Note
from jpcli.domain.events import LATEST_SEQ
from jpcli.domain.invoice_status import invoice_number
from jpcli.domain.periods import month_of, months_between
from jpcli.domain.words import from_to
from jpcli.ledger.queries import invoices
from jpcli.services.billing.books import books_begin, first_to_close

if TYPE_CHECKING:
    from jpcli.services.desk import Desk


class AsOf(NamedTuple):
    """When it is: a billing day, and the event before which the invoices stood as they do."""

    today: int
    before_seq: int


def waiting_months(desk: Desk, as_of: AsOf | None = None) -> list[str]:
    """I2: months that are over and have no invoice, the oldest first; it is closed next.

    The first month is that of the first active day, and none before the books begin (I7).
    """
    today, before_seq = as_of or AsOf(desk.today, LATEST_SEQ)
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


def reach_note(desk: Desk, day: int) -> Note | None:
    """A remark on a change that reached back to a billing day in closed months: the next invoice
    carries the correction."""
    reached = [invoice.period for invoice in invoices.closed_reaching(desk.ledger, day)]
    if not reached:
        return None
    carrier = next_to_close(desk)
    number = invoice_number(carrier, invoices.count_of_period(desk.ledger, carrier))
    message = f"{from_to(reached)} is closed; {number} will carry what this changes there"
    hint = f"See it:   jpcli invoice preview {carrier}"
    return Note("closed_period", message, "info", number, hint)


def _months(desk: Desk, today: int) -> list[str]:
    """Labels from the first month of the books on, up to the present one."""
    first = first_to_close(desk.ledger)
    return [] if first is None else months_between(first, month_of(desk.ledger.calendar, today))
