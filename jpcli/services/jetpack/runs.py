"""Runs: a command that issues, and which of its licenses are there already.

Owns that the same command again goes on with what was cut off, and issues nothing twice that way;
and that two runs which would get into each other's way do not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from jpcli.domain import outside_events
from jpcli.domain.errors import Busy
from jpcli.ledger.queries.wishes import DONE, runs, wishes_of
from jpcli.services.pending import check_nothing_unknown
from jpcli.services.process import NOBODY, is_gone

if TYPE_CHECKING:
    from jpcli.ledger.queries.wishes import Run, Wish
    from jpcli.ledger.writer import Writer
    from jpcli.services.desk import Desk

# What a run is called whose plan is made anew whenever it is begun.
APPLY = "apply"


class Going(NamedTuple):
    """A run that is under way. `made` are the licenses that it has, by place; `put` the places of
    those that were put on their sites."""

    request_hash: str
    number: int
    made: dict[int, str]
    put: frozenset[int]

    @property
    def taken_over(self) -> bool:
        """Whether an earlier process has done some of it."""
        return bool(self.made)


def begin(desk: Desk, writer: Writer, request_hash: str, process: str, now_at: int) -> Going:
    """Take over the first run of this request that nobody is at work on and that is not finished,
    or begin another. Busy `under_way` where the request has an idempotency key, and a process that
    is at work on it."""
    check_nothing_unknown(desk)
    every = runs(desk.ledger, request_hash)
    for run in every:
        if run.finished:
            continue
        wishes = wishes_of(desk.ledger, run)
        if _is_left(run, wishes, now_at):
            entry = outside_events.run_taken_over(request_hash, run.number, process)
            writer.record(*entry, at=now_at)
            return _going(run, wishes)
        if desk.idempotency_key is not None:
            raise under_way(f"the idempotency key {desk.idempotency_key}", desk.idempotency_key)
    return _begun(writer, request_hash, every, process, now_at)


def begin_alone(desk: Desk, writer: Writer, name: str, process: str, now_at: int) -> Going:
    """Begin a run of this name; Busy `under_way` while there is another."""
    every = runs(desk.ledger, name)
    for run in every:
        if not run.finished and not _is_left(run, wishes_of(desk.ledger, run), now_at):
            raise under_way(name, name)
    return _begun(writer, name, every, process, now_at)


def finish(writer: Writer, going: Going, now_at: int) -> None:
    """All of it is done."""
    writer.record(*outside_events.run_finished(going.request_hash, going.number), at=now_at)


def leave(writer: Writer, going: Going, now_at: int) -> None:
    """Not all of it is done, and nobody is at work on it."""
    entry = outside_events.run_taken_over(going.request_hash, going.number, NOBODY)
    writer.record(*entry, at=now_at)


def under_way(what: str, subject: str) -> Busy:
    """Another process is at work on the same."""
    return Busy(
        "under_way",
        f"Another process is at work on {what}",
        hint="Wait until it is done, then run the same command again.",
        subject=subject,
    )


def _begun(writer: Writer, request_hash: str, every: list[Run], process: str, now_at: int) -> Going:
    number = every[-1].number + 1 if every else 1
    writer.record(*outside_events.run_begun(request_hash, number, process), at=now_at)
    return Going(request_hash, number, {}, frozenset())


def _is_left(run: Run, wishes: list[Wish], now_at: int) -> bool:
    """Its wishes are signs of it, too: a long run is not gone."""
    seen_at = max([run.begun_at, *(wish.wished_at for wish in wishes)])
    return is_gone(run.process, seen_at, now_at)


def _going(run: Run, wishes: list[Wish]) -> Going:
    done = [wish for wish in wishes if wish.state == DONE and wish.position is not None]
    made = {
        wish.position: wish.license_key
        for wish in done
        if wish.action == "issue" and wish.position is not None and wish.license_key is not None
    }
    put = frozenset(
        wish.position for wish in done if wish.action == "assign" and wish.position is not None
    )
    return Going(run.request_hash, run.number, made, put)
