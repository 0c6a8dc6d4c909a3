"""The double refuses what Stripe's published description refuses, and names the parameter."""

from __future__ import annotations

import base64
from functools import partial
from typing import Any
from urllib.parse import quote

import pytest
import stripe

from tests.stripe_double import auth
from tests.stripe_double.fixtures import Clients, StripeDouble
from tests.stripe_double.shop import Shop
from tests.stripe_double.web import send

LONG = "x" * 5001


@pytest.mark.parametrize(
    ("path", "body", "param", "code"),
    [
        ("customers", "nmae=Acme", "nmae", "parameter_unknown"),
        ("customers", "address[town]=Ulm", "address[town]", "parameter_unknown"),
        ("customers", "balance=1.5", "balance", "parameter_invalid_integer"),
        ("customers", "balance=", "balance", "parameter_invalid_integer"),
        ("customers", "name[first]=A", "name", None),
        ("customers", "name=", "name", "parameter_invalid_empty"),
        ("customers", f"name={'x' * 257}", "name", "parameter_invalid_string"),
        ("customers", "name=a&name=b", "name", None),
        ("customers", "expand=invoice", "expand", None),
        ("customers", "email=nobody", "email", "email_invalid"),
        ("customers", "metadata=x", "metadata", None),
        ("customers", "metadata[a][b]=x", "metadata[a]", None),
        ("customers", f"metadata[{'k' * 41}]=x", f"metadata[{'k' * 41}]", None),
        ("customers", f"metadata[k]={'x' * 501}", "metadata[k]", None),
        (
            "customers",
            "&".join(f"metadata[k{index}]=x" for index in range(51)),
            "metadata",
            None,
        ),
        ("invoices", "auto_advance=no", "auto_advance", None),
        ("invoices", "currency=usd", "customer", "parameter_missing"),
        ("invoices", "customer=cus_0", "customer", "resource_missing"),
        ("invoices", "currency=euro", "currency", None),
        ("invoices", "collection_method=by_hand", "collection_method", None),
        ("invoices", f"description={'x' * 1501}", "description", "parameter_invalid_string"),
        ("invoices", "payment_method_types[0]=card", "payment_method_types", "parameter_unknown"),
        ("invoiceitems", "period[start]=1", "period[end]", "parameter_missing"),
        ("invoiceitems", "unit_amount=5", "unit_amount", "parameter_unknown"),
        ("invoiceitems", f"description={LONG}", "description", "parameter_invalid_string"),
        (
            "checkout/sessions",
            "mode=setup&payment_method_types[]=card",
            "payment_method_types",
            "parameter_unknown",
        ),
        ("checkout/sessions", "mode=setup", "success_url", "parameter_missing"),
        ("checkout/sessions", "mode=setup&success_url=x", "success_url", "url_invalid"),
        ("setup_intents", "usage=never", "usage", None),
    ],
)
def test_a_wrong_parameter(
    stripe_double: StripeDouble, path: str, body: str, param: str, code: str | None
) -> None:
    status, answer, headers = send(stripe_double.url, "POST", f"/v1/{path}", body)
    error = answer["error"]
    assert (status, error["type"]) == (400, "invalid_request_error")
    assert (error["param"], error.get("code")) == (param, code)
    assert headers["request-id"].startswith("req_")
    assert not any(stripe_double.dump().values())


@pytest.mark.parametrize("query", ["limit=0", "limit=101", "limit=x", "customer[]=a", "q=1"])
def test_a_wrong_query(stripe_double: StripeDouble, query: str) -> None:
    assert send(stripe_double.url, "GET", f"/v1/invoices?{query}")[0] == 400


@pytest.mark.parametrize("body", ["a", "=1", "a[b=1", "a%ff=1&b=%ff", "a=1&a[b]=1", "a[][b]=1"])
def test_a_body_that_is_no_form(stripe_double: StripeDouble, body: str) -> None:
    assert send(stripe_double.url, "POST", "/v1/customers", body)[0] == 400


def test_json_is_refused(stripe_double: StripeDouble) -> None:
    status, answer, _ = send(
        stripe_double.url, "POST", "/v1/customers", "{}", Content_Type="application/json"
    )
    assert status == 400
    assert "content type" in answer["error"]["message"]


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/v1/licenses"), ("DELETE", "/v1/events"), ("PUT", "/v1/customers"), ("GET", "/")],
)
def test_an_unknown_url(stripe_double: StripeDouble, method: str, path: str) -> None:
    status, answer, _ = send(stripe_double.url, method, path)
    assert (status, answer["error"]["type"]) == (404, "invalid_request_error")


