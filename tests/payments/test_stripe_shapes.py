"""Whatever a server answers with is read, or is one error of ours."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

import pytest
import stripe

from jpcli.domain.errors import JpcliError
from jpcli.payments.gateway import DraftInvoice, LineItem
from jpcli.payments.stripe_gateway import StripeGateway

if TYPE_CHECKING:
    from collections.abc import Callable

DRAFT = DraftInvoice("INV-1", "INV-1", "usd", None)
LINE = LineItem(0, 100, "one", 0, 0)
CALLS: dict[str, Callable[[StripeGateway], Any]] = {
    "check": lambda gateway: gateway.check(),
    "find_customers": lambda gateway: gateway.find_customers("L"),
    "has_customer": lambda gateway: gateway.has_customer("cus_1"),
    "create_customer": lambda gateway: gateway.create_customer("L", "Acme", "k"),
    "account_id": lambda gateway: gateway.account_id(),
    "customer": lambda gateway: gateway.customer("cus_1"),
    "update_customer": lambda gateway: gateway.update_customer("cus_1", {"name": "x"}, "k"),
    "add_tax_id": lambda gateway: gateway.add_tax_id("cus_1", "eu_vat", "X", "k"),
    "remove_tax_id": lambda gateway: gateway.remove_tax_id("cus_1", "txi_1", "k"),
    "portal": lambda gateway: gateway.portal("cus_1", "k"),
    "cards": lambda gateway: gateway.cards("cus_1"),
    "primary_card": lambda gateway: gateway.primary_card("cus_1"),
    "attach_card": lambda gateway: gateway.attach_card("pm_1", "cus_1", "k"),
    "detach_card": lambda gateway: gateway.detach_card("pm_1", "k"),
    "make_primary": lambda gateway: gateway.make_primary("cus_1", "pm_1", "k"),
    "start_checkout": lambda gateway: gateway.start_checkout("cus_1", "usd", "k"),
    "checkout": lambda gateway: gateway.checkout("cs_1"),
    "find_invoice": lambda gateway: gateway.find_invoice("cus_1", "INV-1"),
    "create_invoice": lambda gateway: gateway.create_invoice("cus_1", DRAFT, {}, "k"),
    "invoice": lambda gateway: gateway.invoice("in_1"),
    "lines": lambda gateway: gateway.lines("in_1"),
    "add_lines": lambda gateway: gateway.add_lines("in_1", [LINE], {}, "k"),
    "delete_draft": lambda gateway: gateway.delete_draft("in_1", "k"),
    "finalize": lambda gateway: gateway.finalize("in_1", "k"),
    "pay": lambda gateway: gateway.pay("in_1", "pm_1", "k"),
    "pay_outside": lambda gateway: gateway.pay_outside("in_1", "k"),
    "send": lambda gateway: gateway.send("in_1", "k"),
    "was_sent": lambda gateway: gateway.was_sent("in_1"),
    "annotate": lambda gateway: gateway.annotate("in_1", {}, "k"),
    "money": lambda gateway: gateway.money("in_1", has_credit_notes=True),
    "charges": lambda gateway: gateway.charges("in_1"),
    "invoice_of_payment": lambda gateway: gateway.invoice_of_payment("pi_1"),
    "void": lambda gateway: gateway.void("in_1", "k"),
    "invoices_of": lambda gateway: gateway.invoices_of("cus_1"),
    "invoices_since": lambda gateway: gateway.invoices_since(0),
    "known_invoice": lambda gateway: gateway.known_invoice("in_1"),
    "newest_event": lambda gateway: gateway.newest_event(),
    "events_since": lambda gateway: gateway.events_since("evt_1"),
}

# An object that has every part that is read, so that one of another kind is met for itself.
WHOLE: dict[str, Any] = {
    "id": "x_1",
    "object": "thing",
    "type": "eu_vat",
    "status": "open",
    "currency": "usd",
    "total": 1,
    "amount": 1,
    "created": 1,
    "value": "X",
    "url": "https://x.example",
    "metadata": {"jpcli_ledger": "L", "jpcli_line": "0"},
    "status_transitions": {"paid_at": 1},
    "invoice_settings": {"default_payment_method": "pm_1"},
    "card": {"brand": "visa", "last4": "4242", "exp_month": 1, "exp_year": 2030},
    "payment": {"payment_intent": "pi_1"},
    "address": {"city": "X"},
    "number": "1",
    "due_date": 1,
    "refunds": [],
    "invoice": "in_1",
}
ODD: tuple[Any, ...] = ([], [3], {"a": {}}, "²", -1, 1.5, 10**30, True, None)
BODIES = [
    "[]", "null", '"x"', "3", "{}", "", "<html>", "\udcff", "[" * 100_000,
    '{"data": 3}', '{"data": [3]}', '{"data": [{}], "has_more": true}', '{"data": {"a": 1}}',
    '{"object": [], "id": {}}', '{"object": {}, "data": [[]]}', '{"error": "x"}', '{"error": []}',
    '{"error": {"type": [], "message": {"a": 1}, "code": [], "param": {}}}',
    '{"error": {"message": 3, "decline_code": [], "charge": {}}}',
]  # fmt: skip
STATUSES = (200, 400, 402, 404, 429, 500)


@pytest.fixture
def answered(monkeypatch: pytest.MonkeyPatch) -> Callable[[str, int], StripeGateway]:
    """A gateway to a server that says this and nothing else."""
    gateway = StripeGateway("sk_test_x")
    said = b"", 200

    def request(*_: Any, **__: Any) -> Any:
        return *said, {"retry-after": "²"}

    def saying(body: str, status: int) -> StripeGateway:
        nonlocal said
        said = body.encode("utf-8", "surrogateescape"), status
        return gateway

    monkeypatch.setattr(stripe.RequestsClient, "request", request)
    monkeypatch.setattr(time, "sleep", lambda _: None)
    return saying


def tell(call: Callable[[StripeGateway], Any], gateway: StripeGateway) -> None:
    try:
        call(gateway)
    except JpcliError as error:
        assert isinstance(error.message, str)  # noqa: PT017
        assert error.exit_code in (1, 4, 5, 75)  # noqa: PT017


def test_every_call_is_here() -> None:
    from jpcli.payments.gateway import Gateway

    assert set(CALLS) >= {name for name in vars(Gateway) if not name.startswith("_")} - {
        "live",
        "customers_seen",
    }


@pytest.mark.parametrize("name", CALLS)
def test_an_answer_that_is_no_such_thing_is_one_error(
    name: str, answered: Callable[[str, int], StripeGateway]
) -> None:
    for body in BODIES:
        for status in STATUSES:
            tell(CALLS[name], answered(body, status))


@pytest.mark.parametrize("name", CALLS)
def test_a_part_of_another_kind_is_one_error(
    name: str, answered: Callable[[str, int], StripeGateway]
) -> None:
    for part in WHOLE:
        for odd in ODD:
            item = {**WHOLE, part: odd}
            for answer in (item, {"object": "list", "data": [item], "has_more": True}):
                tell(CALLS[name], answered(json.dumps(answer), 200))


@pytest.mark.parametrize("odd", [1.5, "1", True, 10**30, []], ids=repr)
def test_an_amount_that_is_no_whole_number_is_never_taken_for_one(
    odd: Any, answered: Callable[[str, int], StripeGateway]
) -> None:
    gateway = answered(json.dumps({**WHOLE, "total": odd}), 200)
    with pytest.raises(JpcliError) as caught:
        gateway.invoice("in_1")
    assert (caught.value.code, caught.value.exit_code) == ("gateway_server_error", 75)
