"""Idempotency keys: the same answer for a day, the same request only, one at a time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
import stripe

from tests.stripe_double import auth
from tests.stripe_double.fixtures import Clients, StripeDouble
from tests.stripe_double.shop import Shop
from tests.stripe_double.web import send


def test_the_first_answer_again(shop: Shop, stripe_double: StripeDouble) -> None:
    first = send(stripe_double.url, "POST", "/v1/customers", "name=A", Idempotency_Key="k")
    again = send(stripe_double.url, "POST", "/v1/customers", "name=A", Idempotency_Key="k")
    assert again[:2] == first[:2]
    assert "idempotent-replayed" not in first[2]
    assert again[2]["idempotent-replayed"] == "true"
    assert again[2]["original-request"] == first[2]["request-id"] != again[2]["request-id"]
    assert [request["replayed"] for request in stripe_double.requests()] == [False, True]
    assert len(stripe_double.objects("customer")) == 1


def test_another_request_is_refused(stripe_client: stripe.StripeClient) -> None:
    v1 = stripe_client.v1
    customer = v1.customers.create({"name": "A"}, {"idempotency_key": "k"}).id
    with pytest.raises(stripe.IdempotencyError, match="same parameters"):
        v1.customers.create({"name": "B"}, {"idempotency_key": "k"})
    with pytest.raises(stripe.IdempotencyError, match="same endpoint"):
        v1.customers.update(customer, {"name": "A"}, {"idempotency_key": "k"})


def test_modes_have_their_own_keys(stripe_clients: Clients) -> None:
    made = [
        stripe_clients(key).v1.customers.create({}, {"idempotency_key": "k"}).id
        for key in (auth.TEST_KEY, auth.LIVE_KEY, auth.TEST_KEY)
    ]
    assert made[0] == made[2] != made[1]


def test_a_key_is_forgotten_after_24_hours(
    stripe_client: stripe.StripeClient, stripe_double: StripeDouble
) -> None:
    def make() -> str:
        return stripe_client.v1.customers.create({}, {"idempotency_key": "k"}).id

    first = make()
    stripe_double.advance(seconds=24 * 3600 - 60)
    assert make() == first
    stripe_double.advance(seconds=60)
    second = make()
    assert second != first
    assert make() == second


def test_a_decline_is_replayed(shop: Shop) -> None:
    shop.customer()
    bad, good = shop.card("pm_card_chargeCustomerFail"), shop.card(primary=False)
    invoice = shop.open_invoice([100])
    for _ in range(2):
        with pytest.raises(stripe.CardError) as declined:
            shop.v1.invoices.pay(invoice, {"payment_method": bad}, {"idempotency_key": "k"})
    assert (declined.value.headers or {})["Idempotent-Replayed"] == "true"
    assert shop.v1.invoices.retrieve(invoice).attempt_count == 1
    with pytest.raises(stripe.IdempotencyError):
        shop.v1.invoices.pay(invoice, {"payment_method": good}, {"idempotency_key": "k"})
    paid = shop.v1.invoices.pay(invoice, {"payment_method": good}, {"idempotency_key": "k2"})
    assert paid.status == "paid"


def test_a_refusal_before_any_work_leaves_the_key_free(stripe_double: StripeDouble) -> None:
    url = stripe_double.url
    assert send(url, "POST", "/v1/customers", "nmae=A", Idempotency_Key="k")[0] == 400
    assert send(url, "POST", "/v1/customers", "name=A", Idempotency_Key="k")[0] == 200


def test_a_refusal_by_the_work_is_recorded(shop: Shop, stripe_double: StripeDouble) -> None:
    shop.customer()
    invoice = shop.open_invoice([100])
    path = f"/v1/invoices/{invoice}/pay"
    assert send(stripe_double.url, "POST", path, Idempotency_Key="k")[0] == 400
    shop.card()
    assert send(stripe_double.url, "POST", path, Idempotency_Key="k")[0] == 400
    assert send(stripe_double.url, "POST", path, Idempotency_Key="k2")[0] == 200


def test_a_key_in_flight(stripe_double: StripeDouble) -> None:
    stripe_double.fault("slow", "POST", "/v1/customers", seconds=1)
    with ThreadPoolExecutor() as pool:
        slow = pool.submit(
            send, stripe_double.url, "POST", "/v1/customers", "name=A", Idempotency_Key="k"
        )
        while not any(request["params"] for request in stripe_double.requests()):
            pass
        status, answer, _ = send(
            stripe_double.url, "POST", "/v1/customers", "name=A", Idempotency_Key="k"
        )
        assert (status, answer["error"]["code"]) == (409, "idempotency_key_in_use")
        assert slow.result()[0] == 200
    assert len(stripe_double.objects("customer")) == 1


@pytest.mark.parametrize("key", ["x" * 256])
def test_a_key_that_is_too_long(stripe_double: StripeDouble, key: str) -> None:
    assert send(stripe_double.url, "POST", "/v1/customers", "", Idempotency_Key=key)[0] == 400


def test_reading_and_deleting_know_no_keys(shop: Shop, stripe_double: StripeDouble) -> None:
    customer = shop.customer()
    path = f"/v1/customers/{customer}"
    assert send(stripe_double.url, "DELETE", path, Idempotency_Key="k")[0] == 200
    assert send(stripe_double.url, "DELETE", path, Idempotency_Key="k")[0] == 404
