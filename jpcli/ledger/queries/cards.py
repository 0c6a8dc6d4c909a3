"""Questions about the cards on file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jpcli.domain.cards import Card

if TYPE_CHECKING:
    from jpcli.ledger.database.connection import Ledger


def cards(ledger: Ledger) -> list[Card]:
    """All cards on file, oldest first."""
    rows = ledger.all(
        "SELECT id, brand, last4, exp_month, exp_year, added_at, is_primary FROM cards"
        " ORDER BY added_at, position"
    )
    return [
        Card(
            id=number,
            brand=brand,
            last4=last4,
            exp_month=month,
            exp_year=year,
            added_at=added_at,
            primary=bool(primary),
        )
        for number, brand, last4, month, year, added_at, primary in rows
    ]
