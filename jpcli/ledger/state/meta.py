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


def _zone_set(ledger: Ledger, lookups: Lookups, told: list[Event]) -> None:
    """D3: what is applied from here on is counted by these rules."""
    _facts_set(ledger, lookups, told)
    for event in told:
        ledger.learn(event.data)


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
    events.LEDGER_ZONE_SET: _zone_set,
    events.PAYMENTS_SET: _facts_set,
}
