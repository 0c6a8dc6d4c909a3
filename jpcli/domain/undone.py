"""Which events were undone, and are so still: an undo may have been undone itself.

This module must not know how an event is undone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from jpcli.domain.events import Event

    # Numbers of events, the first and the last of them.
    Range = Sequence[int]


class _Undoing(NamedTuple):
    seq: int
    undone: Sequence[Range]
    by: Sequence[Range]


class Undoings:
    """All that was undone, told from the events that say so, in any order."""

    def __init__(self, told: Iterable[Event]) -> None:
        self._holding: list[_Undoing] = []
        # From the last one back: only a later one undoes another.
        for event in sorted(told, key=lambda event: -event.seq):
            if self.undone_by(event.seq) is None:
                undoing = _Undoing(event.seq, event.data["undone"], event.data["by"])
                self._holding.append(undoing)

    def undone_by(self, seq: int) -> int | None:
        """The number of the event that says that this one is undone; None where it holds."""
        for undoing in self._holding:
            if _among(undoing.undone, seq):
                return undoing.seq
        return None

    def is_over(self, seq: int) -> bool:
        """Whether an event left nothing behind: it is undone, or did nothing but undo another."""
        return self.undone_by(seq) is not None or any(
            seq == undoing.seq or _among(undoing.by, seq) for undoing in self._holding
        )


def _among(ranges: Sequence[Range], seq: int) -> bool:
    return any(first <= seq <= last for first, last in ranges)
