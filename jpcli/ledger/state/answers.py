"""Answers under an idempotency key: events to state."""

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


HANDLERS = {events.REQUEST_ANSWERED: _answered, events.REQUEST_LISTED: _listed}
