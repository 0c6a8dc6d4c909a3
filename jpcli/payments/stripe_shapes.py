"""Stripe's objects, as plain dicts, to ours. Reads only what the API description has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from jpcli.domain.cards import card_name
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
from jpcli.payments.stripe_errors import advice_of
from jpcli.payments.stripe_values import instant, said, text, understood, whole

if TYPE_CHECKING:
    from collections.abc import Mapping

# The parts of an address, as Stripe names them.
ADDRESS = ("line1", "line2", "postal_code", "city", "state", "country")
# Disputes that hold nothing back: warnings, and those that were decided for us.
_HARMLESS = ("won", "prevented", "warning_needs_response", "warning_under_review", "warning_closed")


class Charge(NamedTuple):
    """A charge of a card: what went back of it, and whether the cardholder's bank disputes it."""

    id: str
    refunded_minor: int
    disputed: bool


class CreditNote(NamedTuple):
    """What a credit note credits, and what was paid back by hand. What Stripe refunded for it is
    with the charge."""

    credited_minor: int
    by_hand_minor: int


@understood
def id_of(item: dict[str, Any]) -> str:
    """The id of an object, whatever it is."""
    return text(item["id"])


@understood
def page(answer: dict[str, Any]) -> list[dict[str, Any]]:
    """What is on a page of a list."""
    items: Any = answer["data"]
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise TypeError
    return list(items)


@understood
def next_after(item: dict[str, Any], params: Mapping[str, Any]) -> str:
    """Where the next page begins; the page that was asked for begins elsewhere, or there would be
    no end."""
    found = text(item["id"])
    if found in (params.get("starting_after"), params.get("ending_before")):
        raise ValueError
    return found


@understood
def customer_of(item: dict[str, Any], ledger_id: str) -> tuple[int, str] | None:
    """When a customer of a ledger was made, and its id; None for others, and deleted ones."""
    if (item.get("metadata") or {}).get("jpcli_ledger") != ledger_id or item.get("deleted"):
        return None
    return whole(item.get("created") or 0), text(item["id"])


@understood
def primary_of(item: dict[str, Any]) -> str | None:
    """The payment method that a customer's invoices are charged to."""
    return object_id((item.get("invoice_settings") or {}).get("default_payment_method"))


@understood
def object_id(value: Any) -> str | None:
    """The id of an object that may be expanded or not."""
    if value is None:
        return None
    return text(value["id"] if isinstance(value, dict) else value)


@understood
def card(item: dict[str, Any]) -> RemoteCard:
    """A payment method of type card."""
    details = item["card"]
    return RemoteCard(
        text(item["id"]),
        text(details.get("brand") or "unknown"),
        text(details["last4"]),
        whole(details["exp_month"]),
        whole(details["exp_year"]),
        instant(item.get("created") or 0),
    )


@understood
def invoice(item: dict[str, Any]) -> RemoteInvoice:
    """An invoice, whatever its state."""
    paid_at = (item.get("status_transitions") or {}).get("paid_at")
    metadata = item.get("metadata") or {}
    credited = ("pre_payment_credit_notes_amount", "post_payment_credit_notes_amount")
    return RemoteInvoice(
        text(item["id"]),
        said(item.get("number")),
        text(item["status"]),
        text(item["currency"]),
        whole(item["total"]),
        whole(item.get("amount_due") or 0),
        whole(item.get("amount_paid") or 0),
        None if paid_at is None else instant(paid_at),
        said(item.get("hosted_invoice_url")),
        said(item.get("invoice_pdf")),
        sum(whole(item.get(name) or 0) for name in credited),
        said(metadata.get("jpcli_reference")),
        said(metadata.get("jpcli_void_reason")),
        our_number=said(metadata.get("jpcli_invoice")),
        ledger_id=said(metadata.get("jpcli_ledger")),
        content_hash=said(metadata.get("jpcli_content_hash")),
        customer_id=object_id(item.get("customer")),
        attempted=bool(item.get("attempted")),
        outside_minor=whole(item.get("amount_paid_off_stripe") or 0),
        mailed=bool(metadata.get("jpcli_sent")),
    )


