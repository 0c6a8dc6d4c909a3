"""Instants and dates as text: RFC 3339 in, RFC 3339 in UTC out.

An instant is an int, microseconds since the Unix epoch in UTC, and its name ends in `_at`. This
module must not know time zones by name, billing days or the present time.
"""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from jpcli.domain.errors import BadInput, misread

SECOND = 1_000_000
DAY = 86_400 * SECOND
EPOCH_ORDINAL = date(1970, 1, 1).toordinal()
FIRST_YEAR = 1970
LAST_YEAR = 2199
END_AT = (date(LAST_YEAR + 1, 1, 1).toordinal() - EPOCH_ORDINAL) * DAY
_KEPT = 16_384
DATE_LENGTH = len("2024-02-25")


# A bulk change asks for each instant again and again: of its row, its event and its state.
@lru_cache(maxsize=_KEPT)
def parse_instant(text: str) -> int:
    """Microseconds since the epoch of `YYYY-MM-DD[T ]HH:MM[:SS[.fffffffff]][Z|±HH[[:]MM]]`, in
    small letters as well; what is finer than microseconds is cut off.

    Without an offset it is UTC. Raises BadInput `bad_instant` for anything else, and outside of
    the years 1970 to 2199.
    """
    start = _start_of_date(text[:10])
    minutes, seconds = _MINUTES.get(text[11:16]), _SECONDS_BEFORE_Z.get(text[16:])
    if start >= 0 and minutes is not None and seconds is not None and text[10] == "T":
        return start + minutes * 60 * SECOND + seconds  # as we write them ourselves
    clock = text[11:]
    offset = 0
    if clock[-1:] in _ZULU:
        clock = clock[:-1]
    elif "+" in clock or "-" in clock:
        split = max(clock.rfind("+"), clock.rfind("-"))
        offset = _offset(clock[split:])
        clock = clock[:split]
    elapsed = _clock(clock)
    if start < 0 or elapsed < 0 or offset == _BAD_OFFSET or text[10:11] not in _SEPARATORS:
        raise _bad_instant(text)
    at = start + elapsed - offset
    if not 0 <= at < END_AT:
        raise _bad_instant(text)
    return at


def has_offset(text: str) -> bool:
    """Whether a text that `parse_instant` accepts says how far from UTC it is."""
    clock = text[11:]
    return clock[-1:] in _ZULU or "+" in clock or "-" in clock


