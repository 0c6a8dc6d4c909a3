"""The outbox by itself: which key a call goes under, and what is noted of what came true."""

from __future__ import annotations

import json
from typing import Any

import pytest

from jpcli.domain.errors import Busy, Failed, JpcliError
from jpcli.domain.instants import parse_instant
from jpcli.ledger.queries.outbox import DONE, FAILED, WISHED, Wish, wish
from jpcli.payments.gateway import SERVER_ERROR
from jpcli.services.collection.stripe import outbox
from tests import engines
from tests.services.collection.conftest import JULY_2, Shop

pytestmark = pytest.mark.once

JUST_BEFORE, LATER = "2024-07-03T07:59:59.999999Z", "2024-07-03T08:00:00Z"  # 23 hours on


class Call:
    """One that fails while it is told to, and finds what is told to be there."""

    def __init__(self, *, there: Any = None, fails: JpcliError | None = None) -> None:
        self.there, self.fails = there, fails
        self.keys: list[str] = []

    def perform(self, key: str) -> Any:
        self.keys.append(key)
        if self.fails is not None:
            raise self.fails
        return {"id": "made"}

    def find(self) -> Any:
        return self.there


def carry(shop: Shop, call: Call, name: str = "x", request: Any = 1, now: str = JULY_2) -> Any:
    with shop.desk(now=now) as desk:
        try:
            return outbox.carry_out(desk, name, request, perform=call.perform, find=call.find)
        except JpcliError as error:
            return error.code


def take_over(shop: Shop, result: Any, name: str = "x", request: Any = 1) -> None:
    with shop.desk() as desk:
        outbox.take_over(desk, name, request, result)


def noted(shop: Shop, name: str = "x") -> Wish:
    with shop.desk() as desk:
        found = wish(desk.ledger, name)
    assert found is not None
    return found


def lost() -> Busy:
    return Busy("network", "")


def test_a_ledger_that_was_put_back_uses_the_same_keys_again(shop: Shop) -> None:
    before = f"{shop.called}.before"
    engines.copy(shop.called, before)
    lives = []
    for _ in range(2):
        engines.copy(before, shop.called)
        call = Call(fails=Failed("bad_request", ""))
        for name in ("x", "x", "y"):
            assert carry(shop, call, name) == "bad_request"
        lives.append(call.keys)
    assert lives[0] == lives[1]
    assert len(set(lives[0])) == 3


def test_a_key_is_used_again_for_23_hours_and_not_longer(shop: Shop) -> None:
    call = Call(fails=lost())
    carry(shop, call)
    carry(shop, call, now=JUST_BEFORE)
    assert len(set(call.keys)) == 1
    carry(shop, call, now=LATER)
    assert len(set(call.keys)) == 2
    found = noted(shop)
    assert (found.attempt, found.wished_at) == (2, parse_instant(LATER))
    assert found.idempotency_key == call.keys[-1]


def test_a_refusal_is_noted_and_the_next_call_is_another_attempt(shop: Shop) -> None:
    call = Call(fails=Failed("bad_request", "No."))
    carry(shop, call)
    assert (noted(shop).state, noted(shop).attempt) == (FAILED, 1)
    call.fails = None
    assert carry(shop, call) == {"id": "made"}
    found = noted(shop)
    assert (found.state, found.attempt, found.result) == (DONE, 2, {"id": "made"})
    assert len(set(call.keys)) == 2


def test_what_is_found_settles_the_wish_once(shop: Shop) -> None:
    carry(shop, Call(fails=lost()))
    assert carry(shop, Call(there={"id": "there", "status": "open"}))["id"] == "there"
    found = noted(shop)
    assert (found.state, found.result["id"], found.attempt) == (DONE, "there", 1)
    before = shop.state()
    carry(shop, Call(there={"id": "there", "status": "paid"}))
    assert shop.state() == before
    carry(shop, Call(there={"id": "another"}))
    assert noted(shop).result == {"id": "another"}


@pytest.mark.parametrize("open_before", [False, True])
def test_what_another_process_did_in_between_is_not_done_again(
    shop: Shop, open_before: bool
) -> None:
    """It is looked for, then the other one makes it, then the wish is read; with `open_before` both
    saw the same open wish."""
    if open_before:
        carry(shop, Call(fails=lost()))
    mine = Call()

    def find() -> None:
        carry(shop, Call())

    mine.find = find  # type: ignore[method-assign]
    assert carry(shop, mine) == {"id": "made"}
    assert mine.keys == []


