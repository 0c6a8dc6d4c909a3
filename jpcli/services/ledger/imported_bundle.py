"""A bundle that a history file names, and what its children have to fit into (B1)."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right, insort
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from jpcli.domain.calendar import OPEN_DAY
from jpcli.domain.errors import BadInput
from jpcli.domain.instants import format_instant
from jpcli.domain.words import count
from jpcli.ledger.queries.licenses import each_child, find

if TYPE_CHECKING:
    from jpcli.ledger.database.connection import Ledger
    from jpcli.services.ledger.history_rows import HistoryRow


class ImportedBundle(NamedTuple):
    """One that is in the file, or in the ledger."""

    product: str
    size: int
    issued_at: int
    revoked_at: int | None


def check_child(parsed: HistoryRow, bundle: ImportedBundle) -> None:
    """A child runs within its bundle's life and has its product. Raises BadInput `bad_bundle`."""
    product, _, issued_at, revoked_at = bundle
    ended = revoked_at is not None and (
        parsed.history.revoked_at is None or parsed.history.revoked_at > revoked_at
    )
    if parsed.product != product or parsed.history.issued_at < issued_at or ended:
        raise BadInput(
            "bad_bundle",
            f"{parsed.license_key} does not fit into its bundle {parsed.bundle_key}:"
            f" {product}, issued {format_instant(issued_at)}"
            + (f", revoked {format_instant(revoked_at)}" if revoked_at is not None else ""),
            subject=parsed.license_key,
        )


class _Inside:
    """The children of one bundle: how many are active now, and of which days each has all, from
    the one after its issue until that of its revocation."""

    def __init__(self) -> None:
        self.active = 0
        self._begins, self._ends = array("q"), array("q")

    def add(self, begin: int, end: int) -> None:
        """One more child; it has all of the days from `begin` until `end`."""
        self.active += end == OPEN_DAY
        if begin < end:
            insort(self._begins, begin)
            insort(self._ends, end)

    def full_day(self, begin: int, end: int, size: int) -> int | None:
        """The first day from `begin` until `end` of which so many children have all."""
        if begin >= end or len(self._begins) < size:
            return None
        later = slice(bisect_right(self._begins, begin), bisect_left(self._begins, end))
        for day in chain((begin,), self._begins[later]):
            if bisect_right(self._begins, day) - bisect_right(self._ends, day) >= size:
                return day
        return None


class Room:
    """How many children each bundle can still take: its price is for no more than its size (B1),
    and one too many would be billed to nobody.

    That holds for every day, also of those that ended. On the day of a change both are there, the
    one that was revoked and the one in its place (D2), whichever is said to have come first.
    """

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._inside: dict[str, _Inside] = {}

    def forget(self) -> None:
        """The tables are up to date."""
        self._inside.clear()

    def of_new(self, key: str) -> None:
        """A bundle that is recorded now has all of it; nothing need be asked."""
        self._inside[key] = _Inside()

    def take(self, parsed: HistoryRow, bundle: ImportedBundle) -> None:
        """Put a new child into its bundle; BadInput `bundle_full`."""
        key, size = str(parsed.bundle_key), bundle.size
        inside = self._inside.get(key)
        if inside is None:
            inside = self._inside[key] = self._known(key)
        begin, end = self._days(parsed.history.issued_at, parsed.history.revoked_at)
        if end == OPEN_DAY and inside.active >= size:
            raise _full(parsed, size, "")
        day = inside.full_day(begin, end, size)
        if day is not None:
            raise _full(parsed, size, f" on {self._ledger.calendar.iso(day)}")
        inside.add(begin, end)

    def _known(self, key: str) -> _Inside:
        """What is in the tables."""
        inside, facts = _Inside(), find(self._ledger, key)
        for child in () if facts is None else each_child(self._ledger, facts.id):
            inside.add(*self._days(child.issued_at, child.revoked_at))
        return inside

    def _days(self, issued_at: int, revoked_at: int | None) -> tuple[int, int]:
        day_of = self._ledger.calendar.day_of
        return day_of(issued_at) + 1, OPEN_DAY if revoked_at is None else day_of(revoked_at)


def _full(parsed: HistoryRow, size: int, when: str) -> BadInput:
    return BadInput(
        "bundle_full",
        f"{parsed.license_key} does not fit into its bundle {parsed.bundle_key}, which has"
        f" {count(size, 'active license')}{when} without it",
        subject=parsed.license_key,
    )
