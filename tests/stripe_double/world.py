"""The objects of one mode (test or live), their ids, events and the clock.

Owns storing and announcing; which change is allowed is the resources' business. Everything that a
handler sees is under one lock, which `app` holds.
"""

from __future__ import annotations

import random
import string
import time
from typing import Any

from tests.stripe_double.errors import invalid, no_such

Object = dict[str, Any]
API_VERSION = "2026-10-28.endive"
EVENT_DAYS = 30
ACCOUNT = "acct_1DoubleOfStripe"
METADATA_KEYS = 50
NAMES = {
    "invoiceitem": "invoice item",
    "tax_id": "tax ID",
    "payment_method": "PaymentMethod",
    "payment_intent": "payment_intent",
    "setup_intent": "setupintent",
    "checkout.session": "checkout.session",
}
_BASE62 = string.ascii_letters + string.digits


class Clock:
    """Seconds since the epoch, whole. A test moves it; it never goes back by itself."""

    def __init__(self) -> None:
        self.shift = 0

    def now(self) -> int:
        return int(time.time()) + self.shift


class World:
    """Objects by kind and id, in the order in which they were made."""

    def __init__(self, clock: Clock, *, live: bool) -> None:
        self.clock = clock
        self.live = live
        self.account = ACCOUNT
        self.objects: dict[str, dict[str, Object]] = {}
        self.private: dict[str, Object] = {}  # by id: what Stripe knows and never shows
        self.request: Object = {"id": None, "idempotency_key": None}
        self._random = random.Random()

    def new_id(self, prefix: str, length: int = 24) -> str:
        return prefix + "_" + "".join(self._random.choices(_BASE62, k=length))

    def add(self, kind: str, prefix: str, fields: Object, *, length: int = 24) -> Object:
        """A new object with its id, kind, mode and time."""
        made: Object = {"id": self.new_id(prefix, length), "object": kind}
        made |= {"created": self.clock.now(), "livemode": self.live} | fields
        self.objects.setdefault(kind, {})[made["id"]] = made
        return made

    def all(self, kind: str) -> list[Object]:
        """Newest first, as every list of Stripe's is."""
        return list(reversed(self.objects.get(kind, {}).values()))

    def find(self, kind: str, object_id: str | None) -> Object | None:
        return self.objects.get(kind, {}).get(object_id or "")

    def get(self, kind: str, object_id: str, param: str = "id", status: int = 404) -> Object:
        found = self.find(kind, object_id)
        if found is None:
            raise no_such(NAMES.get(kind, kind), object_id, param, status)
        return found

    def remove(self, kind: str, object_id: str) -> None:
        del self.objects[kind][object_id]

    def find_any(self, object_id: str) -> Object | None:
        return next((kind[object_id] for kind in self.objects.values() if object_id in kind), None)

    def hide(self, object_id: str, **fields: Any) -> None:
        self.private.setdefault(object_id, {}).update(fields)

    def hidden(self, object_id: str, name: str, default: Any = None) -> Any:
        return self.private.get(object_id, {}).get(name, default)

    def announce(self, kind: str, subject: Object, previous: Object | None = None) -> None:
        """Record an event with the object as it is now."""
        data: Object = {"object": copied(subject)}
        if previous is not None:
            data["previous_attributes"] = previous
        event = {
            "api_version": API_VERSION,
            "data": data,
            "pending_webhooks": 0,
            "request": dict(self.request),
            "type": kind,
        }
        self.add("event", "evt", event)

    def update(self, subject: Object, changes: Object, event: str | None = None) -> bool:
        """Apply changes; announce them when something is different. Says whether it is."""
        previous = {
            key: copied(subject.get(key))
            for key, value in changes.items()
            if subject.get(key) != value
        }
        subject.update(changes)
        if previous and event:
            self.announce(event, subject, previous)
        return bool(previous)

    def recent_events(self) -> list[Object]:
        oldest = self.clock.now() - EVENT_DAYS * 86_400
        return [event for event in self.all("event") if event["created"] >= oldest]


def copied(value: Any) -> Any:
    """A copy of what JSON has, all the way down; several times as fast as one of anything."""
    if isinstance(value, dict):
        return {name: copied(each) for name, each in value.items()}
    if isinstance(value, list):
        return [copied(each) for each in value]
    assert value is None or isinstance(value, str | int | float), value
    return value


def merge_metadata(current: Object, given: Any) -> Object:
    """Given keys replace, an empty value takes its key away, '' takes all."""
    if given is None:
        return dict(current)
    if given == "":
        return {}
    merged = {key: value for key, value in {**current, **given}.items() if value != ""}
    if len(merged) > METADATA_KEYS:
        raise invalid(f"You can have at most {METADATA_KEYS} keys in metadata.", "metadata")
    return merged
