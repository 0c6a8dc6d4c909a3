"""Times as people type them and as they see them: in the ledger's zone, whatever is stored.

This module must not know the present time, or what the time is of.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jpcli.domain.errors import BadInput, misread
from jpcli.domain.instants import SECOND, has_offset, is_date, parse_date, parse_instant, text_of

if TYPE_CHECKING:
    from jpcli.domain.calendar import BillingCalendar

FORMS = "2026-11-22, today, yesterday, -7d, 2026-11-22 09:30, 2026-11-22T09:30:00Z"
"""The forms of a time on the command line, an example of each."""

_DAYS_AGO = {"today": 0, "yesterday": 1}
_MOST_DAYS_AGO = 99_999


def names_a_day(text: str) -> bool:
    """Whether a text means a whole day: a date, `today`, `yesterday`, or `-7d`, 7 days ago."""
    return is_date(text) or _days_ago(text) is not None


def parse_moment(text: str, calendar: BillingCalendar, today: int, *, end_of_day: bool) -> int:
    """The instant that a person means; `today` is the billing day it is.

    A day alone is its start, or its end. A date with a time is on a clock in the calendar's zone,
    the first time where the clock shows it twice; with an offset, that wins. Raises BadInput
    `bad_instant`, or `date_skipped` where there never was such a day.
    """
    ago = _days_ago(text)
    if ago is None and not is_date(text):
        return _parse_clock(text, calendar)
    day = calendar.day_of_date(parse_date(text)) if ago is None else today - ago
    return calendar.end_of(day) - 1 if end_of_day else calendar.start_of(day)


def local_text(at: int, calendar: BillingCalendar) -> str:
    """`2026-11-22 09:30:05`: what a clock in the calendar's zone shows, to the second."""
    return text_of(calendar.wall_of(at - at % SECOND)).replace("T", " ")


def local_text_and_zone(at: int, calendar: BillingCalendar) -> str:
    """`2026-11-22 09:30:05 America/New_York`, where nothing above it names the zone."""
    return f"{local_text(at, calendar)} {calendar.zone}"


def _parse_clock(text: str, calendar: BillingCalendar) -> int:
    try:
        at = parse_instant(text)
    except BadInput:
        hint = f"Write it as one of   {FORMS}"
        raise misread("bad_instant", text, "a time", hint) from None
    if has_offset(text):
        return at
    local_at = calendar.at_wall(at)
    if local_at is None:
        raise BadInput(
            "bad_instant",
            f"There was no {text!r} in {calendar.zone}: clocks were put forward then.",
            hint="Name another time, or give an offset such as +01:00 or Z.",
            subject=text,
        )
    return local_at


def _days_ago(text: str) -> int | None:
    if text in _DAYS_AGO:
        return _DAYS_AGO[text]
    figures = text[1:-1]
    if text[:1] != "-" or text[-1:] != "d" or not (figures.isascii() and figures.isdigit()):
        return None
    return int(figures) if len(figures) <= len(str(_MOST_DAYS_AGO)) else None
