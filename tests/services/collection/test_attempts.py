"""What is written down of an attempt to charge a card, once and whole, whoever made it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from jpcli.domain.dunning import DECLINED, PAID, PENDING, Attempt
from jpcli.domain.errors import Decline
from jpcli.domain.instants import parse_instant
from jpcli.ledger.queries.attempts import attempts
from jpcli.payments.gateway import RemoteCharge
from jpcli.services.collection.stripe import attempts as tries
from jpcli.services.collection.stripe import collector, invoices
from jpcli.services.invoices import close
from jpcli.services.invoices.known import known_invoice
from tests.services.collection.conftest import Shop

pytestmark = pytest.mark.once

JUNE, JULY = "INV-2024-06", "INV-2024-07"
AUGUST_2 = "2024-08-02T09:00:00Z"
VISA, MASTERCARD = ("pm_1", "visa ···· 4242"), ("pm_2", "mastercard ···· 4444")
EARLIER, AHEAD = "2024-07-30T08:00:00Z", "2024-08-02T09:00:01Z"


@pytest.fixture
def two(shop: Shop) -> Shop:
    """Two closed months, on August 2."""
    shop.now = AUGUST_2
    for month in ("2024-06", "2024-07"):
        shop.do(close.close, month)
    return shop


def record(shop: Shop, outcome: str, *decline: str | None, number: str = JUNE) -> None:
    """By the first card."""
    with shop.desk() as desk:
        found = Decline(*decline) if decline else None
        tries.record(desk, known_invoice(desk, number), VISA, outcome, found)


def charge(
    key: str,
    *,
    card: tuple[str, str] = VISA,
    at: str = EARLIER,
    paid: bool = False,
    code: str | None = None,
    advice: str | None = None,
) -> RemoteCharge:
    return RemoteCharge(key, *card, parse_instant(at), paid, code, advice)


def take_over(shop: Shop, *charges: RemoteCharge, attempted: bool = True) -> list[str]:
    """What the gateway was asked about, of the first invoice."""
    asked: list[str] = []

    def answer(key: str) -> list[RemoteCharge]:
        asked.append(key)
        return list(charges)

    gateway: Any = SimpleNamespace(charges=answer)
    remote: Any = SimpleNamespace(id="in_1", attempted=attempted)
    with shop.desk() as desk:
        tries.take_over(desk, gateway, known_invoice(desk, JUNE), remote)
    return asked


def kept(shop: Shop, number: str = JUNE) -> list[Attempt]:
    with shop.desk() as desk:
        return attempts(desk.ledger, number)


def charges(shop: Shop) -> list[str | None]:
    return [attempt.charge for attempt in kept(shop)]


def test_all_that_is_known_of_a_decline_is_kept(two: Shop) -> None:
    record(two, DECLINED, "do_not_honor", "try_again_later", "ch_1")
    (found,) = kept(two)
    assert found == Attempt(
        invoice=JUNE,
        card="pm_1",
        card_name="visa ···· 4242",
        at=parse_instant(AUGUST_2),
        day=found.day,
        outcome=DECLINED,
        code="do_not_honor",
        advice="try_again_later",
        charge="ch_1",
    )


@pytest.mark.parametrize("outcome", [PAID, PENDING])
def test_what_was_not_declined_has_no_reason(two: Shop, outcome: str) -> None:
    record(two, outcome)
    assert [(a.outcome, a.code, a.advice, a.charge) for a in kept(two)] == [
        (outcome, None, None, None)
    ]


def test_a_charge_that_is_known_is_not_kept_twice_and_another_one_is(two: Shop) -> None:
    for key in ("ch_1", "ch_1", "ch_2", None, None):
        record(two, DECLINED, "generic_decline", None, key)
    assert charges(two) == ["ch_1", "ch_2", None, None]
    with two.desk() as desk:
        assert tries.known_charges(desk, known_invoice(desk, JUNE)) == {"ch_1", "ch_2"}
        assert tries.known_charges(desk, known_invoice(desk, JULY)) == set()


@pytest.mark.parametrize("outcome", [DECLINED, PENDING])
def test_what_was_not_paid_is_kept_also_where_a_payment_is_known(two: Shop, outcome: str) -> None:
    """Of another process that was faster with another card."""
    record(two, PAID)
    record(two, outcome)
    assert [attempt.outcome for attempt in kept(two)] == [PAID, outcome]


@pytest.mark.parametrize("first", ["sync", "record"])
def test_a_payment_is_kept_once_whoever_tells_of_it_first(two: Shop, first: str) -> None:
    """The charge's id is only told by Stripe."""
    if first == "record":
        record(two, PAID)
    take_over(two, charge("ch_1", paid=True))
    before = two.state()
    record(two, PAID)
    assert two.state() == before
    assert [attempt.outcome for attempt in kept(two)] == [PAID]
    record(two, PAID, number=JULY)
    assert [attempt.outcome for attempt in kept(two, JULY)] == [PAID]


