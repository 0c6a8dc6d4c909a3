"""Idempotency keys: the first answer again, for a day, for the same request only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.stripe_double.errors import StripeFault, invalid
from tests.stripe_double.world import Clock

KEEP_SECONDS = 24 * 3600
MAX_KEY_CHARS = 255


@dataclass(slots=True)
class Entry:
    method: str
    path: str
    params: dict[str, Any]
    used_at: int
    request_id: str
    status: int | None = None  # None: still being answered
    body: bytes = b""


class Keys:
    """The keys that were used in one mode. The caller holds the lock."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.entries: dict[str, Entry] = {}

    def begin(
        self, key: str, method: str, path: str, params: dict[str, Any], request_id: str
    ) -> Entry | None:
        """The recorded answer, or None when the caller is the first and has to do the work."""
        if not key or len(key) > MAX_KEY_CHARS:
            raise invalid(f"Idempotency keys have 1 to {MAX_KEY_CHARS} characters.")
        entry = self.entries.get(key)
        now = self.clock.now()
        if entry is not None and entry.status is not None and now - entry.used_at >= KEEP_SECONDS:
            entry = None
        if entry is None:
            self.entries[key] = Entry(method, path, params, now, request_id)
            return None
        if (entry.method, entry.path) != (method, path):
            raise _mismatch(
                f"Keys for idempotent requests can only be used for the same endpoint they were"
                f" first used for ('{entry.path}' vs '{path}')."
                f" Try using a key other than '{key}' if you meant to execute a different request."
            )
        if entry.params != params:
            raise _mismatch(
                "Keys for idempotent requests can only be used with the same parameters they were"
                f" first used with. Try using a key other than '{key}' if you meant to execute a"
                " different request."
            )
        if entry.status is None:
            raise StripeFault(
                409,
                "idempotency_error",
                "There is currently another in-progress request using this Idempotent Key"
                " (that probably means you submitted twice, and the other request is still going"
                f" through): {key}. Please try again later.",
                code="idempotency_key_in_use",
                headers={"Stripe-Should-Retry": "true"},
            )
        return entry

    def finish(self, key: str, status: int, body: bytes) -> None:
        entry = self.entries.get(key)
        if entry is not None:
            entry.status, entry.body = status, body

    def forget(self, key: str) -> None:
        """The request was refused before any work: the key is free again."""
        self.entries.pop(key, None)


def _mismatch(message: str) -> StripeFault:
    return StripeFault(400, "idempotency_error", message)
