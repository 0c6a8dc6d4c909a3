"""Killed with SIGKILL before and after every call to Stripe, and run again: one customer, one
invoice, one item a line, one charge.

The wish is committed right before a call and its outcome right after it, so these moments are all
the states in which a process can die: between two calls nothing else is written.
"""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.forked import Forked
from tests.services.collection.conftest import Shop
from tests.services.collection.states import STATES
from tests.stripe_double.auth import TEST_KEY

pytestmark = [
    pytest.mark.once,
    pytest.mark.file("processes that are killed; tests/server kills its own"),
]

NEXT_MINUTE = "2024-07-02T09:01:00Z"
TWO_DAYS_ON = "2024-07-04T10:00:00Z"
AT_ONCE, LATER = "at once", "after Stripe forgot the keys"
# Every call is tried in one of them, so that they can run side by side.
PARTS = 4
_numbers = count()
in_parts = pytest.mark.parametrize("part", range(PARTS))


def jpcli(shop: Shop, ledger: Path, now: str, *arguments: str) -> Forked:
    env = {
        **os.environ,
        "JPCLI_NOW": now,
        "JPCLI_LEDGER": str(ledger),
        "STRIPE_API_KEY": TEST_KEY,
        "STRIPE_API_BASE": shop.double.url,
    }
    output = ledger.with_name(f"{ledger.name}-{next(_numbers)}.txt")
    return Forked(arguments, env, output)


def made(shop: Shop) -> dict[str, int]:
    """What there is at Stripe."""
    double = shop.double
    return {
        "customers": len(double.objects("customer")),
        "invoices": len(double.objects("invoice")),
        "items": len(double.objects("invoiceitem")),
        "charges": sum(charge["paid"] for charge in double.objects("charge")),
    }


class Again(NamedTuple):
    """A run after one that was killed: its ledger, how it ended, and at which call that was."""

    ledger: Path
    code: int
    said: str
    where: tuple[int, bool]


def killed_at_every_call(
    shop: Shop, tmp_path: Path, words: tuple[str, ...], more_than: int, part: int
) -> Iterator[Again]:
    """The command, killed before and after each call of this part, each time from the present state
    and then run again; it must make more calls than so many."""
    begin_anew = shop.double.double.snapshot()
    for number in count(1 + part, PARTS):
        codes = []
        for after in (False, True):
            ledger = tmp_path / f"killed-{number}-{after}.db"
            shutil.copyfile(shop.path, ledger)
            begin_anew()
            shop.double.fault("kill", nth=number, after=after, signal=int(signal.SIGKILL))
            codes.append(jpcli(shop, ledger, NEXT_MINUTE, *words).finished()[0])
            shop.double.clear_faults()
            code, said = jpcli(shop, ledger, NEXT_MINUTE, *words).finished()
            yield Again(ledger, code, said, (number, after))
        if codes == [0, 0]:
            break
        assert codes == [-signal.SIGKILL, -signal.SIGKILL], (number, codes)
    assert number > more_than


def calls_of_a_close(shop: Shop, tmp_path: Path) -> int:
    """How many requests an undisturbed close makes."""
    trial = tmp_path / "trial.db"
    shutil.copyfile(shop.path, trial)
    shop.double.clear_requests()
    code, said = jpcli(
        shop, trial, "2024-07-02T09:00:00Z", "invoice", "close", "2024-06"
    ).finished()
    assert code == 0, said
    return len(shop.double.requests())


@in_parts
@pytest.mark.parametrize("again", [AT_ONCE, LATER])
def test_a_close_killed_at_any_call_is_finished_by_the_next_run(
    shop: Shop, tmp_path: Path, again: str, part: int
) -> None:
    shop.attach()
    begin_anew = shop.double.double.snapshot()
    last = calls_of_a_close(shop, tmp_path)
    before = made(shop)
    assert before == {"customers": 1, "invoices": 1, "items": 2, "charges": 1}
    for number in range(1 + part, last + 1, PARTS):
        for after in (False, True):
            ledger = tmp_path / f"killed-{number}-{after}.db"
            shutil.copyfile(shop.path, ledger)
            begin_anew()
            shop.double.clear_requests()
            shop.double.fault("kill", nth=number, after=after, signal=int(signal.SIGKILL))
            victim = jpcli(shop, ledger, "2024-07-02T09:00:00Z", "invoice", "close", "2024-06")
            code, said = victim.finished()
            shop.double.clear_faults()
            assert code == -signal.SIGKILL, (number, after, code, said)
            now = NEXT_MINUTE
            if again == LATER:
                shop.double.advance(hours=49)
                now = TWO_DAYS_ON
            code, said = jpcli(shop, ledger, now, "invoice", "close", "2024-06").finished()
            if code == 3:  # it was paid before it died; there is nothing left to do
                assert "closed already" in said, (number, after, said)
            else:
                assert code == 0, (number, after, said)
            assert made(shop) == before, (number, after)
            code, said = jpcli(shop, ledger, now, "invoice", "reconcile", "--json").finished()
            assert code == 0, (number, after, said)
            code, said = jpcli(shop, ledger, now, "ledger", "check").finished()
            assert code == 0, (number, after, said)


