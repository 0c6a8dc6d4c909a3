"""The events walked once more: is the chain whole, and what state do they add up to?

Owns the replay that `ledger check` compares with and that a new schema is filled by. It writes to
a ledger that the caller made empty and reports what is wrong as problems.
"""

from __future__ import annotations

import json
import sqlite3
from typing import TYPE_CHECKING, Any

from jpcli.domain.errors import BadInput, Failed, Problem
from jpcli.domain.events import Event
from jpcli.ledger.database.connection import calendar_by
from jpcli.ledger.database.faults import raise_outside
from jpcli.ledger.database.sqlite import SqliteLedger
from jpcli.ledger.events import chain
from jpcli.ledger.state.apply import apply_events
from jpcli.ledger.state.lookups import Lookups
from jpcli.ledger.state.zone import due_facts, recorded_facts

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from jpcli.ledger.database.connection import Ledger

# What reading a damaged file, or making sense of a damaged row, may raise.
UNREADABLE = (
    sqlite3.Error,
    Failed,
    BadInput,
    ArithmeticError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
)

# A closing of a large agency is 20 MB of text, and several times that once it is read.
_BATCH_EVENTS, _BATCH_CHARACTERS = 5_000, 2**23
_EVENT_COLUMNS = "seq, kind, subject, at, recorded_at, actor, reason, data, hash"


class ChainWalk:
    """Walks the events in order, collecting what is wrong with the chain on the way, and in `heads`
    (number, hash) of those whose hash (hex) begins with `since_head`."""

    def __init__(self, ledger: Ledger, since_head: str | None = None) -> None:
        self._ledger = ledger
        self._since_head = since_head
        self.heads: list[tuple[int, str]] = []
        self.problems: list[Problem] = []
        self.events = 0
        self.characters = 0
        self.latest_at = 0
        self.last_seq = 0
        self.last_hash = chain.GENESIS

    def __iter__(self) -> Iterator[Event]:
        rows = self._ledger.rows(f"SELECT {_EVENT_COLUMNS} FROM events ORDER BY seq")
        while True:
            try:
                row = next(rows, None)
            except UNREADABLE as error:
                raise_outside(error, self._ledger.path)
                subject = f"event {self.last_seq + 1}"
                message = f"{subject} and those after it can't be read ({error})"
                self._add("event_changed", subject, message)
                return
            if row is None:
                return
            event = self._checked(row)
            if event is not None:
                yield event

    def _checked(self, row: tuple[Any, ...]) -> Event | None:
        seq, data_text, stored_hash = row[0], row[7], row[8]
        self.events += 1
        self.characters += len(data_text) if isinstance(data_text, str) else 0
        whole = seq == self.last_seq + 1
        if not whole:
            missing = f"event {self.last_seq + 1}"
            if seq > self.last_seq + 2:
                missing = f"events {self.last_seq + 1} to {seq - 1}"
            self._add("event_missing", missing, f"{missing} is not in the chain any more")
        try:
            event = Event._make((*row[:7], json.loads(data_text)))
            fits = chain.link(self.last_hash, event, data_text) == stored_hash
        except (ValueError, TypeError, RecursionError):  # no JSON, or no text at all
            event, fits = None, False
        if whole and not fits:
            subject = f"event {seq}"
            message = f"{subject} ({row[1]} {row[2]}) does not fit its hash: it was changed"
            self._add("event_changed", subject, message)
        self.last_seq = seq
        self.last_hash = stored_hash if isinstance(stored_hash, bytes) else b""
        if fits:
            self.latest_at = max(self.latest_at, row[3])
            if self._since_head is not None and stored_hash.hex().startswith(self._since_head):
                self.heads.append((seq, stored_hash.hex()))
        return event

    def _add(self, code: str, subject: str, message: str) -> None:
        self.problems.append(Problem(code, subject, message))


def replay(
    events: ChainWalk, scratch: sqlite3.Connection, place: str, zone: Mapping[str, str]
) -> Problem | None:
    """Apply the events to the empty state tables of `scratch`, in its caller's transaction; what
    can't be applied ends the replay. `zone` are facts that the ledger learned of its time zone
    later, which hold for all events (`zone_behind`).

    A damaged event can do anything to a handler, and each of those errors is a finding. What the
    system can't give for `scratch`, which is called `place`, is none and raised, as Failed
    `disk_full`.
    """
    target: SqliteLedger | None = None
    lookups: Lookups | None = None
    batch: list[Event] = []
    problem: Problem | None = None
    full_at = _BATCH_CHARACTERS
    for event in events:
        if problem is not None:
            continue  # the rest of the chain is still verified
        try:
            if target is None or lookups is None:
                target = SqliteLedger(scratch, place, {**event.data, **zone})
                lookups = Lookups(target)
            batch.append(event)
            if len(batch) >= _BATCH_EVENTS or events.characters >= full_at:
                apply_events(target, lookups, batch)
                batch = []
                full_at = events.characters + _BATCH_CHARACTERS
        except Exception as error:  # noqa: BLE001
            raise_outside(error, place, its_own=True)
            problem = _cannot_replay(batch[0] if batch else event, error)
    if problem is None and target is not None and lookups is not None:
        try:
            apply_events(target, lookups, batch)
        except Exception as error:  # noqa: BLE001
            raise_outside(error, place, its_own=True)
            problem = _cannot_replay(batch[0], error)
    return problem


def zone_behind(ledger: Ledger) -> dict[str, str]:
    """The facts of the ledger's time zone that its days were counted by: what its events say, or
    where they say nothing, what its tables show. Read before the tables are made anew."""
    try:
        facts = recorded_facts(ledger) or due_facts(ledger)
        calendar_by({**ledger.meta, **facts})
        return facts
    except UNREADABLE:
        return {}  # what is damaged there is found where it is looked at


def _cannot_replay(event: Event, error: Exception) -> Problem:
    subject = f"event {event.seq}"
    return Problem(
        "replay_failed",
        subject,
        f"The events from {subject} on can't be applied again ({type(error).__name__}: {error})",
    )


def head_problems(ledger: Ledger, walk: ChainWalk) -> list[Problem]:
    """The chain row remembers the last event, so events cut off at the end are noticed."""
    head = ledger.one("SELECT seq, hash, latest_at FROM chain WHERE id = 1")
    if head == (walk.last_seq, walk.last_hash, walk.latest_at):
        return []
    remembered = "none" if head is None else f"event {head[0]}"
    return [
        Problem(
            "head_differs",
            f"event {walk.last_seq}",
            f"The chain ends with event {walk.last_seq}, its head remembers {remembered}"
            " or another hash or time",
        )
    ]
