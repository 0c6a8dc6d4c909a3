"""The account itself: who it is, what it holds, and what happened in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.stripe_double.errors import invalid, no_such
from tests.stripe_double.lists import filtered, page
from tests.stripe_double.world import Object, World

if TYPE_CHECKING:
    from tests.stripe_double.schema import Operation

MAX_TYPES = 20


def retrieve(world: World, params: Object, operation: Operation) -> Object:
    return {
        "id": world.account,
        "object": "account",
        "business_profile": {"name": "Double", "support_email": None, "url": None},
        "charges_enabled": True,
        "country": "US",
        "created": 1_600_000_000,
        "default_currency": "usd",
        "details_submitted": True,
        "email": "owner@example.com",
        "metadata": {},
        "payouts_enabled": True,
        "settings": {"dashboard": {"display_name": "Double", "timezone": "Etc/UTC"}},
        "type": "standard",
    }


def balance(world: World, params: Object, operation: Operation) -> Object:
    sums: dict[str, int] = {"usd": 0}
    for charge in world.all("charge"):
        if charge["status"] == "succeeded":
            sums[charge["currency"]] = sums.get(charge["currency"], 0) + charge["amount"]
    pending = [
        {"amount": amount, "currency": currency, "source_types": {"card": amount}}
        for currency, amount in sums.items()
    ]
    available = [part | {"amount": 0, "source_types": {"card": 0}} for part in pending]
    return {
        "object": "balance",
        "available": available,
        "livemode": world.live,
        "pending": pending,
    }


def list_events(world: World, params: Object, operation: Operation) -> Object:
    if "type" in params and "types" in params:
        raise invalid("You may only specify one of `type` and `types`.", "types")
    types = params.get("types", [])
    if len(types) > MAX_TYPES:
        raise invalid(f"You can name at most {MAX_TYPES} types.", "types")
    if params.get("delivery_success") is False:
        items = []
    else:
        items = filtered(world.recent_events(), params)
    # The cursor need not be of the types that are asked for, only known and recent.
    cursor = params.get("ending_before") or params.get("starting_after")
    wanted = [item for item in items if _is_wanted(item["type"], params) or item["id"] == cursor]
    return page(wanted, params, "/v1/events", "event")


def _is_wanted(kind: str, params: Object) -> bool:
    """`type` may end in a star: invoice.*"""
    asked = params.get("types") or ([params["type"]] if "type" in params else None)
    if asked is None:
        return True
    return any(kind == one or (one.endswith(".*") and kind.startswith(one[:-1])) for one in asked)


def retrieve_event(world: World, params: Object, operation: Operation) -> Object:
    event_id = operation.path_values["id"]
    for event in world.recent_events():
        if event["id"] == event_id:
            return event
    raise no_such("event", event_id, "id", 404)
