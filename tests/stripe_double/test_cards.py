"""Cards: attached once, declined, asked for 3-D Secure, entered at a page."""

from __future__ import annotations

from typing import Any

import pytest
import stripe

from tests.stripe_double.control import ControlError
from tests.stripe_double.fixtures import StripeDouble
from tests.stripe_double.shop import Shop

SESSION: Any = {
    "mode": "setup",
    "currency": "usd",
    "allowed_payment_method_types": ["card"],
    "success_url": "https://example.com/done",
}


def open_session(shop: Shop, customer: str) -> stripe.checkout.Session:
    params: Any = {**SESSION, "customer": customer}
    return shop.v1.checkout.sessions.create(params)


def test_each_attached_test_card_is_a_card_of_its_own(shop: Shop) -> None:
    customer = shop.customer()
    first, second = shop.card(), shop.card("pm_card_mastercard", primary=False)
    assert first.startswith("pm_")
    cards = shop.v1.payment_methods.list({"customer": customer, "type": "card"}).data
    assert [item.id for item in cards] == [second, first]
    assert [item.card and (item.card.brand, item.card.last4) for item in cards] == [
        ("mastercard", "4444"),
        ("visa", "4242"),
    ]
    listed = shop.v1.customers.payment_methods.list(customer).data
    assert [item.id for item in listed] == [second, first]


def test_a_card_is_attached_once_in_its_life(shop: Shop) -> None:
    customer = shop.customer()
    card = shop.card()
    attach, detach = shop.v1.payment_methods.attach, shop.v1.payment_methods.detach
    shop.refuses(lambda: attach(card, {"customer": customer}))
    assert detach(card).customer is None
    settings = shop.v1.customers.retrieve(customer).invoice_settings
    assert settings
    assert settings.default_payment_method is None
    shop.refuses(lambda: attach(card, {"customer": customer}))
    shop.refuses(lambda: detach(card))
    shop.refuses(lambda: attach("pm_nobody", {"customer": customer}), status=404)
    shop.refuses(lambda: attach("pm_card_visa", {"customer": "cus_nobody"}), "customer")


def test_the_primary_card_must_be_the_customers(shop: Shop) -> None:
    shop.customer()
    card = shop.card()
    other = shop.customer()
    settings: Any = {"invoice_settings": {"default_payment_method": card}}
    shop.refuses(
        lambda: shop.v1.customers.update(other, settings),
        "invoice_settings[default_payment_method]",
    )


@pytest.mark.parametrize(
    ("name", "code", "decline_code"),
    [
        ("pm_card_visa_chargeDeclined", "card_declined", "generic_decline"),
        ("pm_card_chargeDeclinedInsufficientFunds", "card_declined", "insufficient_funds"),
        ("pm_card_chargeDeclinedExpiredCard", "expired_card", None),
    ],
)
def test_a_card_that_its_bank_refuses_is_not_stored(
    shop: Shop, name: str, code: str, decline_code: str | None
) -> None:
    customer = shop.customer()
    error = shop.declines(lambda: shop.card(name))
    assert (error["type"], error["code"]) == ("card_error", code)
    assert error.get("decline_code") == decline_code
    assert shop.v1.payment_methods.list({"customer": customer}).data == []


def test_a_decline_names_the_payment_and_leaves_the_invoice_open(
    shop: Shop, stripe_double: StripeDouble
) -> None:
    shop.customer()
    bad = shop.card("pm_card_chargeCustomerFail")
    good = shop.card("pm_card_mastercard", primary=False)
    invoice = shop.open_invoice([100])
    error = shop.declines(lambda: shop.v1.invoices.pay(invoice))
    assert (error["type"], error["code"]) == ("card_error", "card_declined")
    assert error["decline_code"] == "generic_decline"
    assert error["payment_intent"]["status"] == "requires_payment_method"
    assert error["payment_intent"]["last_payment_error"]["code"] == "card_declined"
    assert error["payment_method"]["id"] == bad
    after = shop.v1.invoices.retrieve(invoice)
    assert (after.status, after.attempted, after.attempt_count) == ("open", True, 1)

    stripe_double.change_card(good, charge="insufficient_funds")
    with pytest.raises(stripe.CardError, match="insufficient funds"):
        shop.v1.invoices.pay(invoice, {"payment_method": good})
    stripe_double.change_card(good, charge=None)
    assert shop.v1.invoices.pay(invoice, {"payment_method": good}).status == "paid"
    assert [charge["paid"] for charge in stripe_double.objects("charge")] == [False, False, True]


