"""What was answered under an idempotency key."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jpcli.ledger.database.connection import Ledger


def stored_answer(ledger: Ledger, idempotency_key: str) -> tuple[str, str] | None:
    """(request hash, answer as JSON) first given under this key, or None."""
    row = ledger.one(
        "SELECT request_hash, answer FROM answers WHERE idempotency_key = :key",
        key=idempotency_key,
    )
    return None if row is None else (row[0], row[1])
