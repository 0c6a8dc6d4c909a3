"""What is said of requests: answers under an idempotency key, and what was undone: events to
state."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jpcli.domain import events

if TYPE_CHECKING:
    from jpcli.domain.events import Event
    from jpcli.ledger.database.connection import Ledger
    from jpcli.ledger.state.lookups import Lookups


def _answered(ledger: Ledger, _: Lookups, told: list[Event]) -> None:
    rows = [(e.subject, e.data["request_hash"], e.data["answer"]) for e in told]
    ledger.execute_many(
        "INSERT INTO answers (idempotency_key, request_hash, answer) VALUES (?, ?, ?)", rows
    )


def _listed(_ledger: Ledger, _: Lookups, _told: list[Event]) -> None:
    """Read from the events, when the answer is told again."""


def _undone(_ledger: Ledger, _: Lookups, _told: list[Event]) -> None:
    """What was undone is in the state by events of its own; that it was is read from the events."""


HANDLERS = {
    events.CHANGE_UNDONE: _undone,
    events.REQUEST_ANSWERED: _answered,
    events.REQUEST_LISTED: _listed,
}
