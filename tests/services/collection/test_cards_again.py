"""Cards at Stripe where two processes look at once, and where a run comes after one whose answer
was lost."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import stripe

from jpcli.domain.errors import BadInput, Busy
from jpcli.services.collection.stripe import collector, invoices
from jpcli.services.invoices import close
from tests.services.agency import codes
from tests.services.collection.conftest import Shop
from tests.services.collection.states import MONTH
from tests.stripe_double.fixtures import Clients, stripe_clients

__all__ = ["stripe_clients"]
pytestmark = pytest.mark.once

Hand = Callable[[Shop, stripe.StripeClient, str], None]


def customer(shop: Shop) -> str:
    return str(shop.double.objects("customer")[0]["id"])


def _add(shop: Shop, hand: stripe.StripeClient, _: str) -> None:
    hand.v1.payment_methods.attach("pm_card_mastercard", {"customer": customer(shop)})


def _take_off(_: Shop, hand: stripe.StripeClient, card: str) -> None:
    hand.v1.payment_methods.detach(card)


def _other_primary(shop: Shop, hand: stripe.StripeClient, card: str) -> None:
    settings: Any = {"invoice_settings": {"default_payment_method": card}}
    hand.v1.customers.update(customer(shop), settings)


HANDS: dict[str, Hand] = {"add": _add, "take off": _take_off, "primary": _other_primary}
ROADS: dict[str, Callable[[Shop], Any]] = {
    "cards sync": lambda shop: shop.do(collector.sync_cards),
    "cards primary": lambda shop: shop.do(collector.make_primary, shop.cards()[0]["id"]),
    "invoice sync": lambda shop: shop.do(invoices.sync),
    "invoice pay": lambda shop: shop.do(invoices.pay, MONTH),
}


@pytest.mark.parametrize("hand", HANDS)
@pytest.mark.parametrize("road", ROADS)
def test_what_another_process_took_over_meanwhile_is_not_set_back(
    shop: Shop, stripe_clients: Clients, road: str, hand: str
) -> None:
    """One asks, and writes only when another has seen later changes and written them down."""
    shop.attach()
    second = shop.attach("pm_card_amex")
    shop.do(close.close, MONTH)
    clients = stripe_clients()
    # So that both have something to write.
    _add(shop, clients, second)
    came: list[str] = []

    def meanwhile(entry: dict[str, Any], when: str) -> None:
        listing = (entry["method"], entry["path"]) == ("GET", "/v1/payment_methods")
        if when == "after" and listing:
            shop.double.double.hook = None
            came.append(hand)
            HANDS[hand](shop, clients, second)
            shop.do(collector.sync_cards)

    shop.double.double.hook = meanwhile
    ROADS[road](shop)
    assert came == [hand]
    seen = shop.cards()
    assert "cards_synced" in codes(shop.do(collector.sync_cards))
    assert seen == shop.cards()
    assert len(seen) == {"add": 4, "take off": 2, "primary": 3}[hand]


@pytest.mark.parametrize("only", [False, True])
@pytest.mark.parametrize("synced", [False, True])
@pytest.mark.parametrize("fault", ["lost", "dropped", "garbage"])
def test_a_card_whose_going_was_not_answered_has_gone_once_it_is_asked_for_again(
    shop: Shop, fault: str, synced: bool, only: bool
) -> None:
    kept = None if only else shop.attach()
    card = shop.attach("pm_card_mastercard")
    shop.double.fault(fault, method="POST", path=".*/detach", times=9)
    with pytest.raises(Busy):
        shop.do(collector.remove_card, card)
    shop.double.clear_faults()
    if synced:
        shop.do(invoices.sync)
    answer = shop.do(collector.remove_card, card)
    said = ["card_removed" if fault == "dropped" else "already_removed"]
    assert codes(answer) == said + ["issuing_paused"] * only
    assert [one["id"] for one in answer.data["cards"]] == ([] if only else [kept])
    before, posts = shop.state(), shop.posts()
    for name in (card, "4444"):
        again = shop.do(collector.remove_card, name)
        assert codes(again) == ["already_removed"] + ["issuing_paused"] * only
        assert (again.notes[0].subject, again.data) == (name, answer.data)
        assert (shop.state(), shop.posts()) == (before, posts)


def test_a_card_that_was_never_on_file_or_went_by_another_hand_is_no_card(
    shop: Shop, stripe_clients: Clients
) -> None:
    shop.attach()
    card = shop.attach("pm_card_mastercard")
    stripe_clients().v1.payment_methods.detach(card)
    for name in (card, "pm_x", "4444"):
        with pytest.raises(BadInput) as caught:
            shop.do(collector.remove_card, name)
        assert caught.value.code == "unknown_card"
