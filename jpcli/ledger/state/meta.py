"""A ledger's facts and settings: events to state."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jpcli.domain import events

if TYPE_CHECKING:
    from jpcli.domain.events import Event
    from jpcli.ledger.database.connection import Ledger
    from jpcli.ledger.state.lookups import Lookups


def _created(ledger: Ledger, _: Lookups, told: list[Event]) -> None:
    for event in told:
        rows = sorted(event.data.items())
        ledger.execute_many("INSERT INTO meta (key, value) VALUES (?, ?)", rows)


def _facts_set(ledger: Ledger, _: Lookups, told: list[Event]) -> None:
    """Facts that a ledger learns, or that are changed, later than its birth."""
    for event in told:
        ledger.execute_many(
            "INSERT INTO meta (key, value) VALUES (?, ?)"
            " ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            sorted(event.data.items()),
        )


HANDLERS = {
    events.LEDGER_CREATED: _created,
    events.LEDGER_SET: _facts_set,
    events.PAYMENTS_SET: _facts_set,
}
