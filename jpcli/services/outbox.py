"""Calls to the outside, once and only once.

Owns the order that makes it so: a wish with its key is committed, the call is made with no
transaction open, the outcome is committed. Whoever finds an unfinished wish first looks whether it
came true; only if it did not is the call repeated, under the same key while the provider still
knows it, else under a new one.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Any

from jpcli.domain.errors import Busy, Failed, JpcliError
from jpcli.ledger import outbox as wishes
from jpcli.ledger.chain import encode
from jpcli.payments.gateway import SERVER_ERROR

if TYPE_CHECKING:
    from collections.abc import Callable

    from jpcli.ledger.outbox import Wish
    from jpcli.services.desk import Desk

# Stripe forgets keys after 24 hours; an hour is kept for clocks that disagree.
KEY_LIFE_MICROSECONDS = 23 * 3_600 * 1_000_000


def carry_out(
    desk: Desk,
    name: str,
    request: Any,
    *,
    perform: Callable[[str], Any],
    find: Callable[[], Any | None],
) -> Any:
    """Make one call come true exactly once; its JSON-ready result.

    `name` identifies the wish in this ledger, `request` is everything it asks for. `perform(key)`
    makes the call; `find()` says what came of an earlier one, or None. A definite refusal is
    recorded and raised; the next call with this name tries anew. `Busy` leaves the wish open.
    """
    request_hash = sha256(encode(request).encode()).hexdigest()
    known = wishes.wish(desk.ledger, name)
    if known is not None and known.state == wishes.DONE:
        if known.request_hash != request_hash:
            raise _changed(name)
        return known.result
    if known is not None and known.state == wishes.WISHED:
        found = find()
        if found is not None:
            return _settle(desk, name, found)
    current = _reserve(desk, name, request_hash, known)
    if current.state == wishes.DONE:
        return current.result
    try:
        result = perform(current.idempotency_key)
    except Busy as error:
        if error.code == SERVER_ERROR:
            _record(desk, "outbox.stumbled", name, {"attempt": current.attempt})
        raise
    except JpcliError as error:
        _record(desk, "outbox.failed", name, {"code": error.code, "message": error.message})
        raise
    return _settle(desk, name, result)


def _reserve(desk: Desk, name: str, request_hash: str, seen: Wish | None) -> Wish:
    """The wish to act on: the one that is there, or a new attempt, committed before the call.

    Two processes that both want a new attempt get the same one: the second finds the first's.
    """
    with desk.writing() as writer:
        known = wishes.wish(desk.ledger, name)
        moved_on = known is not None and (seen is None or known.attempt != seen.attempt)
        if known is not None and (known.state == wishes.DONE or moved_on):
            return known
        if known is not None and known.state == wishes.WISHED and not _is_burnt(desk, known):
            if known.request_hash != request_hash:
                raise _changed(name)
            return known
        attempt = 1 if known is None else known.attempt + 1
        data = {
            "attempt": attempt,
            "idempotency_key": _key(desk, name, attempt),
            "request_hash": request_hash,
        }
        writer.record("outbox.wished", name, data)
        writer.flush()
        made = wishes.wish(desk.ledger, name)
        assert made is not None
        return made


def _is_burnt(desk: Desk, known: Wish) -> bool:
    """A key that the provider has forgotten, or that would repeat the failure it stored."""
    return known.stumbled or desk.now_at - known.wished_at >= KEY_LIFE_MICROSECONDS


def _settle(desk: Desk, name: str, result: Any) -> Any:
    """Record that it came true; when another process was first, its result stands."""
    with desk.writing() as writer:
        known = wishes.wish(desk.ledger, name)
        if known is not None and known.state == wishes.DONE:
            return known.result
        writer.record("outbox.done", name, {"result": result})
    return result


def _record(desk: Desk, kind: str, name: str, data: dict[str, Any]) -> None:
    with desk.writing() as writer:
        known = wishes.wish(desk.ledger, name)
        if known is not None and known.state == wishes.WISHED:
            writer.record(kind, name, data)


def _key(desk: Desk, name: str, attempt: int) -> str:
    """Derived, so that nothing but the ledger is needed to make it again."""
    text = f"{desk.ledger.meta['ledger_id']}/{name}/{attempt}"
    return "jpcli-" + sha256(text.encode()).hexdigest()[:40]


def _changed(name: str) -> Failed:
    return Failed(
        "outbox_conflict",
        f"{name} was asked for with other contents before; nothing was sent",
        hint="Compare both sides:   jpcli invoice reconcile",
        subject=name,
    )
