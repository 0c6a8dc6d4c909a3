"""Wishes to the outside and what became of them: outbox events to state.

Owns the `outbox` table. A wish is written before the call it is about; its outcome after it. What
is still `wished` may or may not have happened out there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jpcli.ledger.events.chain import encode

if TYPE_CHECKING:
    from jpcli.ledger.database.connection import Ledger
    from jpcli.ledger.events.chain import Event
    from jpcli.ledger.state.lookups import Lookups


def wished(ledger: Ledger, _: Lookups, events: list[Event]) -> None:
    """A new wish, or another attempt at an old one under a new key."""
    for event in events:
        data = event.data
        ledger.execute(
            "INSERT INTO outbox (name, position, attempt, idempotency_key, request_hash, state,"
            " stumbled, wished_at, finished_at, result) VALUES (?, ?, ?, ?, ?, 'wished', 0, ?,"
            " NULL, NULL) ON CONFLICT (name) DO UPDATE SET attempt = excluded.attempt,"
            " idempotency_key = excluded.idempotency_key, request_hash = excluded.request_hash,"
            " state = 'wished', stumbled = 0, wished_at = excluded.wished_at, finished_at = NULL,"
            " result = NULL",
            (
                event.subject,
                event.seq,
                data["attempt"],
                data["idempotency_key"],
                data["request_hash"],
                event.at,
            ),
        )


def stumbled(ledger: Ledger, _: Lookups, events: list[Event]) -> None:
    """The provider failed while it handled the call: its key would only repeat that failure."""
    for event in events:
        ledger.execute("UPDATE outbox SET stumbled = 1 WHERE name = ?", (event.subject,))


def done(ledger: Ledger, _: Lookups, events: list[Event]) -> None:
    """It happened, once."""
    for event in events:
        ledger.execute(
            "UPDATE outbox SET state = 'done', finished_at = ?, result = ? WHERE name = ?",
            (event.at, encode(event.data["result"]), event.subject),
        )


def failed(ledger: Ledger, _: Lookups, events: list[Event]) -> None:
    """It was refused, for certain: nothing happened."""
    for event in events:
        ledger.execute(
            "UPDATE outbox SET state = 'failed', finished_at = ?, result = ? WHERE name = ?",
            (event.at, encode(event.data), event.subject),
        )
