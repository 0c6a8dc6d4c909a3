"""Attempts to charge a card: events to state."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jpcli.domain import events

if TYPE_CHECKING:
    from jpcli.domain.events import Event
    from jpcli.ledger.database.connection import Ledger
    from jpcli.ledger.state.lookups import Lookups


def _attempted(ledger: Ledger, _: Lookups, told: list[Event]) -> None:
    """One row an attempt; its billing day is fixed with it (D4)."""
    ledger.execute_many(
        "INSERT INTO attempts (id, number, card, card_name, at, day, outcome, code, advice, charge)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (
                event.seq,
                event.subject,
                event.data["card"],
                event.data["card_name"],
                event.at,
                ledger.calendar.day_of(event.at),
                event.data["outcome"],
                event.data["code"],
                event.data["advice"],
                event.data["charge"],
            )
            for event in told
        ],
    )


HANDLERS = {events.PAYMENT_ATTEMPTED: _attempted}
