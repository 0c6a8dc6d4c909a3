"""Billing days: which local dates an instant or an interval falls on (D2, D3, D4).

A billing day is an int: the ordinal of a local date, less the number of dates before it that never
occurred in the zone, so that a difference is a count of days. Nothing here adds 24 hours: an
instant becomes a local date first. This module must not import zoneinfo for UTC, or know licenses.
How a zone's clocks go is in `domain.zones`.
"""

from __future__ import annotations

from bisect import bisect_left
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import TYPE_CHECKING

from jpcli.domain.errors import BadInput, misread
from jpcli.domain.instants import DAY, END_AT, EPOCH_ORDINAL, FIRST_YEAR, LAST_YEAR, SECOND

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import tzinfo

OPEN_DAY = 9_999_999
"""The last day of what has not ended."""

_UTC_NAMES = frozenset({"UTC", "Etc/UTC"})
# Files beside the zones that say something else on each machine, or count leap seconds.
_NOT_ZONES = frozenset({"localtime", "posixrules", "Factory"})
_NOT_FOLDERS = frozenset({"right", "posix"})


class BillingCalendar:
    """The billing days of one zone. Immutable.

    `skipped` holds the ordinals of the dates that never existed there (`find_skipped`), ascending.
    `rules` say how its clocks go; without them it is as this machine's data have it. `exceptions`
    give the offset that a second had nevertheless, in seconds east of UTC, by seconds since 1970.
    """

    __slots__ = ("_bounds", "_pieces", "exceptions", "rules", "skipped", "zone")

    zone: str
    skipped: tuple[int, ...]
    rules: tzinfo | None
    exceptions: Mapping[int, int]
    _pieces: dict[int, tuple[tuple[int, int], ...]]
    _bounds: tuple[int, int] | None

    def __init__(
        self,
        zone: str = "UTC",
        skipped: tuple[int, ...] = (),
        rules: tzinfo | None = None,
        exceptions: Mapping[int, int] | None = None,
    ) -> None:
        object.__setattr__(self, "zone", zone)
        object.__setattr__(self, "skipped", tuple(sorted(skipped)))
        object.__setattr__(self, "rules", None if zone in _UTC_NAMES else rules or _load(zone))
        object.__setattr__(self, "exceptions", exceptions or {})
        object.__setattr__(self, "_pieces", {})
        object.__setattr__(self, "_bounds", None)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"a calendar is immutable: {name}")

    def __repr__(self) -> str:
        return f"BillingCalendar({self.zone!r}, {self.skipped!r})"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, BillingCalendar):
            return NotImplemented
        return self._facts() == other._facts()

    def __hash__(self) -> int:
        return hash((self.zone, self.skipped))

    def day_of(self, at: int) -> int:
        """The billing day on which an instant lies (D3)."""
        if self.rules is None:
            return at // DAY + EPOCH_ORDINAL
        # Whole seconds suffice: no zone changes its offset, or its date, within one.
        second = at // SECOND
        if self.exceptions and second in self.exceptions:
            ordinal = (second + self.exceptions[second]) // 86_400 + EPOCH_ORDINAL
        else:
            ordinal = datetime.fromtimestamp(second, self.rules).toordinal()
        return ordinal - bisect_left(self.skipped, ordinal) if self.skipped else ordinal

    def wall_of(self, at: int) -> int:
        """What the clocks of the zone show at an instant, in microseconds as if they showed UTC."""
        if self.rules is None:
            return at
        from jpcli.domain.zones import offset_at

        return at + offset_at(self.rules, at // SECOND) * SECOND

    def at_wall(self, wall: int) -> int | None:
        """The first instant at which clocks show that; None where they are put forward past it."""
        if self.rules is None:
            return wall
        shown = datetime.fromtimestamp(wall // SECOND, UTC).replace(tzinfo=self.rules, fold=0)
        at = int(shown.timestamp()) * SECOND + wall % SECOND
        return at if self.wall_of(at) == wall else None

    def date_of(self, day: int) -> date:
        """The local date of a billing day (D4)."""
        return date.fromordinal(self._ordinal(day))

    def day_of_date(self, on: date) -> int:
        """The billing day of a local date. Raises BadInput `date_skipped` where it never was."""
        ordinal = on.toordinal()
        if ordinal in self.skipped:
            raise BadInput(
                "date_skipped",
                f"{on.isoformat()} never existed in {self.zone}.",
                hint="Name the day before it or after it.",
                subject=on.isoformat(),
            )
        return ordinal - bisect_left(self.skipped, ordinal)

    def first_day_from(self, on: date) -> int:
        """The first billing day on or after a date; the day after it where the date never was."""
        ordinal = on.toordinal()
        return ordinal - bisect_left(self.skipped, ordinal)

    def start_of(self, day: int) -> int:
        """The first instant with the day's local date."""
        if self.rules is None:
            return (day - EPOCH_ORDINAL) * DAY
        return self._pieces_of(day)[0][0]

    def end_of(self, day: int) -> int:
        """The first instant after the last one with the day's local date."""
        if self.rules is None:
            return (day + 1 - EPOCH_ORDINAL) * DAY
        return self._pieces_of(day)[-1][1]

    def touched(self, issued_at: int, revoked_at: int | None) -> tuple[int, int]:
        """First and last billing day of `[issued_at, revoked_at)` (D2); OPEN_DAY when it is open.

        The issue day is always one of them, also when both instants are the same.
        """
        first_day = last_day = self.day_of(issued_at)
        if revoked_at is not None:
            if revoked_at <= issued_at:
                return first_day, first_day
            last_day = self.day_of(revoked_at - 1)
        if self.rules is None:
            return first_day, (OPEN_DAY if revoked_at is None else last_day)
        # Where a clock falls back across midnight, the date before comes once more.
        if not self.exceptions or not self._is_exception(issued_at):
            while self._touches(first_day - 1, issued_at, revoked_at):
                first_day -= 1
        if revoked_at is None:
            return first_day, OPEN_DAY
        if not self.exceptions or not self._is_exception(revoked_at - 1):
            while self._touches(last_day + 1, issued_at, revoked_at):
                last_day += 1
        return first_day, max(first_day, last_day)  # an exception may put them the other way round

    def checked(self, at: int, text: str, subject: str | None = None) -> int:
        """The instant itself, where its date lies in the years 1970 to 2199 in UTC and here too.

        No month is outside of them, so what lies there could never be billed. Raises BadInput
        `bad_instant`, which names `text`, and is about `subject` or that.
        """
        if self._bounds is None:
            first_at = self.start_of(self.first_day_from(date(FIRST_YEAR, 1, 1)))
            end_at = self.start_of(self.first_day_from(date(LAST_YEAR + 1, 1, 1)))
            object.__setattr__(self, "_bounds", (max(first_at, 0), min(end_at, END_AT)))
        assert self._bounds is not None
        first_at, end_at = self._bounds
        if first_at <= at < end_at:
            return at
        where = f"before {FIRST_YEAR}" if at < first_at else f"after {LAST_YEAR}"
        zone = self.zone if 0 <= at < END_AT else "UTC"
        raise BadInput(
            "bad_instant",
            f"{text} lies {where} in {zone}",
            hint=f"It must lie in {FIRST_YEAR} to {LAST_YEAR}, in UTC and in the ledger's zone.",
            subject=subject or text,
        )

    def first_day_ending_after(self, at: int) -> int:
        """The first billing day that is not over at an instant (W1): its day, as a rule.

        Where a clock falls back across midnight, the date before may still come once more.
        """
        day = self.day_of(at)
        if self.rules is not None and not (self.exceptions and self._is_exception(at)):
            while self.end_of(day - 1) > at:
                day -= 1
        return day

    def follows_early(self, day: int) -> bool:
        """Whether a day begins before the one before it is over: a clock falls back across midnight
        there, and that date comes once more. Days before all instants, which stand for "since
        ever", have no clock."""
        if self.rules is None or day <= EPOCH_ORDINAL:
            return False
        return self.end_of(day - 1) > self.start_of(day)

    def iso(self, day: int) -> str:
        """`YYYY-MM-DD` of a billing day."""
        return _iso(self._ordinal(day))

    def _facts(self) -> tuple[object, ...]:
        return self.zone, self.skipped, self.rules, self.exceptions

    def _is_exception(self, at: int) -> bool:
        return at // SECOND in self.exceptions

    def _ordinal(self, day: int) -> int:
        ordinal = day
        for skipped in self.skipped:
            if ordinal < skipped:
                break
            ordinal += 1
        return ordinal

    def _touches(self, day: int, from_at: int, to_at: int | None) -> bool:
        return any(
            end_at > from_at and (to_at is None or start_at < to_at)
            for start_at, end_at in self._pieces_of(day)
        )

    def _pieces_of(self, day: int) -> tuple[tuple[int, int], ...]:
        pieces = self._pieces.get(day)
        if pieces is None:
            from jpcli.domain.zones import date_pieces

            assert self.rules is not None, "UTC days are computed without looking"
            pieces = date_pieces(self.rules, self._ordinal(day))
            self._pieces[day] = pieces
        return pieces


def check_zone(zone: str) -> None:
    """Raise BadInput `unknown_time_zone` unless the text is an IANA name of a zone."""
    # Told apart here, because a name is looked up as a path and reaches errors of the file system.
    plain = zone.isascii() and all(c.isalnum() or c in "+-_/" for c in zone)
    if plain and zone not in _NOT_ZONES and zone.split("/", maxsplit=1)[0] not in _NOT_FOLDERS:
        try:
            _load(zone)
        except (KeyError, ValueError, OSError):
            pass
        else:
            return
    raise misread(
        "unknown_time_zone",
        zone,
        "a time zone",
        "Use an IANA name such as UTC, Europe/Berlin or America/New_York.",
    )


def find_skipped(zone: str) -> tuple[int, ...]:
    """Ordinals of the dates from 1970 to 2199 that never existed in a zone (D3), as this machine's
    data have it.

    Takes a tenth of a second, so a ledger asks once, when it is made.
    """
    rules = _load(zone)
    if rules is None:
        return ()
    from jpcli.domain.zones import skipped_dates

    return skipped_dates(rules)


def _load(zone: str) -> tzinfo | None:
    if zone in _UTC_NAMES:
        return None
    from zoneinfo import ZoneInfo

    return ZoneInfo(zone)


@lru_cache(maxsize=4096)
def _iso(ordinal: int) -> str:
    return date.fromordinal(ordinal).isoformat()
