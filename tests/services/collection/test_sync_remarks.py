"""What `invoice sync` remarks on: an invoice that is not at Stripe as it was closed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import stripe

from jpcli.services.collection.stripe import account, collector
from jpcli.services.collection.stripe import invoices as stripe_billing
from jpcli.services.invoices import close, invoices
from tests.services.collection.conftest import Shop
from tests.services.collection.states import NUMBER, STATES
from tests.stripe_double.fixtures import Clients, stripe_clients

__all__ = ["stripe_clients"]
pytestmark = pytest.mark.once

Deed = Callable[[Shop, stripe.StripeClient], None]


def there(shop: Shop) -> dict[str, Any]:
    return dict(shop.double.objects("invoice")[-1])


def nothing(_: Shop, __: stripe.StripeClient) -> None: ...


def edit(**fields: Any) -> Deed:
    def deed(shop: Shop, _: stripe.StripeClient) -> None:
        shop.double.edit(there(shop)["id"], **fields)

    return deed


def pay(shop: Shop, _: stripe.StripeClient) -> None:
    shop.double.pay_hosted(there(shop)["id"])


def mark(**marks: str) -> Deed:
    def deed(shop: Shop, _: stripe.StripeClient) -> None:
        shop.double.edit(there(shop)["id"], metadata={**there(shop)["metadata"], **marks})

    return deed


def known_and_deleted(shop: Shop, hand: stripe.StripeClient) -> None:
    shop.do(stripe_billing.sync)
    hand.v1.invoices.delete(there(shop)["id"])


def twin(shop: Shop, hand: stripe.StripeClient) -> None:
    found = there(shop)
    hand.v1.invoices.create({"customer": found["customer"], "metadata": found["metadata"]})


def line_of_a_hand(shop: Shop, hand: stripe.StripeClient) -> None:
    hand.v1.invoices.add_lines(there(shop)["id"], {"lines": [{"amount": 700}]})


# The state it is in, what a hand did, what is remarked (None: nothing), and its status here then.
CASES: dict[str, tuple[str, Deed, str | None, str]] = {
    "as closed": ("open", nothing, None, "open"),
    "paid there": ("open", pay, None, "paid"),
    "void there": ("open", edit(status="void", total=5), None, "void"),
    "never there": ("draft not pushed", nothing, None, "draft"),
    "a draft that was edited": ("draft", line_of_a_hand, None, "draft"),
    "a draft that was deleted": ("draft", known_and_deleted, "not_at_stripe", "draft"),
    "another total": ("open", edit(total=5), "total_mismatch", "open"),
    "another total, paid": ("open", edit(total=5, status="paid"), "total_mismatch", "paid"),
    "without our marks": ("open", edit(metadata={}, status="paid"), "other_contents", "open"),
    "of another ledger": ("open", mark(jpcli_ledger="x"), "other_contents", "open"),
    "of other contents": ("open", mark(jpcli_content_hash="x"), "other_contents", "open"),
    "two there": ("open", twin, "two_at_stripe", "open"),
}


@pytest.mark.parametrize("case", CASES)
def test_what_is_not_as_closed_is_remarked_on(
    shop: Shop, stripe_clients: Clients, case: str
) -> None:
    state, deed, code, status = CASES[case]
    STATES[state](shop)
    deed(shop, stripe_clients())
    notes = [note for note in shop.do(stripe_billing.sync).notes if note.code != "synced"]
    told = [note for note in notes if note.code not in ("paid_not_collected", "unknown_here")]
    assert [note.code for note in told] == ([] if code is None else [code])
    for note in told:
        assert (note.kind, note.subject) == ("warning", NUMBER)
        assert NUMBER in note.message
        assert note.hint
    assert shop.ask(invoices.show, NUMBER)["invoice"]["status"] == status


@pytest.mark.parametrize("standing", [True, False])
def test_the_one_that_is_known_counts_also_where_its_customer_was_deleted(
    shop: Shop, stripe_clients: Clients, standing: bool
) -> None:
    """A copy of the ledger has made another one for the new customer."""
    STATES["open"](shop)
    known = there(shop)
    hand = stripe_clients().v1
    hand.customers.delete(known["customer"])
    shop.do(collector.sync_cards)
    customer = shop.double.objects("customer")[-1]["id"]
    assert customer != known["customer"]
    hand.invoices.create({"customer": customer, "metadata": known["metadata"]})
    if not standing:
        shop.double.edit(known["id"], status="void")
    notes = [note.code for note in shop.do(stripe_billing.sync).notes if note.kind == "warning"]
    found = shop.ask(invoices.show, NUMBER)["invoice"]
    assert notes == (["two_at_stripe"] if standing else [])
    assert (found["stripe_invoice_id"] == known["id"]) is standing
    assert found["status"] == ("open" if standing else "draft")


@pytest.mark.parametrize("owner", ["ours", "another ledger", "nobody"])
def test_only_what_was_made_for_this_ledger_is_unknown_here(
    shop: Shop, stripe_clients: Clients, owner: str
) -> None:
    STATES["open"](shop)
    ours = there(shop)
    marks = {"jpcli_ledger": ours["metadata"]["jpcli_ledger"], "jpcli_invoice": "INV-2024-05"}
    if owner == "another ledger":
        marks["jpcli_ledger"] = "x"
    elif owner == "nobody":
        del marks["jpcli_invoice"]
    stripe_clients().v1.invoices.create({"customer": ours["customer"], "metadata": marks})
    told = [note.subject for note in shop.do(stripe_billing.sync).notes if note.kind == "warning"]
    hanging = [one["subject"] for one in shop.do(account.status).data["troubles"]]
    assert told == hanging == (["INV-2024-05"] if owner == "ours" else [])


def test_every_invoice_that_hangs_is_named(shop: Shop, stripe_clients: Clients) -> None:
    shop.now = "2024-08-02T09:00:00Z"
    shop.do(close.close_due)
    july = "INV-2024-07"
    for number in (NUMBER, july):
        shop.do(stripe_billing.push, number)
    ours = there(shop)
    marks = {"jpcli_ledger": ours["metadata"]["jpcli_ledger"]}
    second = stripe_clients().v1.customers.create({"name": "x", "metadata": marks}).id
    for invoice in shop.double.objects("invoice"):
        shop.double.edit(invoice["id"], total=5)
    told = [note.subject for note in shop.do(stripe_billing.sync).notes if note.kind == "warning"]
    assert told == [NUMBER, july]
    hanging = shop.do(account.status).data["troubles"]
    assert [one["subject"] for one in hanging] == [second, NUMBER, july]


def test_cards_that_came_or_went_there_are_taken_over_too(
    shop: Shop, stripe_clients: Clients
) -> None:
    first, second = shop.attach(), shop.attach("pm_card_mastercard")
    stripe_clients().v1.payment_methods.detach(first)
    assert {card["id"] for card in shop.cards()} == {first, second}
    shop.do(stripe_billing.sync)
    assert [(card["id"], card["primary"]) for card in shop.cards()] == [(second, True)]
