"""Questions about wishes to the outside."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from jpcli.ledger.database.connection import Ledger

WISHED, DONE, FAILED = "wished", "done", "failed"


class Wish(NamedTuple):
    """One call to the outside. `stumbled`: the provider failed with it, so its key is burnt."""

    name: str
    attempt: int
    idempotency_key: str
    request_hash: str
    state: str
    stumbled: bool
    wished_at: int
    result: Any


_SELECT = (
    "SELECT name, attempt, idempotency_key, request_hash, state, stumbled, wished_at, result"
    " FROM outbox"
)


def wish(ledger: Ledger, name: str) -> Wish | None:
    """One wish, or None."""
    row = ledger.one(f"{_SELECT} WHERE name = :name", name=name)
    return None if row is None else _wish(row)


def open_wishes(ledger: Ledger) -> list[Wish]:
    """Wishes whose outcome is not known, the oldest first."""
    rows = ledger.rows(f"{_SELECT} WHERE state = 'wished' ORDER BY position")
    return [_wish(row) for row in rows]


def _wish(row: tuple[Any, ...]) -> Wish:
    name, attempt, key, request_hash, state, stumbled, wished_at, result = row
    decoded = None if result is None else json.loads(result)
    return Wish(name, attempt, key, request_hash, state, bool(stumbled), wished_at, decoded)
