"""What was answered under an idempotency key."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from jpcli.domain.events import REQUEST_LISTED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jpcli.ledger.database.connection import Ledger


def stored_answer(ledger: Ledger, idempotency_key: str) -> tuple[str, str] | None:
    """(request hash, answer as JSON) first given under this key, or None."""
    row = ledger.one(
        "SELECT request_hash, answer FROM answers WHERE idempotency_key = :key",
        key=idempotency_key,
    )
    return None if row is None else (row[0], row[1])


def listed_rows(ledger: Ledger, first_seq: int, last_seq: int) -> Iterator[Any]:
    """The rows of a long list of an answer, from the events that have its parts."""
    for (text,) in ledger.rows(
        f"SELECT data FROM events WHERE seq >= :first AND seq <= :last"
        f" AND kind = '{REQUEST_LISTED}' ORDER BY seq",
        first=first_seq,
        last=last_seq,
    ):
        yield from json.loads(text)["rows"]
