"""Is the ledger what its events say? The chain is verified, the events are replayed, the
tables compared.

Owns the search for damage: a flipped bit, a hand edit, a deleted row, a bug in a handler. It
changes nothing and reports everything it finds as problems with a subject.
"""

from __future__ import annotations

import json
import sqlite3
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from jpcli.domain.errors import BadInput, Failed, Problem
from jpcli.domain.periods import Period
from jpcli.ledger import chain, invoices, schema
from jpcli.ledger.applying import apply_events
from jpcli.ledger.comparing import compare_table
from jpcli.ledger.connection import Ledger
from jpcli.ledger.faults import guarded
from jpcli.ledger.lookups import Lookups

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

_BATCH_EVENTS = 5_000
_EVENT_COLUMNS = "seq, kind, subject, at, recorded_at, actor, reason, data, hash"


class CheckReport(NamedTuple):
    """`events` counts them, `head` is the last hash as hex."""

    events: int
    head: str
    problems: tuple[Problem, ...]


def check_ledger(ledger: Ledger) -> CheckReport:
    """Verify file, schema, chain and state. Whatever is wrong is a problem, never an error."""
    problems = _Problems()
    problems.look(ledger.path, lambda: _file_problems(ledger))
    problems.look(ledger.path, lambda: _schema_problems(ledger))
    problems.look("invoices", lambda: _seal_problems(ledger))
    walk = _ChainWalk(ledger)
    # "" is a private temporary file: a replay of millions of events must not fill the memory.
    scratch = sqlite3.connect("", isolation_level=None)
    try:
        replay_problem = _replay(walk, scratch)
        problems.found += walk.problems
        problems.look("chain", lambda: _head_problems(ledger, walk))
        if replay_problem is not None:
            problems.found.append(replay_problem)
        for table in schema.STATE_TABLES:
            problems.look(table, partial(compare_table, ledger.raw, scratch, table))
    finally:
        scratch.close()
    return CheckReport(walk.events, walk.last_hash.hex(), tuple(problems.found))


class _Problems:
    """What was found so far. A part of the ledger that can't even be read is one finding."""

    def __init__(self) -> None:
        self.found: list[Problem] = []

    def look(self, subject: str, at: Callable[[], Iterable[Problem]]) -> None:
        """Add the findings of one look, those before an error included."""
        try:
            self.found.extend(at())
        except _UNREADABLE as error:
            message = f"{subject} can't be read ({type(error).__name__}: {error})"
            self.found.append(Problem("file_damaged", subject, message))


_UNREADABLE = (sqlite3.Error, UnicodeDecodeError, Failed, BadInput)


class _ChainWalk:
    """Walks the events in order, collecting what is wrong with the chain on the way."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self.problems: list[Problem] = []
        self.events = 0
        self.latest_at = 0
        self.last_seq = 0
        self.last_hash = chain.GENESIS

    def __iter__(self) -> Iterator[chain.Event]:
        rows = self._ledger.rows(f"SELECT {_EVENT_COLUMNS} FROM events ORDER BY seq")
        while True:
            try:
                row = next(rows, None)
            except _UNREADABLE as error:
                subject = f"event {self.last_seq + 1}"
                message = f"{subject} and those after it can't be read ({error})"
                self._add("event_changed", subject, message)
                return
            if row is None:
                return
            event = self._checked(row)
            if event is not None:
                yield event

    def _checked(self, row: tuple[Any, ...]) -> chain.Event | None:
        seq, data_text, stored_hash = row[0], row[7], row[8]
        self.events += 1
        whole = seq == self.last_seq + 1
        if not whole:
            missing = f"event {self.last_seq + 1}"
            if seq > self.last_seq + 2:
                missing = f"events {self.last_seq + 1} to {seq - 1}"
            self._add("event_missing", missing, f"{missing} is not in the chain any more")
        try:
            event = chain.Event._make((*row[:7], json.loads(data_text)))
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
        return event

    def _add(self, code: str, subject: str, message: str) -> None:
        self.problems.append(Problem(code, subject, message))


def _replay(events: _ChainWalk, scratch: sqlite3.Connection) -> Problem | None:
    """Apply the events to an empty ledger; what can't be applied ends the replay.

    A damaged event can do anything to a handler, and each of those errors is a finding.
    """
    schema.create_in_memory(scratch)
    scratch.execute("BEGIN")
    target: Ledger | None = None
    lookups: Lookups | None = None
    batch: list[chain.Event] = []
    problem: Problem | None = None
    for event in events:
        if problem is not None:
            continue  # the rest of the chain is still verified
        try:
            if target is None or lookups is None:
                target = Ledger(scratch, "replay", dict(event.data))
                lookups = Lookups(target)
            batch.append(event)
            if len(batch) >= _BATCH_EVENTS:
                apply_events(target, lookups, batch)
                batch = []
        except Exception as error:  # noqa: BLE001
            problem = _cannot_replay(batch[0] if batch else event, error)
    if problem is None and target is not None and lookups is not None:
        try:
            apply_events(target, lookups, batch)
        except Exception as error:  # noqa: BLE001
            problem = _cannot_replay(batch[0], error)
    return problem


def _cannot_replay(event: chain.Event, error: Exception) -> Problem:
    subject = f"event {event.seq}"
    return Problem(
        "replay_failed",
        subject,
        f"The events from {subject} on can't be applied again ({type(error).__name__}: {error})",
    )


def _file_problems(ledger: Ledger) -> list[Problem]:
    with guarded(ledger.path):
        findings = [row[0] for row in ledger.raw.execute("PRAGMA integrity_check(20)")]
        orphans = ledger.raw.execute("PRAGMA foreign_key_check").fetchall()
    problems = [Problem("file_damaged", ledger.path, text) for text in findings if text != "ok"]
    for table, row_id, parent, _ in orphans[:20]:
        message = f"{table} row {row_id} names a row of {parent} that does not exist"
        problems.append(Problem("file_damaged", table, message))
    return problems


def _schema_problems(ledger: Ledger) -> list[Problem]:
    return [
        Problem("schema_changed", name, message) for name, message in schema.differences(ledger.raw)
    ]


def _seal_problems(ledger: Ledger) -> list[Problem]:
    """I2: the lines, number and total of an invoice are those that its content hash was made of."""
    problems = []
    for invoice in invoices.invoices(ledger):
        lines = invoices.lines_of(ledger, invoice.id)
        content = invoices.sealed_content(
            ledger, invoice.number, Period(*invoice[3:5], invoice.period), lines
        )
        whole = invoices.content_hash(content) == invoice.content_hash
        if not whole or content["total_minor"] != invoice.total_minor:
            message = f"{invoice.number} is not what was closed: its content hash does not fit"
            problems.append(Problem("invoice_changed", invoice.number, message))
    return problems


def _head_problems(ledger: Ledger, walk: _ChainWalk) -> list[Problem]:
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