@understood
def line(item: dict[str, Any]) -> RemoteLine:
    """A line of an invoice."""
    position = (item.get("metadata") or {}).get("jpcli_line")
    known = isinstance(position, str) and position.isascii() and position.isdigit()
    return RemoteLine(
        text(item["id"]),
        int(str(position)) if known else None,
        whole(item["amount"]),
        text(item["currency"]),
        text(item.get("description") or ""),
    )


@understood
def event(item: dict[str, Any]) -> RemoteEvent:
    """An event, with the invoice or the payment it is about. The invoice of a subscription's next
    month is foretold (`invoice.upcoming`) before there is one, and has no id."""
    about = (item.get("data") or {}).get("object") or {}
    invoice_id = object_id(about.get("id" if about.get("object") == "invoice" else "invoice"))
    payment_id = object_id(about.get("payment_intent")) if invoice_id is None else None
    return RemoteEvent(text(item["id"]), text(item["type"]), invoice_id, payment_id)


@understood
def customer(item: dict[str, Any], tax_ids: list[dict[str, Any]]) -> RemoteCustomer:
    """A customer with its tax ids."""
    address = item.get("address") or {}
    return RemoteCustomer(
        text(item["id"]),
        said(item.get("name")),
        said(item.get("email")),
        said(item.get("phone")),
        {name: said(address.get(name)) for name in ADDRESS},
        tuple(_tax_id(tax_id) for tax_id in tax_ids),
        whole(item.get("balance") or 0),
    )


def _tax_id(item: dict[str, Any]) -> RemoteTaxId:
    status = text((item.get("verification") or {}).get("status") or "unavailable")
    return RemoteTaxId(text(item["id"]), text(item["type"]), text(item["value"]), status)


@understood
def portal_url(item: dict[str, Any]) -> str:
    """Where a session of the billing portal is."""
    return text(item["url"])


@understood
def charge_of(item: dict[str, Any]) -> Charge | None:
    """The charge of an invoice's payment, None where no card was charged for it."""
    paid = item["payment"]
    found = paid.get("charge")
    if isinstance(paid.get("payment_intent"), dict):
        found = paid["payment_intent"].get("latest_charge")
    if not isinstance(found, dict):
        return None
    return Charge(
        text(found["id"]), whole(found.get("amount_refunded") or 0), bool(found.get("disputed"))
    )


@understood
def intent_of(item: dict[str, Any]) -> str | None:
    """The payment intent of an invoice's payment, None where it was paid otherwise."""
    return object_id(item["payment"].get("payment_intent"))


@understood
def is_finished(item: dict[str, Any]) -> bool:
    """Was a charge paid, or declined? One of a bank account, entered on the invoice's page, may be
    neither for days."""
    return bool(item.get("status") != "pending")


@understood
def attempt_of(item: dict[str, Any]) -> RemoteCharge:
    """A charge as an attempt: which card, when, and why it failed."""
    outcome = item.get("outcome") or {}
    paid = bool(item.get("paid"))
    reason = outcome.get("reason") or item.get("failure_code") or "card_declined"
    details = (item.get("payment_method_details") or {}).get("card") or {}
    return RemoteCharge(
        text(item["id"]),
        text(item.get("payment_method") or "unknown"),
        card_name(text(details.get("brand") or "card"), text(details.get("last4") or "????")),
        instant(item["created"]),
        paid,
        None if paid else text(reason),
        None if paid else advice_of(outcome.get("advice_code"), outcome.get("network_advice_code")),
    )


@understood
def credit_note(item: dict[str, Any]) -> CreditNote:
    """A credit note; a void one is nothing."""
    if item["status"] == "void":
        return CreditNote(0, 0)
    by_hand = whole(item.get("out_of_band_amount") or 0)
    refunds = sum(whole(refund["amount_refunded"]) for refund in item.get("refunds") or ())
    return CreditNote(whole(item["amount"]) - by_hand - refunds, by_hand)


@understood
def disputed_minor(item: dict[str, Any]) -> int:
    """What a dispute holds back or has taken."""
    return 0 if item["status"] in _HARMLESS else whole(item["amount"])


@understood
def checkout(item: dict[str, Any]) -> Checkout:
    """A Checkout session in setup mode; the card is there once it is complete."""
    intent = item.get("setup_intent")
    method = intent.get("payment_method") if isinstance(intent, dict) else None
    return Checkout(
        text(item["id"]),
        text(item.get("url") or ""),
        text(item.get("status") or "open"),
        object_id(method),
    )
