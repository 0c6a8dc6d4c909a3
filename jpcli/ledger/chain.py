"""Events and the hash chain that binds each one to its predecessor.

Owns how an event becomes bytes. An event is never changed: a correction is another event. The
hash of an event is SHA-256 over the hash before it and the event's canonical JSON, so a changed,
missing or reordered event breaks every hash after it.
"""

from __future__ import annotations

import json
from hashlib import sha256
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

GENESIS = bytes(32)

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode


class Event(NamedTuple):
    """One thing that happened. `at` is when it took effect, `recorded_at` when it was written
    (both instants); `subject` is the license key, site, client, card or product it is about."""

    seq: int
    kind: str
    subject: str
    at: int
    recorded_at: int
    actor: str
    reason: str | None
    data: Mapping[str, Any]


def encode(data: Any) -> str:
    """Canonical JSON: sorted keys, no spaces, one text for one value."""
    return _encode(data)


def link(previous: bytes, event: Event, data_text: str) -> bytes:
    """The chain hash (32 bytes) of `event`, whose data is `data_text` in canonical form."""
    fields = [
        event.seq,
        event.kind,
        event.subject,
        event.at,
        event.recorded_at,
        event.actor,
        event.reason,
        data_text,
    ]
    return sha256(previous + _encode(fields).encode("utf-8", "surrogatepass")).digest()
