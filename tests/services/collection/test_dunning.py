"""Attempts to charge a card: kept, shown, made on set days, and ended."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from jpcli.domain.errors import Declined, Failed, JpcliError, Refused
from jpcli.services.collection.stripe import collector
from jpcli.services.collection.stripe import invoices as stripe_billing
from jpcli.services.invoices import invoices
from tests import engines
from tests.services.agency import codes
from tests.services.collection.conftest import JULY_2, Shop


def shown(shop: Shop, name: str = "2024-06") -> dict[str, Any]:
    found: dict[str, Any] = shop.ask(invoices.show, name)["invoice"]
    return found


def later(days: int = 0, hours: int = 0) -> str:
    at = datetime(2024, 7, 2, 9, tzinfo=UTC) + timedelta(days=days, hours=hours)
    return at.isoformat().replace("+00:00", "Z")


def cron(shop: Shop, days: int, *, every_hours: int = 1, first_hour: int = 0) -> list[int]:
    """`close --due` again and again; the day, from 0 on, of every charge that was tried."""
    tried = []
    for hour in range(first_hour, first_hour + days * 24, every_hours):
        before = len(shop.double.objects("charge"))
        shop.now = later(hours=hour)
        shop.do(collector.close, None)
        made = len(shop.double.objects("charge")) - before
        # July 2 begins nine hours before the first run.
        tried += [(hour + 9) // 24] * made
    return tried


@pytest.mark.once
def test_thirty_days_of_a_cron_charge_a_declined_card_five_times(shop: Shop) -> None:
    """Every eleven hours meets every hour of the day; tests/domain has it hourly."""
    card = shop.attach()
    shop.double.change_card(card, charge="insufficient_funds")
    assert cron(shop, 29, every_hours=11) == [0, 1, 3, 5, 7]
    found = shown(shop)
    assert (found["status"], found["next_attempt"], len(found["attempts"])) == ("open", None, 5)
    (error,) = shop.do(collector.close, None).failures
    assert (error.code, error.exit_code) == ("dunning_ended", 5)
    assert "No card is charged again by itself" in error.message
    assert f"jpcli invoice pay {found['number']}" in str(error.hint)


@pytest.mark.once
@pytest.mark.parametrize("code", ["lost_card", "stolen_card", "do_not_try_again"])
def test_a_dead_card_is_charged_once_in_thirty_days_until_there_is_another(
    shop: Shop, code: str
) -> None:
    card = shop.attach()
    shop.double.change_card(card, charge=code)
    assert cron(shop, 8, every_hours=11) == [0]
    assert shown(shop)["next_attempt"] is None
    good = shop.attach("pm_card_mastercard")
    assert shown(shop)["next_attempt"] == shop.now[:10]
    answer = shop.close(None)
    found = shown(shop)
    assert found["status"] == "paid"
    assert [(a["card"], a["outcome"], a["code"]) for a in found["attempts"]] == [
        (card, "declined", code),
        (good, "paid", None),
    ]
    (note,) = [note for note in answer.notes if note.code == "collected"]
    assert f"by mastercard ···· 4444, after visa ···· 4242 ({code}) declined" in note.message


@pytest.mark.once
def test_two_invoices_and_two_cards_never_try_a_card_twice_a_day(shop: Shop) -> None:
    cards = [shop.attach(), shop.attach("pm_card_mastercard")]
    for card in cards:
        shop.double.change_card(card, charge="generic_decline")
    shop.now = "2024-08-02T09:00:00Z"
    tried: Counter[tuple[str, str]] = Counter()
    for hour in range(0, 24 * 22, 11):
        at = datetime(2024, 8, 2, 9, tzinfo=UTC) + timedelta(hours=hour)
        shop.now = at.isoformat().replace("+00:00", "Z")
        before = len(shop.double.objects("charge"))
        shop.do(collector.close, None)
        for charge in shop.double.objects("charge")[before:]:
            tried[charge["payment_method"], shop.now[:10]] += 1
    assert set(tried.values()) == {1}
    assert sum(tried.values()) <= 2 * 2 * 5
    for month in ("2024-06", "2024-07"):
        assert {a["card"] for a in shown(shop, month)["attempts"]} == set(cards)


def test_an_attempt_is_kept_and_shown_and_in_the_log(shop: Shop) -> None:
    card = shop.attach()
    shop.double.change_card(card, charge="insufficient_funds")
    with pytest.raises(Declined) as caught:
        shop.close()
    assert "insufficient_funds" in caught.value.message
    assert "The next attempt is on 2024-07-03" in caught.value.message
    found = shown(shop)
    assert found["attempts"] == [
        {
            "card": card,
            "card_name": "visa ···· 4242",
            "at": JULY_2,
            "outcome": "declined",
            "code": "insufficient_funds",
            "advice": None,
        }
    ]
    assert found["next_attempt"] == "2024-07-03"
    assert shop.problems() == []


def test_paying_by_hand_waits_for_no_day(shop: Shop) -> None:
    card = shop.attach()
    shop.double.change_card(card, charge="lost_card")
    with pytest.raises(Declined):
        shop.close()
    with pytest.raises(Declined, match="lost_card"):
        shop.do(stripe_billing.pay, "2024-06")
    shop.double.change_card(card, charge=None)
    answer = shop.do(stripe_billing.pay, "2024-06")
    assert answer.data["invoice"]["status"] == "paid"
    assert "collected" in codes(answer)


@pytest.mark.once
def test_a_ledger_that_was_put_back_makes_no_second_attempt_that_day(shop: Shop) -> None:
    """Whatever it forgot is at Stripe, and is taken over before anything is charged."""
    card = shop.attach()
    shop.double.change_card(card, charge="insufficient_funds")
    before = f"{shop.called}.before"
    engines.copy(shop.called, before)
    for _ in range(3):
        with pytest.raises(Declined):
            shop.close(None)
        engines.copy(before, shop.called)
    assert len(shop.double.objects("charge")) == 1
    with pytest.raises(Declined) as caught:
        shop.close(None)
    assert caught.value.code == "retry_later"
    assert [a["code"] for a in shown(shop)["attempts"]] == ["insufficient_funds"]


@pytest.mark.once
@pytest.mark.parametrize("fault", ["lost", "dropped"])
def test_a_decline_whose_answer_was_lost_is_one_attempt(shop: Shop, fault: str) -> None:
    card = shop.attach()
    shop.double.change_card(card, charge="insufficient_funds")
    shop.double.fault(fault, method="POST", path=".*/pay", times=20)
    with pytest.raises(JpcliError):
        shop.close(None)
    shop.double.clear_faults()
    for hour in range(12):
        shop.now = later(hours=hour)
        shop.do(collector.close, None)
    assert len(shop.double.objects("charge")) == 1
    shop.now = later(days=1)
    shop.do(collector.close, None)
    assert len(shop.double.objects("charge")) == 2
    assert len(shown(shop)["attempts"]) == 2


@pytest.mark.once
def test_without_a_card_paying_is_refused_and_writes_nothing(shop: Shop) -> None:
    shop.close()
    before, posts = shop.state(), shop.posts()
    with pytest.raises(Refused) as caught:
        shop.do(stripe_billing.pay, "2024-06")
    assert (caught.value.code, caught.value.exit_code) == ("no_card", 3)
    assert caught.value.subject == shown(shop)["number"]
    assert (shop.state(), shop.posts()) == (before, posts)


@pytest.mark.once
@pytest.mark.parametrize(
    ("status", "code"), [("void", "invoice_void"), ("uncollectible", "invoice_uncollectible")]
)
@pytest.mark.parametrize("cards", [0, 1])
def test_what_is_settled_at_stripe_is_refused_with_the_reason(
    shop: Shop, status: str, code: str, cards: int
) -> None:
    shop.close()
    for _ in range(cards):
        shop.attach()
    (there,) = shop.double.objects("invoice")
    shop.double.edit(there["id"], status=status)
    for _ in range(2):  # the second time the ledger knows it, too
        with pytest.raises(Refused) as caught:
            shop.do(stripe_billing.pay, shown(shop, there["metadata"]["jpcli_invoice"])["number"])
        assert (caught.value.code, caught.value.exit_code) == (code, 3)
    assert shop.double.objects("charge") == []


@pytest.mark.once
@pytest.mark.parametrize(
    ("due", "code", "charges"), [(0, "payment_pending", 0), (1, None, 1), (50, None, 1)]
)
def test_what_is_open_is_charged_down_to_the_last_cent_and_nothing_is_not(
    shop: Shop, due: int, code: str | None, charges: int
) -> None:
    shop.close()
    shop.attach()
    (there,) = shop.double.objects("invoice")
    shop.double.edit(there["id"], amount_due=due, amount_remaining=due)
    try:
        shop.do(stripe_billing.pay, "2024-06")
        found = None
    except Failed as error:
        found = error.code
    assert (found, len(shop.double.objects("charge"))) == (code, charges)


def test_an_answer_that_says_open_is_not_paid_and_may_be_tried_again(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    from jpcli.payments.stripe_gateway import StripeGateway

    shop.close()
    shop.attach()
    right = StripeGateway.pay
    answers = lambda self, invoice_id, card, key: self.invoice(invoice_id)  # noqa: E731
    monkeypatch.setattr(StripeGateway, "pay", answers)
    with pytest.raises(Failed) as caught:
        shop.do(stripe_billing.pay, "2024-06")
    assert (caught.value.code, caught.value.exit_code) == ("payment_pending", 1)
    assert caught.value.subject == shown(shop)["number"]
    assert [a["outcome"] for a in shown(shop)["attempts"]] == ["pending"]
    monkeypatch.setattr(StripeGateway, "pay", right)
    assert shop.do(stripe_billing.pay, "2024-06").data["invoice"]["status"] == "paid"


def test_sync_takes_over_attempts_that_were_made_elsewhere(shop: Shop) -> None:
    shop.do(stripe_billing.sync)
    shop.close()
    (there,) = shop.double.objects("invoice")
    shop.double.pay_hosted(there["id"], "pm_card_visa")
    shop.do(stripe_billing.sync)
    assert [a["outcome"] for a in shown(shop)["attempts"]] == ["paid"]
    before = shop.state()
    shop.do(stripe_billing.sync)
    assert shop.state() == before


@pytest.mark.once
def test_a_charge_that_takes_days_is_no_decline(shop: Shop) -> None:
    """Of a bank account that was entered on the invoice's page."""
    shop.do(stripe_billing.sync)
    shop.close()
    (there,) = shop.double.objects("invoice")
    shop.double.pay_hosted(there["id"], "pm_card_visa")
    (charge,) = shop.double.objects("charge")
    for status, known in (("pending", []), ("succeeded", ["paid"]), ("succeeded", ["paid"])):
        shop.double.edit(charge["id"], status=status, paid=status == "succeeded")
        shop.double.double.worlds[False].announce("charge.updated", charge)
        shop.do(stripe_billing.sync)
        assert [a["outcome"] for a in shown(shop)["attempts"]] == known


