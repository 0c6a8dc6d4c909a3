"""Calls to the outside, once and only once.

Owns the order that makes it so: look whether it is there already, commit the wish with its key,
make the call with no transaction open, commit the outcome. What the ledger remembers is never
taken for what is out there: the file may have been restored or copied, and what was made may have
been taken away by hand. An attempt is repeated under its key while the provider still knows it;
a new attempt gets a new key.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Any

from jpcli.domain import outside_events
from jpcli.domain.errors import AuthProblem, Busy, Declined, Failed, JpcliError
from jpcli.ledger.events.chain import encode
from jpcli.ledger.queries import outbox
from jpcli.payments.gateway import KEY_CONFLICT, SERVER_ERROR, no_dry_run

if TYPE_CHECKING:
    from collections.abc import Callable

    from jpcli.domain.events import Entry
    from jpcli.ledger.queries.outbox import Wish
    from jpcli.services.desk import Desk

# Stripe forgets keys after 24 hours; an hour is kept for clocks that disagree.
KEY_LIFE_MICROSECONDS = 23 * 3_600 * 1_000_000


# How often one command begins anew because a key turned out to be spent on something else.
ATTEMPTS_MOST = 5


def carry_out(
    desk: Desk,
    name: str,
    request: Any,
    *,
    perform: Callable[[str], Any],
    find: Callable[[], Any | None],
    holds: Callable[[Any], bool] = lambda _result: True,
) -> Any:
    """Make one call come true exactly once; its JSON-ready result.

    `name` identifies the wish in this ledger, `request` is what it asks for, without mere wording.
    `find()` says what is there already, or None; it is asked before every attempt. `perform(key)`
    makes the call. `holds(result)` says whether what an answer speaks of is there: a stored answer
    to a key that an earlier life of the ledger used may speak of what is gone.

    A definite refusal is recorded and raised; the next call with this name tries anew. `Busy`, and
    an error that does not answer the first try of its key, leave the wish open. Raises Refused
    `no_dry_run` under `--dry-run` for what is not there yet.
    """
    request_hash = sha256(encode(request).encode()).hexdigest()
    for _ in range(ATTEMPTS_MOST):
        seen = outbox.wish(desk.ledger, name)
        found = find()
        if found is not None:
            return _settle(desk, name, found)
        if desk.dry_run:
            raise no_dry_run()
        current, is_first_try = _reserve(desk, name, request_hash, seen)
        if current.state == outbox.DONE:
            if current.request_hash == request_hash:
                return current.result
            continue  # another process was first, with another request
        try:
            result = perform(current.idempotency_key)
        except JpcliError as error:
            _note_failure(desk, current, error, is_first_try=is_first_try)
            if error.code != KEY_CONFLICT:
                raise
            continue
        if holds(result):
            return _settle(desk, name, result)
        _stumble(desk, current)
    raise Failed(
        KEY_CONFLICT,
        f"Stripe knows every key tried for {name} with another request; nothing more was sent",
        hint="Compare both sides:   jpcli invoice reconcile",
        subject=name,
    )


def take_over(desk: Desk, name: str, request: Any, result: Any) -> None:
    """Note that a call came true of which this ledger knows nothing: it was put back since, or
    another copy of it made the call."""
    request_hash = sha256(encode(request).encode()).hexdigest()
    with desk.writing() as writer:
        known = outbox.wish(desk.ledger, name)
        if known is None:
            key = _key(desk, name, 1)
            entry = outside_events.outbox_wished(
                name, attempt=1, idempotency_key=key, request_hash=request_hash
            )
            writer.record(*entry)
            writer.flush()
            known = outbox.wish(desk.ledger, name)
        if known is not None and not _is_known(known, result):
            writer.record(*outside_events.outbox_done(name, result))


def _note_failure(desk: Desk, current: Wish, error: JpcliError, *, is_first_try: bool) -> None:
    """What an error proves. Only an answer to the first try of a key says that nothing was done; a
    decline is an answer about the card whichever try it answers."""
    if isinstance(error, Busy):
        if error.code == SERVER_ERROR:
            _stumble(desk, current)
        return
    first = is_first_try and not error.unsure and error.code != KEY_CONFLICT
    if first or isinstance(error, Declined):
        _record(
            desk, current, outside_events.outbox_failed(current.name, error.code, error.message)
        )
    elif not isinstance(error, AuthProblem):  # which is said before the key is looked at
        _stumble(desk, current)


def _stumble(desk: Desk, current: Wish) -> None:
    """The outcome is open, and the key would only give the same answer again."""
    _record(desk, current, outside_events.outbox_stumbled(current.name, current.attempt))


def _reserve(desk: Desk, name: str, request_hash: str, seen: Wish | None) -> tuple[Wish, bool]:
    """The wish to act on, and whether it is a new attempt, committed before the call.

    Two processes that both want a new attempt get the same one: the second finds the first's.
    """
    with desk.writing() as writer:
        known = outbox.wish(desk.ledger, name)
        if known is not None and known.state == outbox.DONE and known != seen:
            return known, False
        if known is not None and (seen is None or known.attempt != seen.attempt):
            return known, False
        if (
            known is not None
            and known.state == outbox.WISHED
            and known.request_hash == request_hash
            and not _is_burnt(desk, known)
        ):
            return known, False
        attempt = 1 if known is None else known.attempt + 1
        key = _key(desk, name, attempt)
        entry = outside_events.outbox_wished(
            name, attempt=attempt, idempotency_key=key, request_hash=request_hash
        )
        writer.record(*entry)
        writer.flush()
        made = outbox.wish(desk.ledger, name)
        assert made is not None
        return made, True


def _is_burnt(desk: Desk, known: Wish) -> bool:
    """A key that the provider has forgotten, or that would repeat the failure it stored."""
    return known.stumbled or desk.now_at - known.wished_at >= KEY_LIFE_MICROSECONDS


def _settle(desk: Desk, name: str, result: Any) -> Any:
    """Note that it came true, where the ledger had wished for it and does not know yet."""
    known = outbox.wish(desk.ledger, name)
    if known is None or _is_known(known, result):
        return result
    with desk.writing() as writer:
        known = outbox.wish(desk.ledger, name)
        if known is not None and not _is_known(known, result):
            writer.record(*outside_events.outbox_done(name, result))
    return result


def _is_known(known: Wish, result: Any) -> bool:
    """Whether the wish is settled with the same object."""
    if known.state != outbox.DONE:
        return False
    both = (known.result, result)
    return not all(isinstance(one, dict) for one in both) or known.result.get("id") == result.get(
        "id"
    )


def _record(desk: Desk, current: Wish, entry: Entry) -> None:
    with desk.writing() as writer:
        known = outbox.wish(desk.ledger, current.name)
        if known is not None and known.state == outbox.WISHED and known.attempt == current.attempt:
            writer.record(*entry)


def _key(desk: Desk, name: str, attempt: int) -> str:
    """Derived, so that nothing but the ledger is needed to make it again."""
    text = f"{desk.ledger.meta['ledger_id']}/{name}/{attempt}"
    return "jpcli-" + sha256(text.encode()).hexdigest()[:40]
