"""What is undone, held against doing and undoing one after the other."""

from __future__ import annotations

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
