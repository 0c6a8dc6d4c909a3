"""Every request as it goes out: where, with which parts, and under which key."""

from __future__ import annotations

from typing import Any

import pytest

from jpcli.domain.errors import Refused
from jpcli.payments.gateway import DraftInvoice, LineItem
from jpcli.payments.stripe_gateway import StripeGateway
from tests.payments.conftest import Wire
from tests.payments.test_stripe_shapes import CALLS, WHOLE

Requests = list[tuple[str, str, dict[str, str]]]

OF_EVENTS = {"limit": "100", "ending_before": "evt_1"}
OF_PAYMENTS = {"invoice": "in_1", "limit": "100"}
MADE = {
    "customer": "cus_1",
    "currency": "usd",
    "auto_advance": "false",
    "collection_method": "charge_automatically",
    "pending_invoice_items_behavior": "exclude",
    "description": "INV-1",
    "number": "INV-1",
    "metadata[jpcli_invoice]": "INV-1",
}
PAGE = {
    "mode": "setup",
    "customer": "cus_1",
    "currency": "usd",
    "allowed_payment_method_types[0]": "card",
    "success_url": "https://stripe.com/docs/payments/checkout?jpcli=done",
}
LINE = {
    "lines[0][amount]": "100",
    "lines[0][description]": "one",
    "lines[0][period][start]": "0",
    "lines[0][period][end]": "0",
    "lines[0][metadata][jpcli_line]": "0",
}
CUSTOMER, INVOICE, PAYMENTS = "/v1/customers/cus_1", "/v1/invoices/in_1", "/v1/invoice_payments"
SENT: dict[str, Requests] = {
    "check": [("GET", "/v1/balance", {})],
    "find_customers": [("GET", "/v1/customers", {"limit": "100"})],
    "has_customer": [("GET", CUSTOMER, {})],
    "create_customer": [
        ("POST", "/v1/customers", {"name": "Acme", "metadata[jpcli_ledger]": "L"}),
    ],
    "account_id": [("GET", "/v1/account", {})],
    "customer": [("GET", CUSTOMER, {}), ("GET", f"{CUSTOMER}/tax_ids", {"limit": "100"})],
    "update_customer": [("POST", CUSTOMER, {"name": "x"})],
    "add_tax_id": [("POST", f"{CUSTOMER}/tax_ids", {"type": "eu_vat", "value": "X"})],
    "remove_tax_id": [("DELETE", f"{CUSTOMER}/tax_ids/txi_1", {})],
    "portal": [("POST", "/v1/billing_portal/sessions", {"customer": "cus_1"})],
    "cards": [
        ("GET", "/v1/payment_methods", {"customer": "cus_1", "type": "card", "limit": "100"}),
    ],
    "primary_card": [("GET", CUSTOMER, {})],
    "attach_card": [("POST", "/v1/payment_methods/pm_1/attach", {"customer": "cus_1"})],
    "detach_card": [("POST", "/v1/payment_methods/pm_1/detach", {})],
    "make_primary": [("POST", CUSTOMER, {"invoice_settings[default_payment_method]": "pm_1"})],
    "start_checkout": [("POST", "/v1/checkout/sessions", PAGE)],
    "checkout": [("GET", "/v1/checkout/sessions/cs_1", {"expand[0]": "setup_intent"})],
    "find_invoice": [("GET", "/v1/invoices", {"customer": "cus_1", "limit": "100"})],
    "create_invoice": [("POST", "/v1/invoices", MADE)],
    "invoice": [("GET", INVOICE, {})],
    "lines": [("GET", f"{INVOICE}/lines", {"limit": "100"})],
    "add_lines": [("POST", f"{INVOICE}/add_lines", LINE)],
    "delete_draft": [("DELETE", INVOICE, {})],
    "finalize": [("POST", f"{INVOICE}/finalize", {"auto_advance": "false"})],
    "pay": [("POST", f"{INVOICE}/pay", {"payment_method": "pm_1", "off_session": "true"})],
    "pay_outside": [("POST", f"{INVOICE}/pay", {"paid_out_of_band": "true"})],
    "send": [("POST", f"{INVOICE}/send", {})],
    "was_sent": [("GET", "/v1/events", {"type": "invoice.sent", "limit": "100"})],
    "annotate": [("POST", INVOICE, {})],
    "money": [
        (
            *("GET", PAYMENTS),
            {**OF_PAYMENTS, "expand[0]": "data.payment.payment_intent.latest_charge"},
        ),
        ("GET", "/v1/credit_notes", OF_PAYMENTS),
    ],
    "charges": [("GET", PAYMENTS, OF_PAYMENTS)],
    "invoice_of_payment": [
        (
            *("GET", PAYMENTS),
            {
                "payment[type]": "payment_intent",
                "payment[payment_intent]": "pi_1",
                "limit": "1",
            },
        )
    ],
    "void": [("POST", f"{INVOICE}/void", {})],
    "invoices_of": [("GET", "/v1/invoices", {"customer": "cus_1", "limit": "100"})],
    "invoices_since": [("GET", "/v1/invoices", {"created[gte]": "0", "limit": "100"})],
    "known_invoice": [("GET", INVOICE, {})],
    "newest_event": [("GET", "/v1/events", {"limit": "1"})],
    "events_since": [
        ("GET", "/v1/events", {**OF_EVENTS, "type": kind})
        for kind in ("invoice.*", "charge.*", "credit_note.*", "customer.*")
    ],
}
NOTHING_LISTED = {**WHOLE, "data": [], "has_more": False}


