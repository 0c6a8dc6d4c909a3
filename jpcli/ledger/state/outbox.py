"""Wishes to the outside and what became of them: outbox events to state.

Owns the `outbox` table. A wish is written before the call it is about; its outcome after it. What
is still `wished` may or may not have happened out there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jpcli.domain import outside_events
from jpcli.ledger.events.chain import encode

if TYPE_CHECKING:
    from jpcli.domain.events import Event
    from jpcli.ledger.database.connection import Ledger
    from jpcli.ledger.state.lookups import Lookups


def _wished(ledger: Ledger, _: Lookups, told: list[Event]) -> None:
    """A new wish, or another attempt at an old one under a new key."""
    for event in told:
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


def _stumbled(ledger: Ledger, _: Lookups, told: list[Event]) -> None:
    """The provider failed while it handled the call: its key would only repeat that failure."""
    for event in told:
        ledger.execute("UPDATE outbox SET stumbled = 1 WHERE name = ?", (event.subject,))


def _done(ledger: Ledger, _: Lookups, told: list[Event]) -> None:
    """It happened, once."""
    for event in told:
        ledger.execute(
            "UPDATE outbox SET state = 'done', finished_at = ?, result = ? WHERE name = ?",
            (event.at, encode(event.data["result"]), event.subject),
        )


def _failed(ledger: Ledger, _: Lookups, told: list[Event]) -> None:
    """It was refused, for certain: nothing happened."""
    for event in told:
        ledger.execute(
            "UPDATE outbox SET state = 'failed', finished_at = ?, result = ? WHERE name = ?",
            (event.at, encode(event.data), event.subject),
        )


HANDLERS = {
    outside_events.OUTBOX_WISHED: _wished,
    outside_events.OUTBOX_STUMBLED: _stumbled,
    outside_events.OUTBOX_DONE: _done,
    outside_events.OUTBOX_FAILED: _failed,
}
