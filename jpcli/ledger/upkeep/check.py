"""Is the ledger what its events say? The chain is verified, the events are replayed, the
tables compared.

Owns the search for damage: a flipped bit, a hand edit, a deleted row, a bug in a handler. It
changes nothing and reports everything it finds as problems with a subject.
"""

from __future__ import annotations

import sqlite3
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from jpcli.domain.errors import Problem
from jpcli.domain.periods import Period
from jpcli.domain.words import count
from jpcli.ledger.database import schema, tables
from jpcli.ledger.database.connection import calendar_by
from jpcli.ledger.database.faults import guarded, raise_outside
from jpcli.ledger.queries import invoice_lines, invoices
from jpcli.ledger.upkeep.compare import compare_table
from jpcli.ledger.upkeep.replay import UNREADABLE, ChainWalk, head_problems, replay, zone_behind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from jpcli.ledger.database.connection import Ledger


_SCRATCH = "the temporary file of the check"


class CheckReport(NamedTuple):
    """`events` counts them, `head` is the last hash as hex. No problems: `foreign` names tables and
    views of others, `exceptions` counts instants for which other rules of the time zone held, and
    `since` is the event that had a head which was asked for: its number, its hash as hex."""

    events: int
    head: str
    problems: tuple[Problem, ...]
    foreign: tuple[str, ...]
    exceptions: int
    since: tuple[int, str] | None = None


def check_ledger(ledger: Ledger, since_head: str | None = None) -> CheckReport:
    """Verify file, schema, chain and state, and that a hash (hex) which begins with `since_head` is
    one of the chain. Whatever is wrong with the ledger is a problem, never an error; what the
    system can't give is one, as Failed `disk_full`."""
    problems = _Problems()
    foreign: list[str] = []
    for subject, at in ledger.looks(foreign):
        problems.look(subject, at)
    problems.look("invoices", lambda: _seal_problems(ledger))
    walk = ChainWalk(ledger, since_head)
    zone = zone_behind(ledger)
    # "" is a private temporary file: a replay of millions of events must not fill the memory.
    scratch = sqlite3.connect("", isolation_level=None)
    try:
        with guarded(_SCRATCH):
            tables.create_in_memory(scratch)
            scratch.execute("BEGIN")
        replay_problem = replay(walk, scratch, _SCRATCH, zone)
        problems.found += walk.problems
        problems.look("chain", lambda: head_problems(ledger, walk))
        if replay_problem is not None:
            problems.found.append(replay_problem)
        for table in schema.STATE_TABLES:
            problems.look(table, partial(compare_table, ledger.reader, scratch, table))
    finally:
        scratch.close()
    if since_head is not None and len(walk.heads) != 1:
        problems.found.append(_no_such_head(since_head, len(walk.heads)))
    head, kept = walk.last_hash.hex(), _exceptions({**ledger.meta, **zone})
    since = walk.heads[0] if len(walk.heads) == 1 else None
    return CheckReport(walk.events, head, tuple(problems.found), tuple(foreign), kept, since)


def _no_such_head(since_head: str, found: int) -> Problem:
    if found:
        message = f"{count(found, 'event')} have a hash that begins so: {since_head}"
        return Problem("head_ambiguous", since_head, message)
    message = (
        f"No event has the hash {since_head}: what it stood for was rewritten, or this is another"
        " ledger, or an older copy of it"
    )
    return Problem("head_not_found", since_head, message)


def _exceptions(facts: Mapping[str, str]) -> int:
    """How many instants had another offset than the rules say. A revocation is looked at in two
    seconds."""
    exceptions = calendar_by(facts).exceptions
    return sum(second - 1 not in exceptions for second in exceptions)


class _Problems:
    """What was found so far. A part of the ledger that can't even be read is one finding."""

    def __init__(self) -> None:
        self.found: list[Problem] = []

    def look(self, subject: str, at: Callable[[], Iterable[Problem]]) -> None:
        """Add the findings of one look, those before an error included."""
        try:
            self.found.extend(at())
        except UNREADABLE as error:
            raise_outside(error, _SCRATCH)
            message = f"{subject} can't be read ({type(error).__name__}: {error})"
            self.found.append(Problem("file_damaged", subject, message))


def _seal_problems(ledger: Ledger) -> list[Problem]:
    """I2: the lines, number and total of an invoice are those that its content hash was made of."""
    problems = []
    for invoice in invoices.invoices(ledger):
        lines = invoice_lines.lines_of(ledger, invoice.id)
        content = invoice_lines.sealed_content(
            ledger, invoice.number, Period(*invoice[3:5], invoice.period), lines
        )
        whole = invoice_lines.content_hash(content) == invoice.content_hash
        if not whole or content["total_minor"] != invoice.total_minor:
            message = f"{invoice.number} is not what was closed: its content hash does not fit"
            problems.append(Problem("invoice_changed", invoice.number, message))
    return problems
