"""Months and days as people write them in English, whatever the locale."""

from __future__ import annotations

MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def month_name(period: str) -> str:
    """`November 2026` of `2026-11`."""
    return f"{MONTHS[int(period[5:7]) - 1]} {period[:4]}"


def month_of(period: str) -> str:
    """`November` of `2026-11`."""
    return MONTHS[int(period[5:7]) - 1]


def long_day(iso: str) -> str:
    """`November 2, 2026` of `2026-11-02`."""
    return f"{MONTHS[int(iso[5:7]) - 1]} {int(iso[8:10])}, {iso[:4]}"


def short_day(iso: str) -> str:
    """`Nov 2` of `2026-11-02`."""
    return f"{MONTHS[int(iso[5:7]) - 1][:3]} {int(iso[8:10])}"
