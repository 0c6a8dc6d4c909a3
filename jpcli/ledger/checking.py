"""Is the ledger what its events say? The chain is verified, the events are replayed, the
tables compared.

Owns the search for damage: a flipped bit, a hand edit, a deleted row, a bug in a handler. It
changes nothing and reports everything it finds as problems with a subject.
"""

from __future__ import annotations

import json
import sqlite3
from typing import TYPE_CHECKING, Any, NamedTuple

from jpcli.domain.errors import JpcliError, Problem
from jpcli.domain.periods import Period
from jpcli.ledger import chain, invoices, schema
from jpcli.ledger.applying import apply_events
from jpcli.ledger.comparing import compare_states
from jpcli.ledger.connection import Ledger
from jpcli.ledger.faults import guarded
from jpcli.ledger.lookups import Lookups

if TYPE_CHECKING:
    from collections.abc import Iterator

_BATCH_EVENTS = 5_000
_EVENT_COLUMNS = "seq, kind, subject, at, recorded_at, actor, reason, data, hash"


class CheckReport(NamedTuple):
    """`events` counts them, `head` is the last hash as hex."""

    events: int
    head: str
    problems: tuple[Problem, ...]


def check_ledger(ledger: Ledger) -> CheckReport:
    """Verify file, schema, chain and state. Problems are data; only an unreadable file raises."""
    problems = [*_file_problems(ledger), *_schema_problems(ledger), *_seal_problems(ledger)]
    chain_walk = _ChainWalk(ledger)
    # "" is a private temporary file: a replay of millions of events must not fill the memory.
    scratch = sqlite3.connect("", isolation_level=None)
    try:
        replay_problem = _replay(chain_walk, scratch)
        problems += chain_walk.problems
        problems += _head_problems(ledger, chain_walk)
        if replay_problem is not None:
            problems.append(replay_problem)
        problems += compare_states(ledger.raw, scratch)
    finally:
        scratch.close()
    return CheckReport(chain_walk.events, chain_walk.last_hash.hex(), tuple(problems))


class _ChainWalk:
    """Walks the events in order, collecting what is wrong with the chain on the way."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self.problems: list[Problem] = []
        self.events = 0
        self.last_seq = 0
        self.last_hash = chain.GENESIS

    def __iter__(self) -> Iterator[chain.Event]:
        sql = f"SELECT {_EVENT_COLUMNS} FROM events ORDER BY seq"
        for row in self._ledger.rows(sql):
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
        except ValueError:
            event, fits = None, False
        if whole and not fits:
            subject = f"event {seq}"
            message = f"{subject} ({row[1]} {row[2]}) does not fit its hash: it was changed"
            self._add("event_changed", subject, message)
        self.last_seq, self.last_hash = seq, stored_hash
        return event

    def _add(self, code: str, subject: str, message: str) -> None:
        self.problems.append(Problem(code, subject, message))


def _replay(events: _ChainWalk, scratch: sqlite3.Connection) -> Problem | None:
    """Apply the events to an empty ledger; what can't be applied ends the replay."""
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
        except _REPLAY_ERRORS as error:
            problem = _cannot_replay(batch[0] if batch else event, error)
    if problem is None and target is not None and lookups is not None:
        try:
            apply_events(target, lookups, batch)
        except _REPLAY_ERRORS as error:
            problem = _cannot_replay(batch[0], error)
    return problem


_REPLAY_ERRORS = (JpcliError, LookupError, TypeError, ValueError, sqlite3.Error)


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
    """Tables, indexes and triggers must be ours to the letter: a dropped trigger guards nothing."""
    fresh = sqlite3.connect(":memory:")
    schema.create_in_memory(fresh)
    # sqlite-utils' list of migrations is book-keeping of the file, not of the ledger.
    sql = (
        "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL"
        " AND tbl_name NOT LIKE '!_sqlite%' ESCAPE '!' AND name NOT LIKE 'sqlite!_%' ESCAPE '!'"
    )
    expected = dict(fresh.execute(sql))
    fresh.close()
    found = {name: text for name, text in ledger.rows(sql) if text}
    problems = []
    for name in sorted(expected.keys() | found.keys()):
        if name not in found:
            problems.append(Problem("schema_changed", name, f"{name} is missing"))
        elif name not in expected:
            problems.append(Problem("schema_changed", name, f"{name} does not belong here"))
        elif expected[name] != found[name]:
            problems.append(Problem("schema_changed", name, f"{name} was changed"))
    return problems


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
    head = ledger.one("SELECT seq, hash FROM chain WHERE id = 1")
    if head == (walk.last_seq, walk.last_hash):
        return []
    remembered = "none" if head is None else f"event {head[0]}"
    return [
        Problem(
            "head_differs",
            f"event {walk.last_seq}",
            f"The chain ends with event {walk.last_seq}, its head remembers {remembered}",
        )
    ]