def test_three_d_secure(shop: Shop, stripe_double: StripeDouble) -> None:
    shop.customer()
    shop.card("pm_card_authenticationRequired")
    invoice = shop.open_invoice([100])
    with pytest.raises(stripe.CardError) as declined:
        shop.v1.invoices.pay(invoice, {"off_session": True})
    assert declined.value.code == "authentication_required"
    shop.refuses(
        lambda: shop.v1.invoices.pay(invoice, {"off_session": False}),
        code="invoice_payment_intent_requires_action",
    )
    page = shop.v1.invoices.retrieve(invoice)
    assert page.status == "open"
    assert page.hosted_invoice_url
    stripe_double.pay_hosted(invoice, "pm_card_authenticationRequired")
    assert shop.v1.invoices.retrieve(invoice).status == "paid"


def test_no_card_at_all(shop: Shop) -> None:
    shop.customer()
    invoice = shop.open_invoice([100])
    refused = shop.refuses(lambda: shop.v1.invoices.pay(invoice))
    assert "no attached payment source" in str(refused)


def test_a_raw_card_number_is_refused(shop: Shop) -> None:
    card: Any = {"type": "card", "card": {"number": "4242", "exp_month": 1, "exp_year": 2030}}
    with pytest.raises(stripe.StripeError) as refused:
        shop.v1.payment_methods.create(card)
    assert refused.value.http_status == 402


def test_a_card_from_a_token_is_stored_by_hand(shop: Shop) -> None:
    customer = shop.customer()
    body: Any = {"type": "card", "card": {"token": "tok_visa"}}
    card = shop.v1.payment_methods.create(body)
    assert card.customer is None
    assert shop.v1.payment_methods.attach(card.id, {"customer": customer}).id == card.id


def test_checkout_stores_the_card_that_the_person_enters(
    shop: Shop, stripe_double: StripeDouble
) -> None:
    customer = shop.customer()
    session = open_session(shop, customer)
    assert (session.status, session.payment_status) == ("open", "no_payment_required")
    assert session.url
    with pytest.raises(ControlError, match="declined"):
        stripe_double.complete_checkout(session.id, "pm_card_visa_chargeDeclined")
    stripe_double.complete_checkout(session.id, "pm_card_amex")
    done = shop.v1.checkout.sessions.retrieve(session.id, {"expand": ["setup_intent"]})
    assert (done.status, done.url) == ("complete", None)
    assert isinstance(done.setup_intent, stripe.SetupIntent)
    assert done.setup_intent.status == "succeeded"
    [card] = shop.v1.payment_methods.list({"customer": customer}).data
    assert done.setup_intent.payment_method == card.id
    settings = shop.v1.customers.retrieve(customer).invoice_settings
    assert settings
    assert settings.default_payment_method is None
    shop.refuses(lambda: shop.v1.checkout.sessions.expire(session.id))


def test_checkout_expires(shop: Shop, stripe_double: StripeDouble) -> None:
    customer = shop.customer()
    sessions = shop.v1.checkout.sessions
    first, second = (open_session(shop, customer).id for _ in range(2))
    assert sessions.expire(first).status == "expired"
    stripe_double.advance(days=1)
    assert sessions.retrieve(second).status == "expired"
    with pytest.raises(ControlError):
        stripe_double.complete_checkout(second)


def test_setup_intents(shop: Shop) -> None:
    customer = shop.customer()
    body: Any = {"customer": customer, "payment_method": "pm_card_visa", "confirm": True}
    intent = shop.v1.setup_intents.create(body)
    assert intent.status == "succeeded"
    [card] = shop.v1.payment_methods.list({"customer": customer}).data
    assert intent.payment_method == card.id
    refused: Any = {**body, "payment_method": "pm_card_chargeDeclined"}
    error = shop.declines(lambda: shop.v1.setup_intents.create(refused))
    assert error["setup_intent"]["status"] == "requires_payment_method"
