"""Idempotency keys of what is done at Stripe: the same request again is not done again, and another
one under its key is refused, whatever it differs in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from jpcli.domain.answers import Answer
from jpcli.domain.errors import Refused
from jpcli.services.collection.stripe import collector
from jpcli.services.collection.stripe import customer as stripe_customer
from jpcli.services.collection.stripe import invoices as stripe_billing
from jpcli.services.invoices import close
from tests.services.agency import codes
from tests.services.collection.conftest import Shop

pytestmark = pytest.mark.once

JUNE, JULY = "INV-2024-06", "INV-2024-07"
VAT, OTHER_VAT = "eu_vat:DE123456789", "gb_vat:GB123456789"


class Asked:
    """A command with its arguments; the cards `first` and `second` are known when it is run."""

    def __init__(self, use_case: Callable[..., Answer[Any]], *args: Any, **options: Any) -> None:
        self.use_case, self.args, self.options = use_case, args, options

    def under(self, shop: Shop, key: str | None, cards: dict[str, str], **more: Any) -> Answer[Any]:
        args = [cards.get(one, one) if isinstance(one, str) else one for one in self.args]
        return shop.do(self.use_case, *args, key=key, **self.options, **more)


def customer(given: dict[str, str], **options: str) -> Asked:
    return Asked(stripe_customer.customer, given, **options)


PAIRS = {
    "push of another": (Asked(stripe_billing.push, JUNE), Asked(stripe_billing.push, JULY)),
    "push, replacing": (
        Asked(stripe_billing.push, JUNE),
        Asked(stripe_billing.push, JUNE, replace=True),
    ),
    "pay of another": (Asked(stripe_billing.pay, JUNE), Asked(stripe_billing.pay, JULY)),
    "mark-paid of another": (
        Asked(collector.mark_paid, JUNE, "wire"),
        Asked(collector.mark_paid, JULY, "wire"),
    ),
    "mark-paid otherwise": (
        Asked(collector.mark_paid, JUNE, "wire"),
        Asked(collector.mark_paid, JUNE, "cash"),
    ),
    "void of another": (Asked(collector.void, JUNE, "wrong"), Asked(collector.void, JULY, "wrong")),
    "void for another reason": (
        Asked(collector.void, JUNE, "wrong"),
        Asked(collector.void, JUNE, "lost"),
    ),
    "another command": (Asked(stripe_billing.push, JUNE), Asked(stripe_billing.pay, JUNE)),
    "cards add of another": (
        Asked(collector.attach_card, "first", primary=False),
        Asked(collector.attach_card, "second", primary=False),
    ),
    "cards add as the primary one": (
        Asked(collector.attach_card, "second", primary=False),
        Asked(collector.attach_card, "second", primary=True),
    ),
    "cards primary of another": (
        Asked(collector.make_primary, "second"),
        Asked(collector.make_primary, "first"),
    ),
    "cards remove of another": (
        Asked(collector.remove_card, "second"),
        Asked(collector.remove_card, "first"),
    ),
    "another e-mail": (customer({"email": "a@b.example"}), customer({"email": "c@d.example"})),
    "more of the customer": (customer({"name": "A"}), customer({"name": "A", "phone": "+49 731"})),
    "another tax id": (customer({}, tax_id=OTHER_VAT), customer({}, tax_id="us_ein:12-3456789")),
    "another tax id to go": (customer({}, no_tax_id=VAT), customer({}, no_tax_id=OTHER_VAT)),
}


@pytest.mark.parametrize("pair", PAIRS)
def test_a_key_is_for_one_request(shop: Shop, pair: str) -> None:
    first, other = PAIRS[pair]
    shop.now = "2024-08-02T09:00:00Z"
    shop.do(close.close_due)
    for number in (JUNE, JULY):
        shop.do(stripe_billing.push, number)
    cards = {"first": shop.attach(), "second": shop.attach("pm_card_mastercard")}
    customer({}, tax_id=VAT).under(shop, None, cards)
    answer = first.under(shop, "k", cards)
    before, posts = shop.state(), shop.posts()
    again = first.under(shop, "k", cards)
    assert again.data == answer.data
    assert codes(again)[-1] == "repeated"
    with pytest.raises(Refused) as caught:
        other.under(shop, "k", cards)
    assert (caught.value.code, caught.value.subject) == ("idempotency_key_reused", "k")
    assert (shop.state(), shop.posts()) == (before, posts)


ROADS = {
    "push": Asked(stripe_billing.push, "2024-06"),
    "push --replace": Asked(stripe_billing.push, "2024-06", replace=True),
    "pay": Asked(stripe_billing.pay, "2024-06"),
    "mark-paid": Asked(collector.mark_paid, "2024-06", "wire"),
    "void": Asked(collector.void, "2024-06", "wrong"),
}


@pytest.mark.parametrize("billed_again", [False, True])
@pytest.mark.parametrize("road", ROADS)
def test_a_key_gives_its_answer_whatever_became_of_the_month_that_was_named(
    shop: Shop, road: str, billed_again: bool
) -> None:
    shop.do(close.close, "2024-06")
    shop.do(stripe_billing.push, "2024-06")
    shop.attach()
    answer = ROADS[road].under(shop, "k", {})
    if road.startswith("push"):
        shop.do(collector.void, "2024-06", None)
    if billed_again and road not in ("pay", "mark-paid"):
        shop.do(close.close, "2024-06")
    before, posts = shop.state(), shop.posts()
    again = ROADS[road].under(shop, "k", {})
    assert (again.data, codes(again)[-1]) == (answer.data, "repeated")
    assert (shop.state(), shop.posts()) == (before, posts)


@pytest.mark.parametrize("road", ROADS)
def test_a_key_of_another_request_is_refused_also_where_it_is_only_tried(
    shop: Shop, road: str
) -> None:
    shop.do(close.close, "2024-06")
    shop.do(stripe_billing.push, JUNE, key="k")
    before, posts = shop.state(), shop.posts()
    with pytest.raises(Refused) as caught:
        ROADS[road].under(shop, "k", {}, dry_run=True)
    assert caught.value.code == "idempotency_key_reused"
    assert (shop.state(), shop.posts()) == (before, posts)


def test_what_only_asks_stripe_leaves_the_key_to_others(shop: Shop) -> None:
    customer({}).under(shop, "k", {})
    customer({"email": "a@b.example"}).under(shop, "k", {})