@pytest.mark.parametrize("road", ["pay", "close"])
def test_a_payment_that_sync_reads_of_while_it_is_made_is_one_attempt(
    shop: Shop, road: str
) -> None:
    shop.attach()
    shop.do(close.close, "2024-06")

    def meanwhile(entry: dict[str, Any], when: str) -> None:
        if when == "after" and entry["path"].endswith("/pay"):
            shop.double.double.hook = None
            shop.do(invoices.sync)

    shop.double.double.hook = meanwhile
    answer = shop.do(invoices.pay, JUNE) if road == "pay" else shop.close()
    assert [attempt.outcome for attempt in kept(shop)] == [PAID]
    assert any("by visa ···· 4242" in note.message for note in answer.notes)
    shop.do(invoices.sync)
    assert len(kept(shop)) == 1


@pytest.mark.parametrize("how", ["on its page", "by wire"])
def test_what_turns_out_to_be_paid_was_not_paid_by_the_card_that_was_to_be_charged(
    shop: Shop, how: str
) -> None:
    shop.attach()
    shop.do(close.close, "2024-06")
    shop.do(invoices.push, JUNE)
    (there,) = shop.double.objects("invoice")

    def meanwhile(entry: dict[str, Any], when: str) -> None:
        if when == "after" and entry["path"] == "/v1/payment_methods":
            shop.double.double.hook = None
            if how == "on its page":
                shop.double.pay_hosted(there["id"], "pm_card_mastercard")
            else:
                shop.do(collector.mark_paid, JUNE, "wire")

    shop.double.double.hook = meanwhile
    answer = shop.do(invoices.pay, JUNE)
    said = next(note.message for note in answer.notes if note.code == "collected")
    names = [attempt.card_name for attempt in kept(shop)]
    assert names == (["mastercard ···· 4444"] if how == "on its page" else [])
    assert said.endswith(" by mastercard ···· 4444" if how == "on its page" else "$13.12")
    assert len([c for c in shop.double.objects("charge") if c["paid"]]) == len(names)


def test_what_the_gateway_alone_knows_of_is_taken_over_whole(two: Shop) -> None:
    declined = charge("ch_1", code="do_not_honor", advice="try_again_later")
    paid = charge("ch_2", card=MASTERCARD, at=AHEAD, paid=True)
    assert take_over(two, declined, paid) == ["in_1"]
    found = kept(two)
    assert [attempt._replace(day=0) for attempt in found] == [
        Attempt(
            JUNE,
            *VISA,
            parse_instant(EARLIER),
            0,
            DECLINED,
            "do_not_honor",
            "try_again_later",
            "ch_1",
        ),
        # The gateway's clock is ahead of ours, and nothing is recorded in the future.
        Attempt(JUNE, *MASTERCARD, parse_instant(AUGUST_2), 0, PAID, None, None, "ch_2"),
    ]
    assert found[1].day - found[0].day == 3


def test_the_gateway_is_not_asked_where_no_card_was_tried(two: Shop) -> None:
    assert take_over(two, charge("ch_1"), attempted=False) == []
    assert kept(two) == []


def test_only_what_is_not_known_is_taken_over(two: Shop) -> None:
    record(two, DECLINED, "generic_decline", None, "ch_1")
    before = two.state()
    take_over(two, charge("ch_1"))
    assert two.state() == before
    take_over(two, charge("ch_1"), charge("ch_2"), charge("ch_1"))
    assert charges(two) == ["ch_2", "ch_1"]


def test_our_own_payment_is_known_by_its_card(two: Shop) -> None:
    """Nobody told us the charge's id when it was paid; a decline is another charge."""
    record(two, PAID)
    take_over(two, charge("ch_1", paid=True))
    assert charges(two) == [None]
    take_over(two, charge("ch_2"), charge("ch_3", card=MASTERCARD, paid=True))
    assert charges(two) == ["ch_2", "ch_3", None]


@pytest.mark.parametrize("outcome", [DECLINED, PENDING])
def test_a_payment_is_not_known_by_what_was_declined_or_is_not_finished(
    two: Shop, outcome: str
) -> None:
    record(two, outcome)
    take_over(two, charge("ch_1", paid=True))
    assert charges(two) == ["ch_1", None]


def test_another_invoices_payment_by_the_same_card_is_not_this_ones(two: Shop) -> None:
    record(two, PAID, number=JULY)
    take_over(two, charge("ch_1", paid=True))
    assert charges(two) == ["ch_1"]
    assert [attempt.charge for attempt in kept(two, JULY)] == [None]
