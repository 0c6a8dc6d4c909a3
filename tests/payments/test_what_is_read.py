"""Every field that is read of Stripe's objects, and what it is where it is missing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from jpcli.domain.errors import Busy
from jpcli.domain.instants import END_AT
from jpcli.payments import stripe_shapes as shapes
from jpcli.payments.gateway import (
    Checkout,
    RemoteCard,
    RemoteCharge,
    RemoteCustomer,
    RemoteEvent,
    RemoteInvoice,
    RemoteLine,
    RemoteTaxId,
)

SECOND = 1_000_000
LAST = END_AT // SECOND - 1
INVOICE = {"id": "in_1", "status": "open", "currency": "usd", "total": 7}
CARD = {"last4": "4242", "exp_month": 5, "exp_year": 2031}
CHARGE = {"id": "ch_1", "created": 4}
ADDRESS: dict[str, str | None] = {name: f"the {name}" for name in shapes.ADDRESS}
NO_ADDRESS = dict.fromkeys(shapes.ADDRESS)


def charged(**fields: Any) -> dict[str, Any]:
    return {"payment": {"payment_intent": {"latest_charge": {"id": "ch_1", **fields}}}}


def about(**fields: Any) -> dict[str, Any]:
    return {"id": "evt_1", "type": "x", "data": {"object": fields}}


def paid(at: float) -> dict[str, Any]:
    return {"status_transitions": {"paid_at": at}}


def customer(item: dict[str, Any]) -> RemoteCustomer:
    return shapes.customer(item, [{"id": "t", "type": "eu_vat", "value": "V"}])


REASONS: list[tuple[dict[str, Any], str, str | None]] = [
    ({}, "card_declined", None),
    ({"failure_code": "expired_card"}, "expired_card", None),
    ({"outcome": {"advice_code": "try_again_later"}}, "card_declined", "try_again_later"),
]
READ: list[tuple[Callable[[Any], Any], Any, Any]] = [
    (shapes.card, {"id": "pm_1", "card": CARD}, RemoteCard("pm_1", "unknown", "4242", 5, 2031, 0)),
    (
        shapes.card,
        {"id": "pm_1", "created": 3, "card": {**CARD, "brand": "visa"}},
        RemoteCard("pm_1", "visa", "4242", 5, 2031, 3 * SECOND),
    ),
    *(
        (lambda item: shapes.invoice(item).total_minor, {**INVOICE, "total": most}, most)
        for most in (10**15, -(10**15), 0)
    ),
    *(
        (lambda item: shapes.invoice(item).paid_at, {**INVOICE, **paid(at)}, at * SECOND)
        for at in (0, LAST)
    ),
    (lambda item: shapes.invoice(item).brief(), INVOICE, {"id": "in_1", "status": "open"}),
    (shapes.invoice, INVOICE, RemoteInvoice("in_1", None, "open", "usd", 7, 0, 0, None, None)),
    (
        shapes.invoice,
        {
            **INVOICE,
            "number": "N-1",
            "amount_due": 6,
            "amount_paid": 5,
            "status_transitions": {"paid_at": 8},
            "hosted_invoice_url": "page",
            "invoice_pdf": "pdf",
            "pre_payment_credit_notes_amount": 1,
            "post_payment_credit_notes_amount": 2,
            "customer": {"id": "cus_1"},
            "attempted": True,
            "amount_paid_off_stripe": 4,
            "metadata": {
                "jpcli_reference": "wire",
                "jpcli_void_reason": "why",
                "jpcli_invoice": "INV-1",
                "jpcli_ledger": "L",
                "jpcli_content_hash": "hash",
                "jpcli_sent": "yes",
            },
        },
        RemoteInvoice(
            *("in_1", "N-1", "open", "usd", 7, 6, 5, 8 * SECOND, "page", "pdf", 3),
            *("wire", "why", "INV-1", "L", "hash", "cus_1", True, 4, True),
        ),
    ),
    (
        shapes.line,
        {"id": "il_1", "amount": -3, "currency": "usd", "metadata": {"jpcli_line": "12"}},
        RemoteLine("il_1", 12, -3, "usd", ""),
    ),
    *(
        (
            shapes.line,
            {**INVOICE, "amount": 3, "description": "one", "metadata": metadata},
            RemoteLine("in_1", None, 3, "usd", "one"),
        )
        for metadata in (None, {}, {"jpcli_line": "-1"}, {"jpcli_line": "²"}, {"jpcli_line": 1})
    ),
    (shapes.event, about(object="invoice", id="in_1"), RemoteEvent("evt_1", "x", "in_1", None)),
    (shapes.event, about(object="invoice"), RemoteEvent("evt_1", "x", None, None)),  # foretold
    (
        shapes.event,
        about(object="credit_note", id="cn_1", invoice={"id": "in_1"}, payment_intent="pi_1"),
        RemoteEvent("evt_1", "x", "in_1", None),
    ),
    (
        shapes.event,
        about(object="charge", id="ch_1", payment_intent="pi_1"),
        RemoteEvent("evt_1", "x", None, "pi_1"),
    ),
    (shapes.event, {"id": "evt_1", "type": "x"}, RemoteEvent("evt_1", "x", None, None)),
    (
        customer,
        {"id": "cus_1"},
        RemoteCustomer(
            *("cus_1", None, None, None, NO_ADDRESS),
            *((RemoteTaxId("t", "eu_vat", "V", "unavailable"),), 0),
        ),
    ),
    (
        customer,
        {
            "id": "cus_1",
            "name": "n",
            "email": "e",
            "phone": "p",
            "address": ADDRESS,
            "balance": -5,
        },
        RemoteCustomer(
            *("cus_1", "n", "e", "p", ADDRESS),
            *((RemoteTaxId("t", "eu_vat", "V", "unavailable"),), -5),
        ),
    ),
    (
        lambda item: shapes.customer({"id": "c"}, [item]).tax_ids[0].status,
        {"id": "t", "type": "eu_vat", "value": "V", "verification": {"status": "verified"}},
        "verified",
    ),
    *(
        (lambda item: shapes.customer_of(item, "L"), *pair)
        for pair in [
            ({"id": "c", "metadata": {"jpcli_ledger": "L"}}, (0, "c")),
            ({"id": "c", "metadata": {"jpcli_ledger": "L"}, "created": 2}, (2, "c")),
            ({"id": "c", "metadata": {"jpcli_ledger": "L"}, "deleted": True}, None),
            ({"id": "c", "metadata": {"jpcli_ledger": "M"}}, None),
            ({"id": "c", "metadata": None}, None),
        ]
    ),
    (shapes.primary_of, {}, None),
    (shapes.primary_of, {"invoice_settings": {"default_payment_method": {"id": "pm"}}}, "pm"),
    (shapes.charge_of, charged(), shapes.Charge("ch_1", 0, False)),
    (
        shapes.charge_of,
        charged(amount_refunded=3, disputed=True),
        shapes.Charge("ch_1", 3, True),
    ),
    (shapes.charge_of, {"payment": {"charge": {"id": "ch_2"}}}, shapes.Charge("ch_2", 0, False)),
    (shapes.charge_of, {"payment": {"charge": "ch_2"}}, None),
    (shapes.charge_of, {"payment": {"payment_intent": {}}}, None),
    (shapes.intent_of, {"payment": {}}, None),
    (shapes.intent_of, {"payment": {"payment_intent": {"id": "pi"}}}, "pi"),
    (
        shapes.attempt_of,
        {
            **CHARGE,
            "paid": True,
            "payment_method": "pm",
            "failure_code": "never",
            "outcome": {"advice_code": "never"},
        },
        RemoteCharge("ch_1", "pm", "card ···· ????", 4 * SECOND, True, None, None),
    ),
    (
        shapes.attempt_of,
        {
            **CHARGE,
            "failure_code": "card_declined",
            "payment_method_details": {"card": {"brand": "visa", "last4": "4242"}},
            "outcome": {"reason": "lost_card", "network_advice_code": "21"},
        },
        RemoteCharge(
            *("ch_1", "unknown", "visa ···· 4242", 4 * SECOND),
            *(False, "lost_card", "do_not_try_again"),
        ),
    ),
    *(
        (lambda item: shapes.attempt_of(item)[5:], {**CHARGE, **fields}, (code, advice))
        for fields, code, advice in REASONS
    ),
    (shapes.credit_note, {"status": "void", "amount": 9}, shapes.CreditNote(0, 0)),
    (shapes.credit_note, {"status": "issued", "amount": 9}, shapes.CreditNote(9, 0)),
    (
        shapes.credit_note,
        {
            "status": "issued",
            "amount": 9,
            "out_of_band_amount": 2,
            "refunds": [{"amount_refunded": 1}, {"amount_refunded": 3}],
        },
        shapes.CreditNote(3, 2),
    ),
    *(
        (shapes.disputed_minor, {"status": status, "amount": 9}, minor)
        for status, minor in [
            *[
                ("needs_response", 9),
                ("under_review", 9),
                ("lost", 9),
                ("won", 0),
                ("prevented", 0),
            ],
            *[("warning_needs_response", 0), ("warning_under_review", 0), ("warning_closed", 0)],
        ]
    ),
    (shapes.checkout, {"id": "cs", "setup_intent": "seti"}, Checkout("cs", "", "open", None)),
    (
        shapes.checkout,
        {
            "id": "cs",
            "url": "u",
            "status": "complete",
            "setup_intent": {"payment_method": {"id": "pm"}},
        },
        Checkout("cs", "u", "complete", "pm"),
    ),
    (shapes.id_of, {"id": "x"}, "x"),
    (shapes.portal_url, {"url": "u"}, "u"),
    (shapes.page, {"data": [{"id": 1}]}, [{"id": 1}]),
    (lambda item: shapes.next_after(item, {"starting_after": "y"}), {"id": "x"}, "x"),
]


@pytest.mark.parametrize(("shape", "item", "found"), READ)
def test_every_field_is_read_where_it_is(
    shape: Callable[[Any], Any], item: dict[str, Any], found: Any
) -> None:
    assert shape(item) == found


@pytest.mark.parametrize(
    ("shape", "item"),
    [
        (shapes.id_of, {}),
        (shapes.id_of, {"id": 3}),
        (shapes.page, {"data": {}}),
        (shapes.page, {"data": [{}, []]}),
        (shapes.invoice, {**INVOICE, "total": True}),
        *(
            (shapes.invoice, {**INVOICE, "total": odd})
            for odd in (7.0, "7", None, 10**15 + 1, -(10**15) - 1)
        ),
        *((shapes.invoice, {**INVOICE, **paid(odd)}) for odd in (-1, LAST + 1, 10**12, 8.0)),
        (lambda item: shapes.next_after(item, {"starting_after": "x"}), {"id": "x"}),
        (lambda item: shapes.next_after(item, {"ending_before": "x"}), {"id": "x"}),
    ],
)
def test_what_cannot_be_is_no_answer(shape: Callable[[Any], Any], item: dict[str, Any]) -> None:
    with pytest.raises(Busy, match="can't be understood"):
        shape(item)