def parse_date(text: str) -> date:
    """The date that `YYYY-MM-DD` names. Raises BadInput `bad_date` for anything else."""
    start = _start_of_date(text)
    if start < 0:
        raise misread(
            "bad_date",
            text,
            "a date",
            "Write it as YYYY-MM-DD, for example 2026-11-22, from 1970 to 2199.",
        )
    return date.fromordinal(start // DAY + EPOCH_ORDINAL)


def is_date(text: str) -> bool:
    """Whether `parse_date` accepts the text."""
    return _start_of_date(text) >= 0


@lru_cache(maxsize=_KEPT)
def format_instant(at: int) -> str:
    """`2024-02-25T02:01:55Z`; a fraction only when it is not zero, without trailing zeros."""
    return text_of(at) + "Z"


@lru_cache(maxsize=_KEPT)
def told_instant(text: str) -> tuple[int, str]:
    """The instant that `parse_instant` makes of a text, and `format_instant` of that; mostly it is
    the text itself."""
    start = _start_of_date(text[:10])
    minutes, seconds = _MINUTES.get(text[11:16]), _SECONDS_BEFORE_Z.get(text[16:])
    if start >= 0 and minutes is not None and seconds is not None and text[10] == "T":
        return start + minutes * 60 * SECOND + seconds, text
    at: int = parse_instant.__wrapped__(text)  # of two that remember, one is enough
    return at, text_of(at) + "Z"


def text_of(at: int) -> str:
    """The same without the zone: what a clock shows."""
    days, rest = divmod(at, DAY)
    seconds, fraction = divmod(rest, SECOND)
    minutes, seconds = divmod(seconds, 60)
    text = f"{_date_text(days)}{_MINUTE_TEXTS[minutes]}:{_SECONDS[seconds]}"
    if fraction:
        return f"{text}.{fraction:06d}".rstrip("0")
    return text


_SEPARATORS = frozenset("Tt ")
_ZULU = frozenset("Zz")
_SECONDS = tuple(f"{second:02d}" for second in range(60))
# Looked up rather than computed: an import parses a million times. No seconds are second 0.
_SECOND_OF = {"": 0} | {f":{second:02d}": second for second in range(60)}
_MINUTE_TEXTS = tuple(f"{minute // 60:02d}:{minute % 60:02d}" for minute in range(1440))
_MINUTES = {text: minute for minute, text in enumerate(_MINUTE_TEXTS)}
# In microseconds, with what stands around them: one look tells all.
_SECONDS_BEFORE_Z = {f":{text}Z": second * SECOND for second, text in enumerate(_SECONDS)}
_BAD = -1
_BAD_OFFSET = DAY


@lru_cache(maxsize=4096)
def _start_of_date(text: str) -> int:
    """Midnight UTC of `YYYY-MM-DD` in microseconds, or -1 when the text is no date."""
    if len(text) != 10 or text[4] != "-" or text[7] != "-":
        return _BAD
    year, month, day = _digits(text[:4]), _digits(text[5:7]), _digits(text[8:])
    if not FIRST_YEAR <= year <= LAST_YEAR or not 1 <= month <= 12 or day < 1:
        return _BAD
    try:
        return (date(year, month, day).toordinal() - EPOCH_ORDINAL) * DAY
    except ValueError:
        return _BAD


def _clock(text: str) -> int:
    """Microseconds since midnight of `HH:MM[:SS[.ffffff]]`, or -1. Second 60 is refused."""
    minutes = _MINUTES.get(text[:5], _BAD)
    seconds = _SECOND_OF.get(text[5:8], _BAD)
    fraction = _fraction(text[8:]) if len(text) > 8 else 0
    if minutes < 0 or seconds < 0 or fraction < 0:
        return _BAD
    return (minutes * 60 + seconds) * SECOND + fraction


def _fraction(text: str) -> int:
    """Microseconds of `.f` to `.fffffffff`, or -1."""
    figures = text[1:]
    if text[0] != "." or not 1 <= len(figures) <= 9 or not _all_digits(figures):
        return _BAD
    return int(figures[:6].ljust(6, "0"))


def _offset(text: str) -> int:
    """Microseconds east of UTC of `±HH:MM`, `±HHMM` or `±HH`, or a whole day when it is none."""
    figures = text[1:3] + text[4:] if text[3:4] == ":" else text[1:]
    if len(text) == 3:
        figures += "00"
    if len(figures) != 4 or not _all_digits(figures):
        return _BAD_OFFSET
    hours, minutes = int(figures[:2]), int(figures[2:])
    if hours > 23 or minutes > 59:
        return _BAD_OFFSET
    offset = (hours * 60 + minutes) * 60 * SECOND
    return -offset if text[0] == "-" else offset


def _digits(text: str) -> int:
    """The number that ASCII digits write, two or four of them by where they stand, or -1."""
    return int(text) if len(text) in {2, 4} and _all_digits(text) else _BAD


def _all_digits(text: str) -> bool:
    return text.isascii() and text.isdigit()


@lru_cache(maxsize=4096)
def _date_text(days: int) -> str:
    return date.fromordinal(days + EPOCH_ORDINAL).isoformat() + "T"


def _bad_instant(text: str) -> BadInput:
    return misread(
        "bad_instant",
        text,
        "a time",
        "Write it as 2026-11-22T09:30:00Z, or with an offset such as +01:00.",
    )
