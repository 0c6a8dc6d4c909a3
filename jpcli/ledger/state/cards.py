"""Cards: events to state."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jpcli.domain import events

if TYPE_CHECKING:
    from jpcli.domain.events import Event
    from jpcli.ledger.database.connection import Ledger
    from jpcli.ledger.state.lookups import Lookups


def _added(ledger: Ledger, _: Lookups, told: list[Event]) -> None:
    for event in told:
        data = event.data
        if data["primary"]:
            ledger.execute("UPDATE cards SET is_primary = 0 WHERE is_primary = 1")
        ledger.execute(
            "INSERT INTO cards (id, position, brand, last4, exp_month, exp_year, is_primary,"
            " added_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                event.subject,
                event.seq,
                data["brand"],
                data["last4"],
                data["exp_month"],
                data["exp_year"],
                int(data["primary"]),
                event.at,
            ),
        )


def _made_primary(ledger: Ledger, _: Lookups, told: list[Event]) -> None:
    for event in told:
        ledger.execute("UPDATE cards SET is_primary = 0 WHERE is_primary = 1")
        ledger.execute("UPDATE cards SET is_primary = 1 WHERE id = ?", (event.subject,))


def _removed(ledger: Ledger, _: Lookups, told: list[Event]) -> None:
    for event in told:
        ledger.execute("DELETE FROM cards WHERE id = ?", (event.subject,))
        if event.data["promoted"] is not None:
            promoted = (event.data["promoted"],)
            ledger.execute("UPDATE cards SET is_primary = 1 WHERE id = ?", promoted)


def _synced(ledger: Ledger, _: Lookups, told: list[Event]) -> None:
    """The cards as the gateway has them; what is not in the list is gone."""
    for event in told:
        ledger.execute("DELETE FROM cards")
        ledger.execute_many(
            "INSERT INTO cards (position, id, brand, last4, exp_month, exp_year, is_primary,"
            " added_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            [(position, *card) for position, card in enumerate(event.data["cards"])],
        )


HANDLERS = {
    events.CARD_ADDED: _added,
    events.CARD_MADE_PRIMARY: _made_primary,
    events.CARD_REMOVED: _removed,
    events.CARDS_SYNCED: _synced,
}
