"""Money that goes back: refunds, credit notes and disputes.

A person at the dashboard, or the cardholder's bank, makes them; jpcli only reads them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.stripe_double import customers
from tests.stripe_double.errors import invalid
from tests.stripe_double.lists import filtered, page
from tests.stripe_double.world import Object, World

if TYPE_CHECKING:
    from tests.stripe_double.schema import Operation

DISPUTES = {
    "needs_response",
    "under_review",
    "won",
    "lost",
    "prevented",
    "warning_needs_response",
    "warning_under_review",
    "warning_closed",
}


def charge_of(world: World, invoice: Object) -> Object:
    """The charge that paid an invoice."""
    for payment in world.all("invoice_payment"):
        if payment["invoice"] == invoice["id"] and payment["status"] == "paid":
            intent = world.get("payment_intent", payment["payment"]["payment_intent"])
            return world.get("charge", intent["latest_charge"])
    raise invalid(f"Invoice {invoice['id']} was not paid by a card.")


def refund(world: World, invoice_id: str, amount: int) -> Object:
    """Somebody presses Refund in the dashboard."""
    charge = charge_of(world, world.get("invoice", invoice_id))
    left = charge["amount"] - charge["amount_refunded"]
    if not 0 < amount <= left:
        raise invalid(
            f"Refund amount ({amount}) is greater than unrefunded amount on charge ({left})",
            "amount",
        )
    fields = {
        "amount": amount,
        "charge": charge["id"],
        "currency": charge["currency"],
        "metadata": {},
        "payment_intent": charge["payment_intent"],
        "reason": "requested_by_customer",
        "status": "succeeded",
    }
    made = world.add("refund", "re", fields)
    changes = {
        "amount_refunded": charge["amount_refunded"] + amount,
        "refunded": left == amount,
    }
    world.update(charge, changes, "charge.refunded")
    world.announce("refund.created", made)
    return made


def credit_note(
    world: World, invoice_id: str, amount: int, *, refunds: int = 0, by_hand: int = 0
) -> Object:
    """Somebody writes a credit note: what is neither refunded nor paid back by hand is credited to
    the balance of the customer of a paid invoice, and taken off what an open one asks for."""
    invoice = world.get("invoice", invoice_id)
    paid = invoice["status"] == "paid"
    if invoice["status"] not in {"open", "paid"}:
        raise invalid(f"You cannot issue a credit note for a {invoice['status']} invoice.")
    limit = invoice["amount_paid"] if paid else invoice["amount_remaining"]
    if not 0 < amount <= limit or refunds + by_hand > amount or (not paid and refunds + by_hand):
        raise invalid("The credit note's amounts do not fit the invoice.", "amount")
    made_refund = refund(world, invoice_id, refunds) if refunds else None
    fields = {
        "amount": amount,
        "currency": invoice["currency"],
        "customer": invoice["customer"],
        "customer_balance_transaction": None,
        "invoice": invoice["id"],
        "metadata": {},
        "number": f"{invoice['number']}-CN-01",
        "out_of_band_amount": by_hand or None,
        "post_payment_amount": amount if paid else 0,
        "pre_payment_amount": 0 if paid else amount,
        "reason": None,
        "refunds": [{"amount_refunded": refunds, "refund": made_refund["id"]}]
        if made_refund
        else [],
        "status": "issued",
        "total": amount,
        "type": "post_payment" if paid else "pre_payment",
        "voided_at": None,
    }
    made = world.add("credit_note", "cn", fields)
    if paid:
        customer = world.get("customer", invoice["customer"])
        customers.book(world, customer, refunds + by_hand - amount, "credit_note", invoice)
        invoice["post_payment_credit_notes_amount"] += amount
    else:
        invoice["pre_payment_credit_notes_amount"] += amount
        invoice["amount_due"] -= amount
        invoice["amount_remaining"] -= amount
        _ask_for_less(world, invoice)
    world.announce("invoice.updated", invoice)
    world.announce("credit_note.created", made)
    return made


def _ask_for_less(world: World, invoice: Object) -> None:
    for payment in world.all("invoice_payment"):
        if payment["invoice"] == invoice["id"] and payment["status"] == "open":
            payment["amount_requested"] = invoice["amount_due"]
            intent = world.get("payment_intent", payment["payment"]["payment_intent"])
            intent["amount"] = invoice["amount_due"]


def dispute(world: World, invoice_id: str, status: str, amount: int | None = None) -> Object:
    """The cardholder's bank disputes the charge, or decides what it disputes already."""
    if status not in DISPUTES:
        raise ValueError(f"{status} is no state of a dispute")
    charge = charge_of(world, world.get("invoice", invoice_id))
    for known in filtered(world.all("dispute"), {"charge": charge["id"]}, "charge"):
        closed = status in {"won", "lost", "warning_closed"}
        event = "charge.dispute.closed" if closed else "charge.dispute.updated"
        world.update(known, {"status": status}, event)
        return known
    fields = {
        "amount": charge["amount"] if amount is None else amount,
        "charge": charge["id"],
        "currency": charge["currency"],
        "is_charge_refundable": False,
        "metadata": {},
        "payment_intent": charge["payment_intent"],
        "reason": "fraudulent",
        "status": status,
    }
    made = world.add("dispute", "du", fields)
    charge["disputed"] = True
    world.announce("charge.dispute.created", made)
    return made


def list_credit_notes(world: World, params: Object, operation: Operation) -> Object:
    return _page(world, "credit_note", params, "/v1/credit_notes", "invoice", "customer")


def list_disputes(world: World, params: Object, operation: Operation) -> Object:
    return _page(world, "dispute", params, "/v1/disputes", "charge", "payment_intent")


def list_refunds(world: World, params: Object, operation: Operation) -> Object:
    return _page(world, "refund", params, "/v1/refunds", "charge", "payment_intent")


def _page(world: World, kind: str, params: Any, url: str, *names: str) -> Object:
    return page(filtered(world.all(kind), params, *names), params, url, kind)
