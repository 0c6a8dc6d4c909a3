"""Wishes to the outside and what is known of them, against what the events say one by one."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from jpcli.domain import events, outside_events
from jpcli.ledger.queries.outbox import DONE, FAILED, WISHED, Wish, open_wishes, wish
from tests.ledger.queries.memory import empty, record

NAMES = ("invoice/INV-2024-05", "invoice/INV-2024-05/pay", "customer", "invoice/INV-2024-0_")
RESULTS: tuple[Any, ...] = ({"id": "in_1", "paid": False, "lines": [1, None]}, [], None, "", 0)


def told(random: Random, known: dict[str, Wish], number: int) -> tuple[events.Entry, Wish]:
    """One event more about a wish, and what the wish is after it."""
    name = random.choice(NAMES[:3])
    before = known.get(name)
    what = random.choice([WISHED, "stumbled", DONE, FAILED]) if before else WISHED
    if before is None or what == WISHED:
        attempt = 1 if before is None else before.attempt + 1
        key, request = f"key-{number}", f"hash-{number}"
        entry = outside_events.outbox_wished(
            name, attempt=attempt, idempotency_key=key, request_hash=request
        )
        return entry, Wish(name, attempt, key, request, WISHED, False, number, None)
    if what == "stumbled":
        return outside_events.outbox_stumbled(name, before.attempt), before._replace(stumbled=True)
    if what == FAILED:
        result = {"code": "card_declined", "message": f"no {number}"}
        return outside_events.outbox_failed(name, **result), before._replace(
            state=FAILED, result=result
        )
    done = random.choice(RESULTS)
    return outside_events.outbox_done(name, done), before._replace(state=DONE, result=done)


@pytest.mark.parametrize("seed", range(8))
def test_a_wish_is_what_was_last_told_of_it(seed: int) -> None:
    """Open are those without an outcome, in the order in which they were first wished."""
    ledger, random, known = empty(), Random(seed), dict[str, Wish]()
    for number in range(80):
        entry, after = told(random, known, number)
        known[after.name] = after
        record(ledger, [(entry, number)])
        for name in (*NAMES, "", "Customer"):
            found = wish(ledger, name)
            assert found == known.get(name)
            assert found is None or isinstance(found.stumbled, bool)
        assert open_wishes(ledger) == [one for one in known.values() if one.state == WISHED]


def test_an_empty_ledger_wishes_nothing() -> None:
    assert wish(empty(), NAMES[0]) is None
    assert open_wishes(empty()) == []
