"""Billing periods: calendar months as billing days, first to last, both included.

This module must not know what happened in a period, or the present time.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from jpcli.domain.errors import misread
from jpcli.domain.instants import is_date

if TYPE_CHECKING:
    from jpcli.domain.calendar import BillingCalendar


class Period(NamedTuple):
    """A month: billing days, both included, and its label `YYYY-MM`."""

    first_day: int
    last_day: int
    label: str

    @property
    def days(self) -> int:
        """How many billing days it has; one fewer where a date never existed (D3)."""
        return self.last_day - self.first_day + 1


def parse_month(text: str) -> tuple[int, int]:
    """Year and month of `YYYY-MM`, 1970 to 2199. Raises BadInput `bad_month`."""
    if len(text) != 7 or not is_date(text + "-01"):
        raise misread("bad_month", text, "a month", "Write it as YYYY-MM, for example 2026-11.")
    return int(text[:4]), int(text[5:])


def month_label(year: int, month: int) -> str:
    """`YYYY-MM`."""
    return f"{year:04d}-{month:02d}"


def month_period(calendar: BillingCalendar, year: int, month: int) -> Period:
    """The billing days of a month; a date that never existed is none of them (D3)."""
    first_day = calendar.first_day_from(date(year, month, 1))
    next_first_day = calendar.first_day_from(date(*next_month(year, month), 1))
    return Period(first_day, next_first_day - 1, month_label(year, month))


def month_of(calendar: BillingCalendar, day: int) -> str:
    """The label `YYYY-MM` of the month in which a billing day lies."""
    return calendar.iso(day)[:7]


def next_month(year: int, month: int) -> tuple[int, int]:
    """The month after."""
    return (year + 1, 1) if month == 12 else (year, month + 1)


def previous_month(year: int, month: int) -> tuple[int, int]:
    """The month before."""
    return (year - 1, 12) if month == 1 else (year, month - 1)


def months_between(first: str, last: str) -> list[str]:
    """Every month from one `YYYY-MM` to another, both included."""
    found = []
    month = parse_month(first)
    while month_label(*month) <= last:
        found.append(month_label(*month))
        month = next_month(*month)
    return found