@pytest.mark.parametrize("name", CALLS)
def test_a_call_is_these_requests_and_no_others(wire: Wire, name: str) -> None:
    """What is read has no key, and what changes anything has the caller's."""
    CALLS[name](wire.answer(NOTHING_LISTED))
    assert [(sent.method, sent.path, sent.params) for sent in wire.sent] == SENT[name]
    for sent in wire.sent:
        assert sent.key == (None if sent.method == "GET" else "k")
        assert sent.headers["Authorization"] == "Bearer sk_test_x"
        assert sent.headers["Stripe-Version"] == "2026-10-28.endive"
        assert "X-Stripe-Client-Telemetry" not in sent.headers


@pytest.mark.parametrize("name", CALLS)
def test_with_read_only_nothing_that_changes_anything_goes_out(wire: Wire, name: str) -> None:
    wire.answer(NOTHING_LISTED)
    gateway = StripeGateway("sk_test_x", read_only=True)
    if all(method == "GET" for method, *_ in SENT[name]):
        CALLS[name](gateway)
        assert len(wire.sent) == len(SENT[name])
        return
    with pytest.raises(Refused) as refused:
        CALLS[name](gateway)
    assert (refused.value.code, wire.sent) == ("no_dry_run", [])


MORE: dict[str, tuple[Any, dict[str, str]]] = {
    "an invoice that is mailed": (
        lambda gateway: gateway.create_invoice(
            "cus_1", DraftInvoice("INV-1", "INV-1-AB", "kwd", 0), {"jpcli_ledger": "L"}, "k"
        ),
        {
            **MADE,
            "currency": "kwd",
            "number": "INV-1-AB",
            "collection_method": "send_invoice",
            "days_until_due": "0",
            "metadata[jpcli_ledger]": "L",
        },
    ),
    "lines, in whole seconds": (
        lambda gateway: gateway.add_lines(
            "in_1",
            [LineItem(2, -7, "a", 1_999_999, 3_000_000), LineItem(5, 8, "b", 0, 1)],
            {"jpcli_ledger": "L"},
            "k",
        ),
        {
            "lines[0][amount]": "-7",
            "lines[0][description]": "a",
            "lines[0][period][start]": "1",
            "lines[0][period][end]": "3",
            "lines[0][metadata][jpcli_ledger]": "L",
            "lines[0][metadata][jpcli_line]": "2",
            "lines[1][amount]": "8",
            "lines[1][description]": "b",
            "lines[1][period][start]": "0",
            "lines[1][period][end]": "0",
            "lines[1][metadata][jpcli_ledger]": "L",
            "lines[1][metadata][jpcli_line]": "5",
        },
    ),
    "a remark": (
        lambda gateway: gateway.annotate("in_1", {"jpcli_sent": "yes"}, "k"),
        {"metadata[jpcli_sent]": "yes"},
    ),
    "since an instant": (
        lambda gateway: gateway.invoices_since(7_999_999),
        {"created[gte]": "7", "limit": "100"},
    ),
    "since before there was time": (
        lambda gateway: gateway.invoices_since(-1),
        {"created[gte]": "0", "limit": "100"},
    ),
}


@pytest.mark.parametrize("what", MORE)
def test_what_goes_with_a_call(wire: Wire, what: str) -> None:
    call, params = MORE[what]
    call(wire.answer(NOTHING_LISTED))
    assert [sent.params for sent in wire.sent] == [params]
