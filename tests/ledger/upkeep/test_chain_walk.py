"""The walk along the chain: what is wrong with it, by event, without a ledger."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import Any

import pytest

from jpcli.domain.events import Event
from jpcli.ledger.events import chain
from jpcli.ledger.upkeep.replay import ChainWalk

pytestmark = pytest.mark.no_ledger

TOLD = [Event(seq, "k", f"s{seq}", seq, seq, "ann", None, {"n": seq}) for seq in range(1, 6)]
ROWS = chain.linked(chain.GENESIS, TOLD)


class _Events:
    """Rows of events, and an error where one can't be read."""

    path = "ledger.db"

    def __init__(self, rows: list[Any]) -> None:
        self._rows = rows

    def rows(self, _sql: str) -> Iterator[Any]:
        for row in self._rows:
            if isinstance(row, Exception):
                raise row
            yield row


def changed(row: tuple[Any, ...], data: str) -> tuple[Any, ...]:
    return (*row[:7], data, row[8])


UNREADABLE = sqlite3.OperationalError("Could not decode")
WRONG: list[tuple[str, list[Any], list[tuple[str, str]], list[int]]] = [
    # What is there, what is said of which event, and the events that are given to the replay.
    ("whole", ROWS, [], [1, 2, 3, 4, 5]),
    ("the first can't be read", [UNREADABLE], [("event_changed", "event 1")], []),
    ("the third", [*ROWS[:2], UNREADABLE], [("event_changed", "event 3")], [1, 2]),
    ("one is gone", [ROWS[0], *ROWS[2:]], [("event_missing", "event 2")], [1, 3, 4, 5]),
    ("two", [ROWS[0], *ROWS[3:]], [("event_missing", "events 2 to 3")], [1, 4, 5]),
    ("three", [ROWS[0], ROWS[4]], [("event_missing", "events 2 to 4")], [1, 5]),
    ("the first", ROWS[1:], [("event_missing", "event 1")], [2, 3, 4, 5]),
    (
        "changed",
        [ROWS[0], changed(ROWS[1], '{"n":3}'), *ROWS[2:]],
        [("event_changed", "event 2")],
        [1, 2, 3, 4, 5],
    ),
    (
        "no JSON",
        [ROWS[0], changed(ROWS[1], "{"), *ROWS[2:]],
        [("event_changed", "event 2")],
        [1, 3, 4, 5],
    ),
]


@pytest.mark.parametrize(
    ("rows", "problems", "given"), [case[1:] for case in WRONG], ids=[case[0] for case in WRONG]
)
def test_what_is_wrong_is_said_of_the_event(
    rows: list[Any], problems: list[tuple[str, str]], given: list[int]
) -> None:
    ledger: Any = _Events(rows)
    walk = ChainWalk(ledger)
    assert [event.seq for event in walk] == given
    assert [tuple(problem)[:2] for problem in walk.problems] == problems
    read = [row for row in rows if not isinstance(row, Exception)]
    assert (walk.events, walk.last_seq) == (len(read), read[-1][0] if read else 0)
    assert walk.last_hash == (read[-1][8] if read else chain.GENESIS)
