"""The calls to Stripe that jpcli makes, with every parameter that it may send.

The tests hold them against Stripe's published schemas and against what the double does. A call that
is not listed is one that nobody has looked at: `unlisted` finds those in the double's log.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.stripe_double.schema import find_operation
from tests.stripe_double.world import Object

PAGE: Object = {"limit": "100", "starting_after": "x"}
CUSTOMER: Object = {"customer": "cus_1"}


@dataclass(frozen=True, slots=True)
class Call:
    """One operation, and an example with all the parameters (as Stripe reads a form)."""

    method: str
    template: str
    params: dict[str, Any] = field(default_factory=dict)


CALLS = (
    Call("GET", "/v1/account"),
    Call("GET", "/v1/balance"),
    Call(
        "GET",
        "/v1/customers",
        {**PAGE, "created": {"gte": "1"}, "email": "a@example.com"},
    ),
    Call("POST", "/v1/customers", {"name": "Acme", "metadata": {"jpcli_ledger": "1"}}),
    Call("GET", "/v1/customers/search", {"query": 'metadata["jpcli_ledger"]:"1"', "limit": "100"}),
    Call("GET", "/v1/customers/{customer}"),
    Call(
        "POST",
        "/v1/customers/{customer}",
        {
            "invoice_settings": {"default_payment_method": "pm_1"},
            "metadata": {"a": "b"},
            "name": "Acme",
            "email": "billing@example.com",
            "phone": "+49 1",
            "address": {
                "line1": "Main Street 1",
                "line2": "2nd floor",
                "postal_code": "12345",
                "city": "Ulm",
                "state": "BW",
                "country": "DE",
            },
        },
    ),
    Call("GET", "/v1/customers/{customer}/tax_ids", PAGE),
    Call("POST", "/v1/customers/{customer}/tax_ids", {"type": "eu_vat", "value": "DE123456789"}),
    Call("DELETE", "/v1/customers/{customer}/tax_ids/{id}"),
    Call("POST", "/v1/billing_portal/sessions", CUSTOMER),
    Call("GET", "/v1/credit_notes", {**PAGE, "invoice": "in_1"}),
    Call("GET", "/v1/charges", {**PAGE, "payment_intent": "pi_1"}),
    Call("GET", "/v1/disputes", {**PAGE, "charge": "ch_1"}),
    Call("GET", "/v1/customers/{customer}/balance_transactions", {**PAGE, "invoice": "in_1"}),
    Call("GET", "/v1/customers/{customer}/payment_methods", {**PAGE, "type": "card"}),
    Call("GET", "/v1/payment_methods", {**PAGE, **CUSTOMER, "type": "card"}),
    Call("GET", "/v1/payment_methods/{payment_method}"),
    Call("POST", "/v1/payment_methods/{payment_method}/attach", CUSTOMER),
    Call("POST", "/v1/payment_methods/{payment_method}/detach"),
    Call(
        "POST",
        "/v1/checkout/sessions",
        {
            **CUSTOMER,
            "mode": "setup",
            "currency": "usd",
            "allowed_payment_method_types": ["card"],
            "success_url": "https://example.com/",
            "cancel_url": "https://example.com/",
            "metadata": {"a": "b"},
            "setup_intent_data": {"metadata": {"a": "b"}},
        },
    ),
    Call("GET", "/v1/checkout/sessions/{session}", {"expand": ["setup_intent"]}),
    Call("POST", "/v1/checkout/sessions/{session}/expire"),
    Call("GET", "/v1/setup_intents/{intent}"),
    Call(
        "POST",
        "/v1/invoices",
        {
            **CUSTOMER,
            "auto_advance": "false",
            "collection_method": "charge_automatically",
            "currency": "usd",
            "days_until_due": "14",
            "description": "INV-2026-10",
            "number": "INV-2026-10",
            "metadata": {"jpcli_invoice": "INV-2026-10"},
            "pending_invoice_items_behavior": "exclude",
        },
    ),
    Call(
        "GET",
        "/v1/invoices",
        {**PAGE, **CUSTOMER, "created": {"gte": "1"}, "status": "open"},
    ),
    Call("GET", "/v1/invoices/search", {"query": 'metadata["jpcli_invoice"]:"1"'}),
    Call("GET", "/v1/invoices/{invoice}", {"expand": ["payments"]}),
    Call("POST", "/v1/invoices/{invoice}", {"metadata": {"a": "b"}}),
    Call("DELETE", "/v1/invoices/{invoice}"),
    Call("GET", "/v1/invoices/{invoice}/lines", PAGE),
    Call(
        "POST",
        "/v1/invoices/{invoice}/add_lines",
        {
            "lines": [
                {
                    "amount": "-8127",
                    "description": "301 days × $0.27",
                    "period": {"start": "1", "end": "2"},
                    "metadata": {"jpcli_line": "1"},
                }
            ]
        },
    ),
    Call("POST", "/v1/invoices/{invoice}/finalize", {"auto_advance": "false"}),
    Call(
        "POST",
        "/v1/invoices/{invoice}/pay",
        {"payment_method": "pm_1", "off_session": "true", "paid_out_of_band": "true"},
    ),
    Call("POST", "/v1/invoices/{invoice}/send"),
    Call("POST", "/v1/invoices/{invoice}/void"),
    Call(
        "POST",
        "/v1/invoiceitems",
        {
            **CUSTOMER,
            "invoice": "in_1",
            "amount": "-8127",
            "currency": "usd",
            "description": "301 days × $0.27",
            "period": {"start": "1", "end": "2"},
            "metadata": {"jpcli_line": "1"},
        },
    ),
    Call("GET", "/v1/invoiceitems", {**PAGE, **CUSTOMER, "invoice": "in_1", "pending": "true"}),
    Call("DELETE", "/v1/invoiceitems/{invoiceitem}"),
    Call(
        "GET",
        "/v1/invoice_payments",
        {
            **PAGE,
            "invoice": "in_1",
            "status": "paid",
            "payment": {"type": "payment_intent", "payment_intent": "pi_1"},
        },
    ),
    Call("GET", "/v1/payment_intents/{intent}"),
    Call("GET", "/v1/charges/{charge}"),
    Call(
        "GET",
        "/v1/events",
        {"limit": "100", "ending_before": "evt_1", "types": ["invoice.paid"], "type": "x"},
    ),
)


def unlisted(requests: list[Object]) -> list[str]:
    """What is in a log of the double and not in CALLS: operations, and parameters by name."""
    known = {(call.method, call.template): set(call.params) | {"expand"} for call in CALLS}
    found: dict[str, None] = {}
    for request in requests:
        operation = find_operation(request["method"], request["path"])
        name = f"{operation.method} {operation.template}"
        params = known.get((operation.method, operation.template))
        if params is None:
            found[name] = None
            continue
        for param in sorted(set(request["params"] or {}) - params - set(PAGE)):
            found[f"{name} {param}"] = None
    return list(found)
