"""Which events were undone, and are so still: an undo may have been undone itself.

This module must not know how an event is undone.
"""

from __future__ import annotations

from bisect import bisect_right
from operator import itemgetter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jpcli.domain.events import Event


class Undoings:
    """All that was undone, told from the events that say so, in any order."""

    def __init__(self, told: Iterable[Event]) -> None:
        self._undone = _Claims()
        self._undoing = _Claims()
        # From the last one back: only a later one undoes another.
        for event in sorted(told, key=lambda event: -event.seq):
            if self.undone_by(event.seq) is None:
                for first, last in event.data["undone"]:
                    self._undone.add(first, last, event.seq)
                for first, last in (*event.data["by"], (event.seq, event.seq)):
                    self._undoing.add(first, last, event.seq)

    def undone_by(self, seq: int) -> int | None:
        """The number of the event that says that this one is undone; None where it holds."""
        return self._undone.of(seq)

    def is_over(self, seq: int) -> bool:
        """Whether an event left nothing behind: it is undone, or did nothing but undo another."""
        return self._undone.of(seq) is not None or self._undoing.of(seq) is not None


_minus_last = itemgetter(0)


class _Claims:
    """Ranges of numbers that don't overlap, and whose each is: who claims one first keeps it."""

    def __init__(self) -> None:
        # (-last, first, whose): they come from the last one back mostly, and so go to the end.
        self._ranges: list[tuple[int, int, int]] = []

    def of(self, number: int) -> int | None:
        """Whose a number is."""
        place = bisect_right(self._ranges, -number, key=_minus_last) - 1
        if place < 0:
            return None
        _, first, whose = self._ranges[place]
        return whose if first <= number else None

    def add(self, first: int, last: int, whose: int) -> None:
        """Claim what nobody has of a range, from its end back."""
        while first <= last:
            place = bisect_right(self._ranges, -last, key=_minus_last)
            if place and self._ranges[place - 1][1] <= last:  # somebody has the last one
                last = self._ranges[place - 1][1] - 1
                continue
            below = -self._ranges[place][0] if place < len(self._ranges) else first - 1
            begin = max(first, below + 1)
            self._ranges.insert(place, (-last, begin, whose))
            last = begin - 1
