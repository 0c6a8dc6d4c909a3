"""Questions about cards and stored answers: the small tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jpcli.domain.cards import Card

if TYPE_CHECKING:
    from jpcli.ledger.database.connection import Ledger


def cards(ledger: Ledger) -> list[Card]:
    """All cards on file, oldest first."""
    rows = ledger.all(
        "SELECT id, brand, last4, exp_month, exp_year, added_at, is_primary FROM cards"
        " ORDER BY position"
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


def stored_answer(ledger: Ledger, idempotency_key: str) -> tuple[str, str] | None:
    """(request hash, answer as JSON) first given under this key, or None."""
    row = ledger.one(
        "SELECT request_hash, answer FROM answers WHERE idempotency_key = :key",
        key=idempotency_key,
    )
    return None if row is None else (row[0], row[1])
