"""Stripe's objects, as plain dicts, to ours. Reads only what the API description has."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar

from jpcli.payments.gateway import Checkout, RemoteCard, RemoteEvent, RemoteInvoice, RemoteLine
from jpcli.payments.stripe_errors import garbled

if TYPE_CHECKING:
    from collections.abc import Callable

_SECOND = 1_000_000
Shape = TypeVar("Shape")


def _understood(convert: Callable[[dict[str, Any]], Shape]) -> Callable[[dict[str, Any]], Shape]:
    """A field that is missing or of another kind is an answer that can't be understood."""

    @wraps(convert)
    def checked(item: dict[str, Any]) -> Shape:
        try:
            return convert(item)
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
    """An event, with the invoice it is about."""
    about = (item.get("data") or {}).get("object") or {}
    is_invoice = about.get("object") == "invoice"
    return RemoteEvent(str(item["id"]), str(item["type"]), object_id(about) if is_invoice else None)


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
