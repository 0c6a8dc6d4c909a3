from __future__ import annotations

from datetime import date

import pytest

from jpcli.domain.calendar import BillingCalendar, find_skipped
from jpcli.domain.periods import (
    month_label,
    month_of,
    month_period,
    next_month,
    parse_month,
    previous_month,
)
from tests.domain.refused import refused

UTC = BillingCalendar()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2024",
        "2024-1",
        "2024-13",
        "2024-00",
        "2024-01-01",
        "01-2024",
        "2024/01",
        " 2024-01",
        "1969-12",
        "2200-01",
        "２０２４-01",
        "Nov 2026",
        "2024-1 ",
    ],
)
def test_what_is_no_month_is_refused(text: str) -> None:
    refused(parse_month, text, "bad_month", "2026-11")


def test_a_month_is_read_and_written() -> None:
    assert parse_month("2026-11") == (2026, 11)
    assert month_label(2026, 3) == "2026-03"


@pytest.mark.parametrize(
    ("year", "month", "days"),
    [(2024, 2, 29), (2023, 2, 28), (2024, 12, 31), (2024, 4, 30), (2199, 12, 31), (1970, 1, 31)],
)
def test_a_period_is_a_calendar_month_with_both_ends(year: int, month: int, days: int) -> None:
    period = month_period(UTC, year, month)
    assert period.days == days
    assert UTC.date_of(period.first_day) == date(year, month, 1)
    assert UTC.date_of(period.last_day) == date(year, month, days)
    assert period.label == month_label(year, month)
    assert month_of(UTC, period.first_day) == month_of(UTC, period.last_day) == period.label
    assert month_of(UTC, period.last_day + 1) != period.label


@pytest.mark.parametrize(
    ("zone", "year", "month", "first", "last", "days"),
    [
        ("Pacific/Apia", 2011, 12, "2011-12-01", "2011-12-31", 30),
        ("Pacific/Kiritimati", 1994, 12, "1994-12-01", "1994-12-30", 30),
        ("Pacific/Kiritimati", 1995, 1, "1995-01-01", "1995-01-31", 31),
    ],
)
def test_d3_a_period_leaves_out_a_date_that_never_was(
    zone: str, year: int, month: int, first: str, last: str, days: int
) -> None:
    calendar = BillingCalendar(zone, find_skipped(zone))
    period = month_period(calendar, year, month)
    assert (calendar.iso(period.first_day), calendar.iso(period.last_day)) == (first, last)
    assert period.days == days
    following = month_period(calendar, *next_month(year, month))
    assert following.first_day == period.last_day + 1


def test_months_follow_each_other() -> None:
    assert next_month(2026, 11) == (2026, 12)
    assert next_month(2026, 12) == (2027, 1)
    assert previous_month(2026, 12) == (2026, 11)
    assert previous_month(2026, 1) == (2025, 12)
