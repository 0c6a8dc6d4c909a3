"""Lists, pages, filters by time and expanded references, the same for every resource."""

from __future__ import annotations

from typing import Any

from tests.stripe_double.errors import invalid
from tests.stripe_double.world import Object, World, copied

DEFAULT_LIMIT, MAX_LIMIT, MAX_EXPAND_DEPTH = 10, 100, 4

# Fields that hold an id and may be expanded, and what is there.
REFERENCES = {
    "customer": "customer",
    "default_payment_method": "payment_method",
    "payment_method": "payment_method",
    "payment_intent": "payment_intent",
    "setup_intent": "setup_intent",
    "latest_charge": "charge",
    "charge": "charge",
    "invoice": "invoice",
}


def check_limit(params: Object) -> int:
    limit = params.get("limit", DEFAULT_LIMIT)
    if not 1 <= limit <= MAX_LIMIT:
        raise invalid(f"Invalid limit: must be between 1 and {MAX_LIMIT}.", "limit")
    return int(limit)


def page(items: list[Object], params: Object, url: str, kind: str = "object") -> Object:
    """One page of items that are in the list's order, newest first for most."""
    limit = check_limit(params)
    after, before = params.get("starting_after"), params.get("ending_before")
    if after is not None and before is not None:
        raise invalid(
            "You cannot parameterize a request with both starting_after and ending_before.",
            "ending_before",
        )
    if after is not None:
        rest = items[_position(items, after, "starting_after", kind) + 1 :]
    elif before is not None:
        # The page is the one right before the named object, not the first of them all.
        rest = items[: _position(items, before, "ending_before", kind)]
        chosen = rest[-limit:]
        return _list(chosen, url, has_more=len(rest) > limit)
    else:
        rest = items
    return _list(rest[:limit], url, has_more=len(rest) > limit)


def _list(items: list[Object], url: str, *, has_more: bool) -> Object:
    return {"object": "list", "data": items, "has_more": has_more, "url": url}


def _position(items: list[Object], object_id: str, param: str, kind: str) -> int:
    for index, item in enumerate(items):
        if item["id"] == object_id:
            return index
    message = f"No such {kind}: '{object_id}'"
    raise invalid(message, param, "resource_missing")


def filtered(items: list[Object], params: Object, *names: str) -> list[Object]:
    """Keep what is equal in the named fields, and what `created` and `due_date` allow."""
    for name in names:
        if name in params:
            items = [item for item in items if item.get(name) == params[name]]
    for name in ("created", "due_date"):
        if name in params:
            items = [item for item in items if _in_range(item.get(name), params[name])]
    return items


def _in_range(at: int | None, bounds: Any) -> bool:
    if at is None:
        return False
    if isinstance(bounds, int):
        return at == bounds
    return bool(
        at > bounds.get("gt", at - 1)
        and at >= bounds.get("gte", at)
        and at < bounds.get("lt", at + 1)
        and at <= bounds.get("lte", at)
    )


def expand(world: World, answer: Object, paths: list[str]) -> Object:
    """A copy of the answer in which the named references are objects."""
    answer = copied(answer)
    for path in paths:
        parts = path.split(".")
        if len(parts) > MAX_EXPAND_DEPTH:
            raise invalid(
                f"You cannot expand more than {MAX_EXPAND_DEPTH} levels: {path}", "expand"
            )
        _expand(world, answer, parts, path)
    return answer


def _expand(world: World, at: Any, parts: list[str], path: str) -> None:
    if isinstance(at, list):
        for item in at:
            _expand(world, item, parts, path)
        return
    if not parts or at is None:
        return
    name, *rest = parts
    if not isinstance(at, dict):
        raise _not_expandable(path)
    if name == "payments" and at.get("object") == "invoice":
        url = f"/v1/invoice_payments?invoice={at['id']}"
        payments = filtered(world.all("invoice_payment"), {"invoice": at["id"]}, "invoice")
        at.setdefault(name, copied(page(payments, {}, url)))
    elif name not in at:
        raise _not_expandable(path)
    elif name in REFERENCES:
        if isinstance(at[name], str):
            found = world.find(REFERENCES[name], at[name])
            at[name] = copied(found) if found else {"id": at[name], "deleted": True}
    elif not rest or (name == "data") != (at.get("object") == "list" or "next_page" in at):
        raise _not_expandable(path)
    _expand(world, at[name], rest, path)


def _not_expandable(path: str) -> Exception:
    return invalid(
        f"This property cannot be expanded ({path}). You may want to try expanding 'data.{path}'"
        " instead.",
        "expand",
    )
