"""Where the books begin (I7): which months are billed here, and which were settled elsewhere.

Owns the beginning and what is said of the days before it. Those are shown like any others, and
nothing invoices or corrects them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jpcli.domain.answers import Note
from jpcli.domain.instants import FIRST_YEAR
from jpcli.domain.invoice_status import VOID
from jpcli.domain.periods import (
    month_label,
    month_of,
    month_period,
    months_between,
    parse_month,
)
from jpcli.domain.words import count, from_to
from jpcli.ledger.queries import invoices

if TYPE_CHECKING:
    from jpcli.domain.contract.ledger import DaysBefore
    from jpcli.ledger.database.connection import Ledger
    from jpcli.services.desk import Desk

BILL_FROM = "bill_from"
_EARLIEST = month_label(FIRST_YEAR, 1)


def books_begin(ledger: Ledger) -> str | None:
    """I7: the month `YYYY-MM` that the books begin with.

    A ledger made before the rule was told none: it is the month of its first active day, and None
    as long as there is no such day.
    """
    told = ledger.fact(BILL_FROM)
    return _first_active_month(ledger) if told is None else told


def first_to_close(ledger: Ledger) -> str | None:
    """I7: the later of the month the books begin with and that of the first active day; None
    without an active day."""
    active, begin = _first_active_month(ledger), books_begin(ledger)
    return None if active is None or begin is None else max(active, begin)


def is_settled_elsewhere(ledger: Ledger, month: str) -> bool:
    """Does a month `YYYY-MM` lie before the books?"""
    begin = books_begin(ledger)
    return begin is not None and month < begin


def first_day_billed(ledger: Ledger) -> int:
    """The first billing day of the books; every day before it is history. 0 where none is."""
    begin = books_begin(ledger)
    return 0 if begin is None else month_period(ledger.calendar, *parse_month(begin)).first_day


def live_invoice(ledger: Ledger) -> str | None:
    """The number of the oldest invoice that is not void: while there is one, the books don't move.

    A void one bills nothing, and its month is billable again (I6), or is left to history.
    """
    for invoice in invoices.invoices(ledger, newest_first=False):
        if invoice.status != VOID:
            return invoice.number
    return None


def elsewhere_note(desk: Desk, *months: str) -> tuple[Note, ...]:
    """A remark for each month that lies before the books; one for several after each other."""
    begin = books_begin(desk.ledger)
    before = [month for month in dict.fromkeys(months) if begin is not None and month < begin]
    several = len(before) > 1 and before == months_between(before[0], before[-1])
    return tuple(
        Note(
            "settled_elsewhere",
            f"{from_to(found)} {'lie' if several else 'lies'} before the books, which begin with"
            f" {begin}: settled elsewhere, never invoiced or corrected here",
            "info",
            found[0],
            move_hint(desk.ledger, found[0]),
        )
        for found in ([before] if several else [[month] for month in before])
    )


def history_note(desk: Desk, day: int) -> Note | None:
    """A remark on a change that reaches back to a billing day before the books."""
    first_day = first_day_billed(desk.ledger)
    active_day = invoices.first_active_day(desk.ledger)
    if day >= first_day or active_day is None or active_day >= first_day:
        return None
    calendar, day = desk.ledger.calendar, max(day, active_day)
    return Note(
        "settled_elsewhere",
        f"Days before {calendar.iso(first_day)} were settled elsewhere:"
        " what this changes there is neither invoiced nor corrected",
        "info",
        calendar.iso(day),
        move_hint(desk.ledger, month_of(calendar, day)),
    )


def move_hint(ledger: Ledger, month: str) -> str | None:
    """How to bill from a month on after all; None when the books can't be moved there."""
    if live_invoice(ledger) is not None or month < _EARLIEST:
        return None
    return f"To bill from {month} on:   jpcli settings set bill-from {month}"


class BeforeBooks:
    """Licenses of a history that were active before the books begin, counted one by one."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._first_day = first_day_billed(ledger)
        self._begin_at = ledger.calendar.start_of(self._first_day) if self._first_day else 0
        self._earliest_at = self._begin_at
        self._licenses = 0

    def take(self, issued_at: int) -> None:
        """Count a license that is new to the ledger."""
        if issued_at < self._begin_at:
            self._licenses += 1
            self._earliest_at = min(self._earliest_at, issued_at)

    def found(self) -> DaysBefore | None:
        """How many licenses, and which days are history; None where there are none."""
        if not self._licenses:
            return None
        first_day, last_day = self._days()
        iso = self._ledger.calendar.iso
        return {
            "licenses": self._licenses,
            "first_day": iso(first_day),
            "last_day": iso(last_day),
            "days": last_day - first_day + 1,
        }

    def note(self) -> Note | None:
        """The same in words, with how to bill those days after all."""
        if not self._licenses:
            return None
        first_day, last_day = self._days()
        calendar, days = self._ledger.calendar, last_day - first_day + 1
        were = count(self._licenses, "license was", "licenses were")
        message = (
            f"{were} active before the books, which begin with"
            f" {books_begin(self._ledger)}: the {count(days, 'day')} from"
            f" {calendar.iso(first_day)} to {calendar.iso(last_day)}"
            f" {'was' if days == 1 else 'were'} settled elsewhere"
        )
        hint = move_hint(self._ledger, month_of(calendar, first_day))
        return Note("settled_elsewhere", message, "info", hint=hint)

    def _days(self) -> tuple[int, int]:
        return self._ledger.calendar.day_of(self._earliest_at), self._first_day - 1


def _first_active_month(ledger: Ledger) -> str | None:
    day = invoices.first_active_day(ledger)
    # A ledger may hold an instant of 1970 in UTC that its zone has in 1969; no month is that early.
    return None if day is None else max(month_of(ledger.calendar, day), _EARLIEST)
