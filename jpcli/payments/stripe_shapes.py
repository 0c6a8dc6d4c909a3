"""Stripe's objects, as plain dicts, to ours. Reads only what the API description has."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any, NamedTuple, ParamSpec, TypeVar

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
from jpcli.payments.stripe_errors import advice_of, garbled

if TYPE_CHECKING:
    from collections.abc import Callable

_SECOND = 1_000_000
# The parts of an address, as Stripe names them.
ADDRESS = ("line1", "line2", "postal_code", "city", "state", "country")
# Disputes that hold nothing back: warnings, and those that were decided for us.
_HARMLESS = ("won", "prevented", "warning_needs_response", "warning_under_review", "warning_closed")
Shape = TypeVar("Shape")
Given = ParamSpec("Given")


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


def _understood(convert: Callable[Given, Shape]) -> Callable[Given, Shape]:
    """A field that is missing or of another kind is an answer that can't be understood."""

    @wraps(convert)
    def checked(*args: Given.args, **options: Given.kwargs) -> Shape:
        try:
            return convert(*args, **options)
        except (KeyError, TypeError, ValueError, AttributeError):
            raise garbled() from None

    return checked


def object_id(value: Any) -> str | None:
    """The id of an object that may be expanded or not."""
    if value is None:
        return None
    return str(value["id"]) if isinstance(value, dict) else str(value)


@_understood
def card(item: dict[str, Any]) -> RemoteCard:
    """A payment method of type card."""
    details = item["card"]
    return RemoteCard(
        str(item["id"]),
        str(details.get("brand") or "unknown"),
        str(details["last4"]),
        int(details["exp_month"]),
        int(details["exp_year"]),
        int(item.get("created") or 0) * _SECOND,
    )


@_understood
def invoice(item: dict[str, Any]) -> RemoteInvoice:
    """An invoice, whatever its state."""
    paid_at = (item.get("status_transitions") or {}).get("paid_at")
    due_at = item.get("due_date")
    metadata = item.get("metadata") or {}
    credited = ("pre_payment_credit_notes_amount", "post_payment_credit_notes_amount")
    return RemoteInvoice(
        str(item["id"]),
        item.get("number"),
        str(item["status"]),
        str(item["currency"]),
        int(item["total"]),
        int(item.get("amount_due") or 0),
        int(item.get("amount_paid") or 0),
        None if paid_at is None else int(paid_at) * _SECOND,
        item.get("hosted_invoice_url"),
        item.get("invoice_pdf"),
        None if due_at is None else int(due_at) * _SECOND,
        sum(int(item.get(name) or 0) for name in credited),
        metadata.get("jpcli_reference"),
        metadata.get("jpcli_void_reason"),
        our_number=metadata.get("jpcli_invoice"),
        ledger_id=metadata.get("jpcli_ledger"),
        content_hash=metadata.get("jpcli_content_hash"),
        customer_id=object_id(item.get("customer")),
        attempted=bool(item.get("attempted")),
        outside_minor=int(item.get("amount_paid_off_stripe") or 0),
        mailed=bool(metadata.get("jpcli_sent")),
    )


@_understood
def line(item: dict[str, Any]) -> RemoteLine:
    """A line of an invoice."""
    position = (item.get("metadata") or {}).get("jpcli_line")
    known = position is not None and str(position).isdigit()
    return RemoteLine(
        str(item["id"]),
        int(str(position)) if known else None,
        int(item["amount"]),
        str(item["currency"]),
        str(item.get("description") or ""),
    )


@_understood
def event(item: dict[str, Any]) -> RemoteEvent:
    """An event, with the invoice or the payment it is about."""
    about = (item.get("data") or {}).get("object") or {}
    kind = about.get("object")
    invoice_id = object_id(about) if kind == "invoice" else object_id(about.get("invoice"))
    payment_id = object_id(about.get("payment_intent")) if invoice_id is None else None
    return RemoteEvent(str(item["id"]), str(item["type"]), invoice_id, payment_id)


@_understood
def customer(item: dict[str, Any], tax_ids: list[dict[str, Any]]) -> RemoteCustomer:
    """A customer with its tax ids."""
    address = item.get("address") or {}
    return RemoteCustomer(
        str(item["id"]),
        item.get("name"),
        item.get("email"),
        item.get("phone"),
        {name: address.get(name) for name in ADDRESS},
        tuple(_tax_id(tax_id) for tax_id in tax_ids),
        int(item.get("balance") or 0),
        bool(item.get("deleted")),
    )


def _tax_id(item: dict[str, Any]) -> RemoteTaxId:
    status = str((item.get("verification") or {}).get("status") or "unavailable")
    return RemoteTaxId(str(item["id"]), str(item["type"]), str(item["value"]), status)


@_understood
def portal_url(item: dict[str, Any]) -> str:
    """Where a session of the billing portal is."""
    return str(item["url"])


@_understood
def charge_of(item: dict[str, Any]) -> Charge | None:
    """The charge of an invoice's payment, None where no card was charged for it."""
    paid = item["payment"]
    found = paid.get("charge")
    if isinstance(paid.get("payment_intent"), dict):
        found = paid["payment_intent"].get("latest_charge")
    if not isinstance(found, dict):
        return None
    return Charge(
        str(found["id"]), int(found.get("amount_refunded") or 0), bool(found.get("disputed"))
    )


@_understood
def intent_of(item: dict[str, Any]) -> str | None:
    """The payment intent of an invoice's payment, None where it was paid otherwise."""
    return object_id(item["payment"].get("payment_intent"))


@_understood
def attempt_of(item: dict[str, Any]) -> RemoteCharge:
    """A charge as an attempt: which card, when, and why it failed."""
    outcome = item.get("outcome") or {}
    paid = bool(item.get("paid"))
    reason = outcome.get("reason") or item.get("failure_code") or "card_declined"
    details = (item.get("payment_method_details") or {}).get("card") or {}
    return RemoteCharge(
        str(item["id"]),
        str(item.get("payment_method") or "unknown"),
        card_name(str(details.get("brand") or "card"), str(details.get("last4") or "????")),
        int(item["created"]) * _SECOND,
        paid,
        None if paid else str(reason),
        None if paid else advice_of(outcome.get("advice_code"), outcome.get("network_advice_code")),
    )


@_understood
def credit_note(item: dict[str, Any]) -> CreditNote:
    """A credit note; a void one is nothing."""
    if item["status"] == "void":
        return CreditNote(0, 0)
    by_hand = int(item.get("out_of_band_amount") or 0)
    refunds = sum(int(refund["amount_refunded"]) for refund in item.get("refunds") or ())
    return CreditNote(int(item["amount"]) - by_hand - refunds, by_hand)


@_understood
def disputed_minor(item: dict[str, Any]) -> int:
    """What a dispute holds back or has taken."""
    return 0 if item["status"] in _HARMLESS else int(item["amount"])


@_understood
def checkout(item: dict[str, Any]) -> Checkout:
    """A Checkout session in setup mode; the card is there once it is complete."""
    intent = item.get("setup_intent")
    method = intent.get("payment_method") if isinstance(intent, dict) else None
    return Checkout(
        str(item["id"]),
        str(item.get("url") or ""),
        str(item.get("status") or "open"),
        object_id(method),
    )
