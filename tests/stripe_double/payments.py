"""Money: payment intents, charges and the payments of invoices.

An invoice that is finalized with something due has one payment intent, and one invoice payment that
ties the two. Charging it here is the only way in which money moves.
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING

from tests.stripe_double import cards
from tests.stripe_double.errors import StripeFault, invalid
from tests.stripe_double.lists import filtered, page
from tests.stripe_double.world import Object, World

if TYPE_CHECKING:
    from tests.stripe_double.schema import Operation


def open_payment(world: World, invoice: Object) -> None:
    """The payment intent of an invoice that was finalized."""
    intent = world.add("payment_intent", "pi", _intent(invoice))
    intent["client_secret"] = f"{intent['id']}_secret_{world.new_id('x')[2:]}"
    payment = {
        "amount_paid": None,
        "amount_requested": invoice["amount_due"],
        "currency": invoice["currency"],
        "invoice": invoice["id"],
        "is_default": True,
        "payment": {"type": "payment_intent", "payment_intent": intent["id"]},
        "status": "open",
        "status_transitions": {"canceled_at": None, "paid_at": None},
    }
    world.add("invoice_payment", "inpay", payment)
    world.announce("payment_intent.created", intent)


def _intent(invoice: Object) -> Object:
    return {
        "amount": invoice["amount_due"],
        "amount_capturable": 0,
        "amount_received": 0,
        "automatic_payment_methods": None,
        "canceled_at": None,
        "cancellation_reason": None,
        "capture_method": "automatic",
        "confirmation_method": "automatic",
        "currency": invoice["currency"],
        "customer": invoice["customer"],
        "description": "Payment for Invoice",
        "last_payment_error": None,
        "latest_charge": None,
        "metadata": {},
        "next_action": None,
        "payment_method": None,
        "payment_method_types": ["card"],
        "receipt_email": None,
        "setup_future_usage": None,
        "statement_descriptor": None,
        "status": "requires_payment_method",
    }


def open_payment_of(world: World, invoice: Object) -> tuple[Object, Object]:
    """The invoice payment that is open, and its payment intent."""
    for payment in world.all("invoice_payment"):
        if payment["invoice"] == invoice["id"] and payment["status"] == "open":
            return payment, world.get("payment_intent", payment["payment"]["payment_intent"])
    raise AssertionError(f"{invoice['id']} has no open payment")


def cancel_payment(world: World, invoice: Object, reason: str) -> None:
    payment, intent = open_payment_of(world, invoice)
    now = world.clock.now()
    payment["status"] = "canceled"
    payment["status_transitions"] = {"canceled_at": now, "paid_at": None}
    changes = {"status": "canceled", "canceled_at": now, "cancellation_reason": reason}
    world.update(intent, changes)
    world.announce("payment_intent.canceled", intent)


def charge(world: World, invoice: Object, method: Object, *, off_session: bool) -> None:
    """Take the money, or raise the 402 of the decline with the payment intent in it."""
    payment, intent = open_payment_of(world, invoice)
    code = world.hidden(method["id"], "charge")
    intent["payment_method"] = method["id"]
    if code == "authentication_required" and not off_session:
        _ask_for_authentication(world, invoice, intent)
    made = world.add("charge", "ch", _charge(invoice, intent, method, code))
    intent["latest_charge"] = made["id"]
    if code is not None:
        _refuse(world, invoice, intent, method, made, code)
    world.announce("charge.succeeded", made)
    intent |= {"status": "succeeded", "amount_received": intent["amount"]}
    intent |= {"last_payment_error": None, "next_action": None}
    world.announce("payment_intent.succeeded", intent)
    payment |= {"amount_paid": intent["amount"], "status": "paid"}
    payment["status_transitions"] = {"canceled_at": None, "paid_at": world.clock.now()}
    world.announce("invoice_payment.paid", payment)


def _charge(invoice: Object, intent: Object, method: Object, code: str | None) -> Object:
    failed = code is not None
    error = cards.declined(code).error if code is not None else {}
    card = method["card"]
    return {
        "amount": intent["amount"],
        "amount_captured": 0 if failed else intent["amount"],
        "amount_refunded": 0,
        "balance_transaction": None,
        "billing_details": method["billing_details"],
        "captured": not failed,
        "currency": intent["currency"],
        "customer": invoice["customer"],
        "description": intent["description"],
        "disputed": False,
        "failure_code": error.get("code"),
        "failure_message": error.get("message"),
        "metadata": {},
        "outcome": {
            "network_status": "declined_by_network" if failed else "approved_by_network",
            "reason": code,
            "type": "issuer_declined" if failed else "authorized",
        },
        "paid": not failed,
        "payment_intent": intent["id"],
        "payment_method": method["id"],
        "payment_method_details": {
            "type": "card",
            "card": {name: card[name] for name in ("brand", "last4", "exp_month", "exp_year")},
        },
        "receipt_url": None,
        "refunded": False,
        "status": "failed" if failed else "succeeded",
    }


def _attempted(world: World, invoice: Object) -> None:
    invoice |= {"attempted": True, "attempt_count": invoice["attempt_count"] + 1}
    if invoice["auto_advance"]:
        invoice["next_payment_attempt"] = world.clock.now() + 3 * 86_400


def _refuse(
    world: World, invoice: Object, intent: Object, method: Object, made: Object, code: str
) -> None:
    _attempted(world, invoice)
    fault = cards.declined(code, charge=made["id"])
    error = {**fault.error, "payment_method": copy.deepcopy(method)}
    intent |= {"status": "requires_payment_method", "payment_method": None}
    intent["last_payment_error"] = error
    world.announce("charge.failed", made)
    world.announce("payment_intent.payment_failed", intent)
    world.announce("invoice.payment_failed", invoice)
    if code == "authentication_required":
        world.announce("invoice.payment_action_required", invoice)
    fault.error |= {
        "payment_intent": copy.deepcopy(intent),
        "payment_method": copy.deepcopy(method),
    }
    raise fault


def _ask_for_authentication(world: World, invoice: Object, intent: Object) -> None:
    _attempted(world, invoice)
    intent["status"] = "requires_action"
    intent["next_action"] = {"type": "use_stripe_sdk", "use_stripe_sdk": {}}
    world.announce("payment_intent.requires_action", intent)
    world.announce("invoice.payment_action_required", invoice)
    raise StripeFault(
        400,
        "invalid_request_error",
        "This payment requires additional user action before it can be completed successfully."
        " Payment can be completed using the PaymentIntent associated with the invoice.",
        code="invoice_payment_intent_requires_action",
        payment_intent=copy.deepcopy(intent),
    )


def list_invoice_payments(world: World, params: Object, operation: Operation) -> Object:
    items = filtered(world.all("invoice_payment"), params, "invoice", "status")
    wanted = params.get("payment")
    if wanted is not None:
        items = [item for item in items if item["payment"] == wanted]
    return page(items, params, "/v1/invoice_payments", "invoice_payment")


def retrieve_invoice_payment(world: World, params: Object, operation: Operation) -> Object:
    return world.get("invoice_payment", operation.path_values["invoice_payment"])


def list_intents(world: World, params: Object, operation: Operation) -> Object:
    items = filtered(world.all("payment_intent"), params, "customer")
    return page(items, params, "/v1/payment_intents", "payment_intent")


def retrieve_intent(world: World, params: Object, operation: Operation) -> Object:
    intent = world.get("payment_intent", operation.path_values["intent"], "intent")
    if params.get("client_secret") not in {None, intent["client_secret"]}:
        raise invalid("The client_secret provided does not match.", "client_secret")
    return intent


def list_charges(world: World, params: Object, operation: Operation) -> Object:
    items = filtered(world.all("charge"), params, "customer", "payment_intent")
    return page(items, params, "/v1/charges", "charge")


def retrieve_charge(world: World, params: Object, operation: Operation) -> Object:
    return world.get("charge", operation.path_values["charge"], "charge")