def test_what_stripe_knows_and_the_double_does_not_is_never_taken_for_done(
    stripe_double: StripeDouble,
) -> None:
    status, answer, _ = send(stripe_double.url, "POST", "/v1/refunds", "charge=ch_1")
    assert (status, answer["error"]["type"]) == (501, "api_error")


@pytest.mark.parametrize(
    "authorization",
    ["", "Bearer", "Bearer sk_test_other", "Bearer pk_test_1", "Basic ?", "Digest x"],
)
def test_a_wrong_key(stripe_double: StripeDouble, authorization: str) -> None:
    status, answer, _ = send(stripe_double.url, "GET", "/v1/balance", Authorization=authorization)
    assert (status, answer["error"]["type"]) == (401, "invalid_request_error")


def test_keys_through_the_sdk(stripe_clients: Clients) -> None:
    with pytest.raises(stripe.AuthenticationError) as refused:
        stripe_clients("sk_test_somebodys_secret_key_0001").v1.balance.retrieve()
    assert "secret" not in str(refused.value)
    with pytest.raises(stripe.AuthenticationError, match="Expired"):
        stripe_clients(auth.EXPIRED_KEY).v1.balance.retrieve()
    with pytest.raises(stripe.PermissionError):
        stripe_clients(auth.READ_ONLY_KEY).v1.customers.create()
    assert stripe_clients(auth.READ_ONLY_KEY).v1.balance.retrieve().livemode is False
    assert stripe_clients(auth.RESTRICTED_KEY).v1.customers.create().id


def test_basic_authorization(stripe_double: StripeDouble) -> None:
    token = base64.b64encode(f"{auth.TEST_KEY}:".encode()).decode()
    assert send(stripe_double.url, "GET", "/v1/balance", Authorization=f"Basic {token}")[0] == 200


def test_test_and_live_are_two_worlds(shop: Shop, stripe_clients: Clients) -> None:
    customer = shop.customer()
    live = stripe_clients(auth.LIVE_KEY).v1
    assert live.customers.list().data == []
    shop.refuses(lambda: live.customers.retrieve(customer), status=404)
    real = live.customers.create().id
    assert live.customers.retrieve(real).livemode
    shop.refuses(
        lambda: live.payment_methods.attach("pm_card_visa", {"customer": real}), status=404
    )


def test_another_api_version_is_refused(stripe_double: StripeDouble) -> None:
    url = stripe_double.url
    assert send(url, "GET", "/v1/balance", Stripe_Version="2024-06-20")[0] == 400
    assert send(url, "GET", "/v1/balance", Stripe_Version="2026-10-28.endive")[0] == 200


def test_the_log_has_all_of_a_request(shop: Shop, stripe_double: StripeDouble) -> None:
    params: Any = {"name": "Ürsl & Co", "metadata": {"a": "b"}}
    shop.v1.customers.create(params, {"idempotency_key": "k-1"})
    [request] = stripe_double.requests()
    assert (request["method"], request["path"]) == ("POST", "/v1/customers")
    assert (request["status"], request["params"]) == (200, params)
    assert quote("Ürsl") in request["body"]
    assert request["headers"]["stripe-version"] == "2026-10-28.endive"
    assert request["headers"]["authorization"] == f"Bearer {auth.TEST_KEY}"
    assert (request["idempotency_key"], request["live"]) == ("k-1", False)


def test_metadata_is_merged_key_by_key(shop: Shop) -> None:
    customer = shop.customer(metadata={"a": "1", "b": "2"})
    update = shop.v1.customers.update
    changed = update(customer, {"metadata": {"a": "", "c": "3"}})
    assert changed.metadata
    assert changed.metadata.to_dict() == {"b": "2", "c": "3"}
    full = {f"k{index}": "x" for index in range(49)}
    shop.refuses(lambda: update(customer, {"metadata": full}), "metadata")
    emptied = update(customer, {"metadata": ""}).metadata
    assert emptied is not None
    assert emptied.to_dict() == {}


def test_only_references_expand(shop: Shop, stripe_double: StripeDouble) -> None:
    shop.customer()
    shop.card()
    invoice = shop.open_invoice([100])
    paid = shop.v1.invoices.pay(
        invoice, {"expand": ["customer", "payments.data.payment.payment_intent"]}
    )
    assert isinstance(paid.customer, stripe.Customer)
    assert paid.payments
    intent = paid.payments.data[0].payment.payment_intent
    assert isinstance(intent, stripe.PaymentIntent)
    before = stripe_double.dump()
    for path in ("number", "no_such", "lines", "data.customer", "customer.a.b.c.d", "charge"):
        draft: Any = {"customer": shop.customer_id, "expand": [path]}
        shop.refuses(partial(shop.v1.invoices.create, draft), "expand")
    assert stripe_double.dump() == before