@pytest.mark.once
def test_nobody_is_asked_about_an_invoice_that_waits_for_its_next_attempt(shop: Shop) -> None:
    from jpcli.services.collection.outlook import closing_outlook

    shop.double.change_card(shop.attach(), charge="insufficient_funds")
    shop.do(collector.close, None)
    for month in (None, "2024-06"):
        with shop.desk(dry_run=True) as desk:
            assert closing_outlook(desk, month).bills == ()
        with shop.desk(now=later(days=1), dry_run=True) as desk:
            assert len(closing_outlook(desk, month).bills) == 1


@pytest.mark.once
@pytest.mark.parametrize(
    ("first", "second", "named"),
    [
        (None, None, 0),
        ("insufficient_funds", None, 0),
        ("lost_card", None, 1),
        ("lost_card", "lost_card", None),
    ],
)
def test_the_question_names_the_card_that_is_charged(
    shop: Shop, first: str | None, second: str | None, named: int | None
) -> None:
    """Not the primary one, where that is dead; a month later one that waited is as good as new."""
    from jpcli.services.collection.outlook import closing_outlook

    cards = [shop.attach(), shop.attach("pm_card_mastercard")]
    for card, charge in zip(cards, (first, second), strict=True):
        shop.double.change_card(card, charge=charge)
    shop.do(collector.close, None)
    shop.now = "2024-08-02T09:00:00Z"
    for card in cards:
        shop.double.change_card(card, charge=None)
    with shop.desk(dry_run=True) as desk:
        outlook = closing_outlook(desk, "2024-07")
    before = len(shop.double.objects("charge"))
    shop.do(collector.close, "2024-07")
    charged = [charge["payment_method"] for charge in shop.double.objects("charge")[before:]]
    wanted = [] if named is None else [cards[named]]
    assert charged == wanted
    assert [card.id for card in (outlook.card,) if card is not None] == wanted
    assert [bill.number for bill in outlook.bills] == ["INV-2024-07"]


@pytest.mark.parametrize("month", ["2024-06", None])
def test_a_dry_run_tells_only_of_what_is_charged_today(shop: Shop, month: str | None) -> None:
    card = shop.attach()
    shop.double.change_card(card, charge="insufficient_funds")
    shop.do(collector.close, month)
    for hours, told in ((1, False), (24, True), (24 * 20, False)):
        shop.now = later(hours=hours)
        answer = shop.do(collector.close, month, dry_run=True)
        assert ("would_collect" in codes(answer)) is told, hours
        assert len(answer.data["invoices"]) == 1