@pytest.mark.parametrize(
    ("other", "now", "after"),
    [
        (Call(fails=lost()), LATER, (WISHED, 2)),
        (Call(there={"id": "there"}), JULY_2, (DONE, 1)),
    ],
    ids=["tries anew", "finishes"],
)
@pytest.mark.parametrize("error", [Failed("bad_request", ""), Busy(SERVER_ERROR, "")])
def test_a_failure_says_nothing_of_what_another_process_did_meanwhile(
    shop: Shop, error: JpcliError, other: Call, now: str, after: tuple[str, int]
) -> None:
    mine = Call(fails=error)
    perform = mine.perform

    def slowly(key: str) -> Any:
        carry(shop, other, now=now)
        return perform(key)

    mine.perform = slowly  # type: ignore[method-assign]
    assert carry(shop, mine) == error.code
    found = noted(shop)
    assert (found.state, found.attempt, found.stumbled) == (*after, False)


def test_why_a_call_failed_is_in_the_log(shop: Shop) -> None:
    carry(shop, Call(fails=Failed("bad_request", "No such thing.")), "x")
    carry(shop, Call(fails=Busy(SERVER_ERROR, "")), "y")
    with shop.desk() as desk:
        rows = desk.ledger.rows("SELECT kind, subject, data FROM events ORDER BY seq DESC LIMIT 4")
        found = {(kind, subject): json.loads(data) for kind, subject, data in rows}
    assert found["outbox.failed", "x"] == {"code": "bad_request", "message": "No such thing."}
    assert found["outbox.stumbled", "y"] == {"attempt": 1}


def test_what_another_process_tries_is_tried_under_its_key_and_a_refusal_proves_nothing(
    shop: Shop,
) -> None:
    other, mine = Call(fails=lost()), Call(fails=Failed("bad_request", ""))

    def find() -> None:
        carry(shop, other)

    mine.find = find  # type: ignore[method-assign]
    assert carry(shop, mine) == "bad_request"
    assert mine.keys == other.keys
    assert (noted(shop).state, noted(shop).stumbled, noted(shop).attempt) == (WISHED, True, 1)


@pytest.mark.parametrize("theirs", [1, 2])
def test_what_another_process_has_done_under_the_name_is_this_only_where_it_was_the_same(
    shop: Shop, theirs: int
) -> None:
    other, mine = Call(), Call()

    def find() -> None:
        if not other.keys:
            carry(shop, other, request=theirs)

    mine.find = find  # type: ignore[method-assign]
    assert carry(shop, mine, request=1) == {"id": "made"}
    assert len(mine.keys) == theirs - 1
    assert (noted(shop).state, noted(shop).attempt) == (DONE, theirs)


# --- what came true without this ledger's knowledge ----------------------------------------------


def test_what_is_taken_over_has_the_key_and_the_request_of_the_first_attempt(shop: Shop) -> None:
    before = f"{shop.called}.before"
    engines.copy(shop.called, before)
    carry(shop, Call(), request={"invoice": "in_1"})
    made = noted(shop)
    engines.copy(before, shop.called)
    take_over(shop, {"id": "made"}, request={"invoice": "in_1"})
    assert noted(shop) == made
    assert (made.state, made.attempt) == (DONE, 1)


def test_an_open_wish_is_settled_by_what_is_taken_over(shop: Shop) -> None:
    carry(shop, Call(fails=lost()), "other")
    call = Call(fails=lost())
    carry(shop, call)
    take_over(shop, {"id": "there"})
    found = noted(shop)
    assert (found.state, found.result, found.attempt) == (DONE, {"id": "there"}, 1)
    assert found.idempotency_key == call.keys[0]
    assert noted(shop, "other").state == WISHED


def test_what_is_known_is_not_taken_over_again_and_another_object_is(shop: Shop) -> None:
    take_over(shop, {"id": "there"})
    before = shop.state()
    take_over(shop, {"id": "there"})
    assert shop.state() == before
    take_over(shop, {"id": "another"})
    found = noted(shop)
    assert (found.result, found.attempt) == ({"id": "another"}, 1)