def test_two_closes_at_once_make_one_of_everything(shop: Shop, tmp_path: Path) -> None:
    shop.attach()
    begin_anew = shop.double.double.snapshot()
    for round_number in range(3):
        ledger = tmp_path / f"both-{round_number}.db"
        shutil.copyfile(shop.path, ledger)
        begin_anew()
        both = [
            jpcli(shop, ledger, "2024-07-02T09:00:00Z", "invoice", "close", "--due")
            for _ in range(2)
        ]
        said: list[Any] = [process.finished() for process in both]
        assert all(code in (0, 75) for code, _ in said), said
        code, text = jpcli(shop, ledger, NEXT_MINUTE, "invoice", "close", "--due").finished()
        assert code == 0, text
        assert made(shop) == {"customers": 1, "invoices": 1, "items": 2, "charges": 1}
        code, text = jpcli(shop, ledger, NEXT_MINUTE, "invoice", "reconcile").finished()
        assert code == 0, text


def test_two_copies_of_a_ledger_that_close_at_once_bill_once(shop: Shop, tmp_path: Path) -> None:
    """A copy on a second machine: other files, the same ledger id, the same keys."""
    shop.attach()
    begin_anew = shop.double.double.snapshot()
    for round_number in range(3):
        copies = [tmp_path / f"copy-{round_number}-{name}.db" for name in "ab"]
        for copy in copies:
            shutil.copyfile(shop.path, copy)
        begin_anew()
        both = [jpcli(shop, copy, NEXT_MINUTE, "invoice", "close", "--due") for copy in copies]
        said = [process.finished() for process in both]
        assert all(code in (0, 1, 75) for code, _ in said), said
        for copy in copies:
            for _ in range(2):
                code, text = jpcli(shop, copy, NEXT_MINUTE, "invoice", "close", "--due").finished()
            assert code == 0, text
            code, text = jpcli(shop, copy, NEXT_MINUTE, "invoice", "sync").finished()
            assert code == 0, text
            code, text = jpcli(shop, copy, NEXT_MINUTE, "invoice", "reconcile").finished()
            assert code == 0, text
        assert made(shop) == {"customers": 1, "invoices": 1, "items": 2, "charges": 1}


@in_parts
@pytest.mark.parametrize("state", ["draft", "open"])
def test_a_voiding_killed_at_any_call_is_finished_by_the_next_run(
    shop: Shop, tmp_path: Path, state: str, part: int
) -> None:
    shop.attach()
    STATES[state](shop)
    words = ("invoice", "void", "INV-2024-06", "--yes", "--reason", "wrong")
    for again in killed_at_every_call(shop, tmp_path, words, more_than=4, part=part):
        assert again.code == 0 or "is void" in again.said, again
        left = [i["status"] for i in shop.double.objects("invoice")]
        assert left == (["void"] if state == "open" else []), (again, left)
        code, said = jpcli(shop, again.ledger, NEXT_MINUTE, "invoice", "reconcile").finished()
        assert code == 0, (again.where, said)


@in_parts
def test_a_replacing_killed_at_any_call_is_finished_by_the_next_run(
    shop: Shop, tmp_path: Path, part: int
) -> None:
    """What stands there instead of ours is taken away, and ours is there once."""
    shop.attach()
    STATES["draft"](shop)
    (wrong,) = shop.double.objects("invoice")
    other = {**wrong["metadata"], "jpcli_content_hash": "of something else"}
    shop.double.edit(wrong["id"], metadata=other)
    words = ("invoice", "push", "INV-2024-06", "--replace")
    for again in killed_at_every_call(shop, tmp_path, words, more_than=8, part=part):
        assert again.code == 0, again
        (there,) = shop.double.objects("invoice")
        assert there["id"] != wrong["id"]
        assert (there["status"], there["total"]) == ("open", wrong["total"]), again.where
        assert made(shop) == {"customers": 1, "invoices": 1, "items": 2, "charges": 0}
        for check in (("invoice", "reconcile"), ("ledger", "check")):
            code, said = jpcli(shop, again.ledger, NEXT_MINUTE, *check).finished()
            assert code == 0, (again.where, said)
