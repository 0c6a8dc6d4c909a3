"""What is undone, held against doing and undoing one after the other."""

from __future__ import annotations

import sys

from hypothesis import given
from hypothesis import strategies as st

from jpcli.domain.events import CHANGE_UNDONE, UNDOING, Event
from jpcli.domain.undone import Undoings


def _undone(seq: int, undone: list[tuple[int, int]], by: list[tuple[int, int]]) -> Event:
    return Event(seq, CHANGE_UNDONE, UNDOING, 0, 0, "ann", None, {"undone": undone, "by": by})


@given(st.lists(st.integers(0, 30), max_size=30), st.randoms())
def test_an_undo_of_an_undo_brings_back_what_it_undid(picks: list[int], random: object) -> None:
    """Each pick undoes a command that is not undone, or else does a new one; both are of two
    events, of an undo the second says so."""
    commands: list[int | None] = []  # what each command undoes
    holds: list[bool] = []
    for pick in picks:
        aim = pick if pick < len(commands) and holds[pick] else None
        commands.append(aim)
        holds.append(True)
        while aim is not None:  # whether what it undid holds goes over at each step
            holds[aim] = not holds[aim]
            aim = commands[aim]
    told = [
        _undone(2 * number + 2, [(2 * aim + 1, 2 * aim + 2)], [(2 * number + 1, 2 * number + 1)])
        for number, aim in enumerate(commands)
        if aim is not None
    ]
    random.shuffle(told)  # type: ignore[attr-defined]
    undoings = Undoings(told)
    for number, held in enumerate(holds):
        for seq in (2 * number + 1, 2 * number + 2):
            assert (undoings.undone_by(seq) is None) == held
            undoes = commands[number] is not None
            assert undoings.is_over(seq) == (not held or undoes)


_RANGE = st.tuples(st.integers(0, 25), st.integers(0, 4)).map(lambda it: (it[0], it[0] + it[1]))
_RANGES = st.lists(_RANGE, max_size=3)


@given(st.lists(st.tuples(_RANGES, _RANGES), min_size=4, max_size=8), st.randoms())
def test_ranges_are_found_as_by_looking_at_each(
    undos: list[tuple[list[tuple[int, int]], list[tuple[int, int]]]], random: object
) -> None:
    """Also where they overlap, which no undo writes: the latest that holds says so."""
    told = [_undone(3 * number + 3, undone, by) for number, (undone, by) in enumerate(undos)]
    holding: list[Event] = []
    for event in reversed(told):
        if not any(_says(each, "undone", event.seq) for each in holding):
            holding.append(event)
    random.shuffle(told)  # type: ignore[attr-defined]
    undoings = Undoings(told)
    for seq in range(31):
        by = next((each.seq for each in holding if _says(each, "undone", seq)), None)
        over = by is not None or any(seq == e.seq or _says(e, "by", seq) for e in holding)
        assert undoings.undone_by(seq) == by
        assert undoings.is_over(seq) == over


def _says(event: Event, what: str, seq: int) -> bool:
    return any(first <= seq <= last for first, last in event.data[what])


def test_an_undo_is_not_held_against_each_of_the_others() -> None:
    few, many = _calls(100), _calls(1_000)
    assert many < 12 * few


def _calls(undos: int) -> int:
    """How many calls are made to say which of many undos and of what they undid is over."""
    told = [_undone(2 * number, [(2 * number - 1,) * 2], []) for number in range(1, undos + 1)]
    counted = 0

    def count(_frame: object, event: str, _of: object) -> None:
        nonlocal counted
        counted += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        undoings = Undoings(told)
        assert all(undoings.is_over(seq) for seq in range(1, 2 * undos + 1))
    finally:
        sys.setprofile(before)
    return counted
