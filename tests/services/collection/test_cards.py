"""Cards, whoever holds them: the same rules for the ledger's own and for Stripe's (R1, R3, R4), and
what only Stripe has."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from jpcli.domain.answers import Answer
from jpcli.domain.errors import BadInput, Busy, Declined, Refused
from jpcli.services.collection.collector import collector_of
from jpcli.services.collection.stripe import account, collector, invoices
from jpcli.services.desk import Desk
from tests.services.agency import Agency, codes
from tests.services.collection.conftest import JUNE_15, Shop
from tests.stripe_double.fixtures import StripeDouble


class Till:
    """Cards behind one of the two gateways."""

    def __init__(self, agency: Agency, *, stripe: bool) -> None:
        self.agency = agency
        self.stripe = stripe
        with agency.desk() as desk:
            self.collector = collector_of(desk)

    def add(self, last4: str, *, primary: bool = False) -> str:
        before = {card["id"] for card in self.listed()}
        if self.stripe:
            name = {"4242": "pm_card_visa", "4444": "pm_card_mastercard", "0005": "pm_card_amex"}
            self.agency.do(self.collector.attach_card, name[last4], primary=primary)
        else:
            self.agency.do(self.collector.add_card, "visa", last4, "12/2030", primary=primary)
        (new,) = {card["id"] for card in self.listed()} - before
        return str(new)

    def listed(self) -> list[dict[str, Any]]:
        from jpcli.services.cards import list_cards

        found: list[dict[str, Any]] = self.agency.ask(list_cards)["cards"]
        return found

    def primary(self) -> str | None:
        return next((card["id"] for card in self.listed() if card["primary"]), None)


@pytest.fixture(params=["offline", "stripe"])
def till(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    stripe_double: StripeDouble,
    monkeypatch: pytest.MonkeyPatch,
) -> Till:
    monkeypatch.setenv("STRIPE_API_KEY", stripe_double.api_key)
    monkeypatch.setenv("STRIPE_API_BASE", stripe_double.url)
    agency = Agency(tmp_path / "till.db", JUNE_15).init(payments=request.param)
    return Till(agency, stripe=request.param == "stripe")


def test_r1_no_card_pauses_issuing_and_the_first_one_lifts_it(till: Till) -> None:
    with pytest.raises(Refused) as caught:
        till.agency.issue("jetpack-scan")
    assert caught.value.code == "no_primary_card"
    till.add("4242")
    till.agency.issue("jetpack-scan")


def test_r3_the_first_card_is_primary_and_a_later_one_only_when_asked(till: Till) -> None:
    first = till.add("4242")
    till.add("4444")
    assert till.primary() == first
    third = till.add("0005", primary=True)
    assert till.primary() == third
    assert len(till.listed()) == 3


def test_r3_removing_the_primary_promotes_the_oldest_other_card(till: Till) -> None:
    first, second = till.add("4242"), till.add("4444")
    till.add("0005")
    answer = till.agency.do(till.collector.remove_card, first)
    assert "promoted" in codes(answer)
    assert till.primary() == second


def test_r3_removing_the_only_card_pauses_issuing(till: Till) -> None:
    card = till.add("4242")
    answer = till.agency.do(till.collector.remove_card, card)
    assert "issuing_paused" in codes(answer)
    with pytest.raises(Refused):
        till.agency.issue("jetpack-scan")


def test_r3_a_card_that_became_the_only_one_since_it_was_asked_about_stays(till: Till) -> None:
    first, second = till.add("4242"), till.add("4444")
    with till.agency.desk() as desk:
        assert not till.collector.is_only_card(desk, second)
        # By somebody else, and that one is not the only one.
        till.agency.do(till.collector.remove_card, first, only_too=False)
        before = till.agency.state()
        with pytest.raises(BadInput) as caught:
            till.collector.remove_card(desk, second, only_too=False)
    assert (caught.value.code, caught.value.subject) == ("confirmation_required", "--yes")
    assert till.agency.state() == before
    till.agency.do(till.collector.remove_card, second, only_too=True)
    assert till.listed() == []


def test_another_card_can_be_made_primary_and_twice_says_so(till: Till) -> None:
    till.add("4242")
    second = till.add("4444")
    till.agency.do(till.collector.make_primary, second)
    assert till.primary() == second
    assert "already_primary" in codes(till.agency.do(till.collector.make_primary, second))


def test_an_unknown_card_is_no_card(till: Till) -> None:
    till.add("4242")
    for use_case in (till.collector.make_primary, till.collector.remove_card):
        with pytest.raises(BadInput, match="no card"):
            till.agency.do(use_case, "pm_nobody")


def test_every_card_object_has_the_same_fields(till: Till) -> None:
    till.add("4242")
    (card,) = till.listed()
    assert set(card) == {"id", "brand", "last4", "exp_month", "exp_year", "primary", "expired"}
    assert (card["brand"], card["last4"], card["primary"]) == ("visa", "4242", True)


# --- only at Stripe ---


@pytest.mark.parametrize(("another", "primary"), [(False, False), (True, False), (True, True)])
def test_a_card_is_entered_on_stripes_page(shop: Shop, another: bool, primary: bool) -> None:
    before = shop.attach("pm_card_mastercard") if another else None
    with shop.desk() as desk:
        page = collector.open_checkout(desk)
        waited: list[int] = []

        def person() -> None:
            waited.append(1)
            if len(waited) == 2:
                shop.double.complete_checkout(page.id, "pm_card_visa")

        collector.finish_checkout(desk, page, primary=primary, wait=person)
    (card,) = [card for card in shop.cards() if card["id"] != before]
    assert (card["last4"], len(waited)) == ("4242", 2)
    assert card["primary"] is (primary or not another)


def test_a_page_that_expires_adds_nothing(shop: Shop) -> None:
    def a_day_passes() -> None:
        shop.double.advance(hours=25)

    with shop.desk() as desk:
        page = collector.open_checkout(desk)
        with pytest.raises(BadInput) as caught:
            collector.finish_checkout(desk, page, primary=False, wait=a_day_passes)
    assert caught.value.code == "checkout_expired"
    assert shop.cards() == []


def test_sync_takes_over_what_was_changed_at_stripe(shop: Shop) -> None:
    first, second = shop.attach(), shop.attach("pm_card_mastercard")
    shop.double.edit(customer(shop), invoice_settings={"default_payment_method": second})
    answer = shop.do(collector.sync_cards)
    assert [card["id"] for card in shop.cards() if card["primary"]] == [second]
    said = [(note.code, note.message, note.subject) for note in answer.notes]
    assert said[0] == ("cards_synced", "Took over the cards from Stripe", None)
    assert said[1][::2] == ("primary", second)
    again = [note.message for note in shop.do(collector.sync_cards).notes]
    assert again == ["The cards are as at Stripe"]
    assert {card["id"] for card in shop.cards()} == {first, second}


def customer(shop: Shop) -> str:
    (found,) = shop.double.objects("customer")
    return str(found["id"])


def test_r3_a_card_entered_on_a_page_that_nobody_waited_for_becomes_primary(shop: Shop) -> None:
    with shop.desk() as desk:
        page = collector.open_checkout(desk)
    shop.double.complete_checkout(page.id, "pm_card_visa")
    with pytest.raises(Refused):
        shop.issue("jetpack-scan")
    answer = shop.do(collector.sync_cards)
    (card,) = shop.cards()
    assert card["primary"]
    assert "primary" in codes(answer)
    settings = shop.double.objects("customer")[0]["invoice_settings"]
    assert settings["default_payment_method"] == card["id"]
    shop.issue("jetpack-scan")
    before, posts = shop.state(), shop.posts()
    shop.do(collector.sync_cards)
    assert (shop.state(), shop.posts()) == (before, posts)


ROADS = [
    collector.sync_cards,
    invoices.sync,
    lambda desk: collector.close(desk, "2024-06"),
    lambda desk: collector.attach_card(desk, "pm_card_amex", primary=False),
]


@pytest.mark.parametrize("road", ROADS, ids=["cards sync", "invoice sync", "close", "cards add"])
def test_r3_on_every_road_by_which_cards_are_looked_at_one_is_primary(
    shop: Shop, road: Callable[[Desk], Answer[Any]]
) -> None:
    first = shop.attach()
    shop.attach("pm_card_mastercard")
    shop.double.edit(customer(shop), invoice_settings={"default_payment_method": None})
    shop.do(road)
    chosen = [card["id"] for card in shop.cards() if card["primary"]]
    if road is ROADS[-1]:  # the one that is being added is then the first that is chosen
        assert len(chosen) == 1
    else:
        assert chosen == [first]


def test_r3_the_only_card_is_found_out_at_stripe_and_not_in_a_stale_mirror(shop: Shop) -> None:
    first, second = shop.attach(), shop.attach("pm_card_mastercard")
    shop.double.edit(second, customer=None)  # taken off in the dashboard
    assert len(shop.cards()) == 2
    with shop.desk() as desk:
        assert collector.is_only_card(desk, first)
    third = shop.attach("pm_card_amex")
    with shop.desk() as desk:
        assert not collector.is_only_card(desk, first)
        # The other one goes between the question and the answer.
        shop.double.edit(third, customer=None)
        posts = shop.posts()
        with pytest.raises(BadInput) as caught:
            collector.remove_card(desk, first, only_too=False)
    assert (caught.value.code, shop.posts()) == ("confirmation_required", posts)
    assert caught.value.subject == "--yes"
    assert [card["id"] for card in shop.cards()] == [first]
    with shop.desk() as desk:
        assert not collector.is_only_card(desk, second)
        for use_case in (collector.remove_card, collector.make_primary):
            with pytest.raises(BadInput, match="no card"):
                use_case(desk, second)
        # Nor is one that goes at this moment asked for at Stripe.
        last, posts = shop.attach("pm_card_mastercard"), shop.posts()
        shop.double.edit(last, customer=None)
        with pytest.raises(BadInput, match="no card"):
            collector.make_primary(desk, last)
        assert shop.posts() == posts


@pytest.mark.once
def test_r3_the_successor_is_primary_before_the_primary_goes(shop: Shop) -> None:
    first, second = shop.attach(), shop.attach("pm_card_mastercard")
    shop.double.clear_requests()
    shop.do(collector.remove_card, first, only_too=False)  # which it is not
    asked = [r["path"] for r in shop.double.requests() if r["method"] == "POST"]
    assert asked == [f"/v1/customers/{customer(shop)}", f"/v1/payment_methods/{first}/detach"]
    assert [card["id"] for card in shop.cards() if card["primary"]] == [second]


@pytest.mark.once
@pytest.mark.parametrize("road", ["cards primary", "cards add --primary", "cards remove"])
def test_a_card_that_was_to_be_primary_is_not_asked_for_once_another_one_is(
    shop: Shop, road: str
) -> None:
    wanted, other, last = shop.attach(), shop.attach("pm_card_mastercard"), shop.attach()
    shop.do(collector.make_primary, last)
    shop.double.fault("status", method="POST", path="/v1/customers/.*", times=0, status=500)
    with pytest.raises(Busy):
        shop.do(collector.make_primary, wanted)
    shop.double.clear_faults()
    (hanging,) = shop.do(account.status).data["troubles"]
    assert hanging["command"] == f"jpcli cards primary {wanted}"
    if road == "cards remove":
        shop.double.edit(wanted, created=2_000_000_000)  # so that the oldest is another one
        shop.do(collector.remove_card, last)
    elif road == "cards primary":
        shop.do(collector.make_primary, other)
    else:
        shop.attach("pm_card_amex", primary=True)
    assert shop.do(account.status).data["troubles"] == []
    shop.do(collector.make_primary, wanted)
    assert [card["id"] for card in shop.cards() if card["primary"]] == [wanted]


def test_a_card_that_stripe_declines_at_once_is_not_put_on_file(shop: Shop) -> None:
    with pytest.raises(Declined):
        shop.do(collector.attach_card, "pm_card_chargeDeclined", primary=False)
    assert shop.cards() == []


def test_attaching_a_card_that_is_there_changes_nothing(shop: Shop) -> None:
    card = shop.attach()
    shop.do(collector.attach_card, card, primary=False)
    assert [item["id"] for item in shop.cards()] == [card]
    second = shop.attach("pm_card_mastercard")
    added = shop.do(collector.attach_card, second, primary=True).notes[0]
    assert (added.code, added.subject) == ("card_added", second)
    assert added.message.endswith("4444 as the primary card")
    assert [(item["id"], item["primary"]) for item in shop.cards()] == [
        (card, False),
        (second, True),
    ]


@pytest.mark.once
@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("4242424242424242", "card_number"),
        ("4242 4242 4242 4242", "card_number"),
        ("card_1", "bad_card"),
        ("", "bad_card"),
    ],
)
def test_only_a_payment_method_can_be_attached(shop: Shop, text: str, code: str) -> None:
    before, posts = shop.state(), shop.posts()
    with pytest.raises(BadInput) as caught:
        shop.do(collector.attach_card, text, primary=False)
    assert (shop.state(), shop.posts()) == (before, posts)
    assert caught.value.code == code
    if code == "bad_card":
        assert caught.value.subject == text
    else:
        assert text not in caught.value.message


@pytest.mark.once
def test_a_described_card_is_for_ledgers_without_stripe(shop: Shop) -> None:
    with pytest.raises(BadInput) as caught:
        shop.do(collector.add_card, "visa", "4242", "12/2030")
    assert caught.value.code == "stripe_holds_cards"
