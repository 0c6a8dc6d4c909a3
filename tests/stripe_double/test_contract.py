"""Every call that jpcli makes is known to Stripe's published schemas, and to the double."""

from __future__ import annotations

import re

import pytest

from tests.stripe_double import schema
from tests.stripe_double.contract import CALLS, Call, unlisted
from tests.stripe_double.errors import StripeFault
from tests.stripe_double.fixtures import StripeDouble
from tests.stripe_double.routes import ROUTES
from tests.stripe_double.shop import Shop

IDS = [f"{call.method} {call.template}" for call in CALLS]


@pytest.mark.parametrize("call", CALLS, ids=IDS)
def test_stripe_knows_the_call_and_its_parameters(call: Call) -> None:
    operation = schema.find_operation(call.method, re.sub(r"\{\w+\}", "id_1", call.template))
    assert operation.template == call.template
    schema.check(operation, call.params)
    with pytest.raises(StripeFault) as refused:
        schema.check(operation, {**call.params, "no_such": "1"})
    assert refused.value.error["param"] == "no_such"


@pytest.mark.parametrize("call", CALLS, ids=IDS)
def test_the_double_does_the_call(call: Call) -> None:
    assert (call.method, call.template) in ROUTES


def test_the_double_does_nothing_that_stripe_does_not_know() -> None:
    assert set(ROUTES) <= schema.known_operations()


def test_calls_that_nobody_has_looked_at_are_found(shop: Shop, stripe_double: StripeDouble) -> None:
    shop.customer()
    assert unlisted(stripe_double.requests()) == []
    shop.v1.customers.update(shop.customer_id, {"tax_exempt": "none"})
    shop.v1.payment_intents.list()
    assert unlisted(stripe_double.requests()) == [
        "POST /v1/customers/{customer} tax_exempt",
        "GET /v1/payment_intents",
    ]
