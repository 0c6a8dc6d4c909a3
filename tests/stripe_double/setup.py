"""Storing a card: setup intents, and Checkout sessions in setup mode."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from tests.stripe_double import cards, customers, payment_methods
from tests.stripe_double.errors import StripeFault, invalid, missing_param, not_built
from tests.stripe_double.lists import filtered, page
from tests.stripe_double.world import Object, World, merge_metadata

if TYPE_CHECKING:
    from tests.stripe_double.schema import Operation

INTENT_PARAMS = {
    "allowed_payment_method_types",
    "automatic_payment_methods",
    "confirm",
    "customer",
    "description",
    "metadata",
    "payment_method",
    "return_url",
    "usage",
}
SESSION_PARAMS = {
    "allowed_payment_method_types",
    "cancel_url",
    "client_reference_id",
    "currency",
    "customer",
    "expires_at",
    "locale",
    "metadata",
    "mode",
    "setup_intent_data",
    "success_url",
    "ui_mode",
}
HALF_HOUR, DAY = 1800, 86_400


def create_intent(world: World, params: Object, operation: Operation) -> Object:
    if set(params) - INTENT_PARAMS:
        raise not_built(f"setup intents with {sorted(set(params) - INTENT_PARAMS)}")
    if "customer" in params:
        customers.existing(world, params["customer"])
    method = None
    if "payment_method" in params:
        method = payment_methods.find(world, params["payment_method"], "payment_method")
        if method["customer"] not in {None, params.get("customer")}:
            raise invalid("The payment method belongs to another customer.", "payment_method")
    intent = _make_intent(world, params)
    if method is not None:
        intent |= {"payment_method": method["id"], "status": "requires_confirmation"}
    world.announce("setup_intent.created", intent)
    if params.get("confirm"):
        _confirm(world, intent, method)
    return intent


def _make_intent(world: World, params: Object) -> Object:
    fields = {
        "allowed_payment_method_types": params.get("allowed_payment_method_types"),
        "automatic_payment_methods": params.get("automatic_payment_methods"),
        "cancellation_reason": None,
        "customer": params.get("customer"),
        "description": params.get("description"),
        "last_setup_error": None,
        "latest_attempt": None,
        "mandate": None,
        "metadata": merge_metadata({}, params.get("metadata")),
        "next_action": None,
        "payment_method": None,
        "payment_method_types": params.get("allowed_payment_method_types") or ["card"],
        "status": "requires_payment_method",
        "usage": params.get("usage", "off_session"),
    }
    intent = world.add("setup_intent", "seti", fields)
    intent["client_secret"] = f"{intent['id']}_secret_{world.new_id('x')[2:]}"
    return intent


def _confirm(world: World, intent: Object, method: Object | None) -> None:
    if method is None:
        raise invalid("You cannot confirm this SetupIntent because it has no payment method.")
    if method["customer"] is None and intent["customer"] is not None:
        try:
            payment_methods.tie(world, method, intent["customer"])
        except StripeFault as fault:
            intent |= {"status": "requires_payment_method", "payment_method": None}
            intent["last_setup_error"] = fault.error | {"payment_method": copy.deepcopy(method)}
            world.announce("setup_intent.setup_failed", intent)
            fault.error["setup_intent"] = copy.deepcopy(intent)
            raise
    intent |= {"status": "succeeded", "payment_method": method["id"], "last_setup_error": None}
    world.announce("setup_intent.succeeded", intent)


def confirm_intent(world: World, params: Object, operation: Operation) -> Object:
    intent = world.get("setup_intent", operation.path_values["intent"], "intent")
    if intent["status"] not in {"requires_payment_method", "requires_confirmation"}:
        raise invalid(
            f"You cannot confirm this SetupIntent because its status is {intent['status']}.",
            None,
            "setup_intent_unexpected_state",
        )
    if set(params) - {"payment_method", "return_url"}:
        raise not_built(f"confirming with {sorted(params)}")
    chosen = params.get("payment_method") or intent["payment_method"]
    method = payment_methods.find(world, chosen, "payment_method") if chosen else None
    _confirm(world, intent, method)
    return intent


def cancel_intent(world: World, params: Object, operation: Operation) -> Object:
    intent = world.get("setup_intent", operation.path_values["intent"], "intent")
    if intent["status"] in {"succeeded", "canceled"}:
        raise invalid(
            f"You cannot cancel this SetupIntent because its status is {intent['status']}.",
            None,
            "setup_intent_unexpected_state",
        )
    intent |= {"status": "canceled", "cancellation_reason": params.get("cancellation_reason")}
    world.announce("setup_intent.canceled", intent)
    return intent


def retrieve_intent(world: World, params: Object, operation: Operation) -> Object:
    return world.get("setup_intent", operation.path_values["intent"], "intent")


def list_intents(world: World, params: Object, operation: Operation) -> Object:
    items = filtered(world.all("setup_intent"), params, "customer", "payment_method")
    return page(items, params, "/v1/setup_intents", "setupintent")


def create_session(world: World, params: Object, operation: Operation) -> Object:
    _check_session(world, params)
    data = params.get("setup_intent_data", {})
    types = {"allowed_payment_method_types": params.get("allowed_payment_method_types")}
    intent = _make_intent(world, {"customer": params.get("customer"), **types, **data})
    now = world.clock.now()
    fields = {
        "allowed_payment_method_types": types["allowed_payment_method_types"],
        "amount_subtotal": None,
        "amount_total": None,
        "automatic_tax": {"enabled": False, "liability": None, "status": None},
        "cancel_url": params.get("cancel_url"),
        "client_reference_id": params.get("client_reference_id"),
        "client_secret": None,
        "currency": params.get("currency"),
        "custom_fields": [],
        "custom_text": {},
        "customer": params.get("customer"),
        "customer_details": None,
        "customer_email": None,
        "expires_at": params.get("expires_at", now + DAY),
        "invoice": None,
        "locale": params.get("locale"),
        "metadata": merge_metadata({}, params.get("metadata")),
        "mode": "setup",
        "payment_intent": None,
        "payment_method_types": types["allowed_payment_method_types"] or ["card"],
        "payment_status": "no_payment_required",
        "setup_intent": intent["id"],
        "shipping_options": [],
        "status": "open",
        "subscription": None,
        "success_url": params["success_url"],
        "ui_mode": "hosted_page",
    }
    prefix = "cs_live" if world.live else "cs_test"
    session = world.add("checkout.session", prefix, fields, length=58)
    session["url"] = f"https://checkout.stripe.com/c/pay/{session['id']}"
    return session


def _check_session(world: World, params: Object) -> None:
    if set(params) - SESSION_PARAMS:
        raise not_built(f"sessions with {sorted(set(params) - SESSION_PARAMS)}")
    if params.get("mode") != "setup":
        raise missing_param("mode") if "mode" not in params else not_built("other modes than setup")
    if params.get("ui_mode", "hosted_page") != "hosted_page":
        raise not_built("sessions that are not on Stripe's own page")
    if "success_url" not in params:
        raise missing_param("success_url")
    for name in ("success_url", "cancel_url"):
        if name in params:
            parts = urlsplit(params[name])
            if parts.scheme not in {"http", "https"} or not parts.netloc:
                raise invalid("Not a valid URL", name, "url_invalid")
    if "currency" not in params and "allowed_payment_method_types" not in params:
        raise missing_param("currency")
    if params.get("allowed_payment_method_types", ["card"]) != ["card"]:
        raise not_built("other payment methods than cards")
    if set(params.get("setup_intent_data", {})) - {"description", "metadata"}:
        raise not_built("setup_intent_data like this")
    if "customer" in params:
        customers.existing(world, params["customer"])
    ahead = params.get("expires_at", world.clock.now() + DAY) - world.clock.now()
    if not HALF_HOUR <= ahead <= DAY:
        raise invalid(
            "The `expires_at` timestamp must be between 30 minutes and 24 hours from Checkout"
            " Session creation.",
            "expires_at",
        )


def retrieve_session(world: World, params: Object, operation: Operation) -> Object:
    return world.get("checkout.session", operation.path_values["session"], "session")


def list_sessions(world: World, params: Object, operation: Operation) -> Object:
    items = filtered(world.all("checkout.session"), params, "customer", "status")
    return page(items, params, "/v1/checkout/sessions", "checkout.session")


def expire_session(world: World, params: Object, operation: Operation) -> Object:
    session = world.get("checkout.session", operation.path_values["session"], "session")
    if session["status"] != "open":
        raise invalid(
            'Only Checkout Sessions with a status in ["open"] can be expired. This Checkout'
            f" Session has a status of `{session['status']}`.",
        )
    _expire(world, session)
    return session


def _expire(world: World, session: Object) -> None:
    session |= {"status": "expired", "url": None}
    intent = world.get("setup_intent", session["setup_intent"])
    intent |= {"status": "canceled", "cancellation_reason": "abandoned"}
    world.announce("setup_intent.canceled", intent)
    world.announce("checkout.session.expired", session)


def complete_session(world: World, session_id: str, card_name: str) -> Object:
    """The person at the page enters a test card. Raises the 402 that the page would show."""
    session = world.get("checkout.session", session_id)
    if session["status"] != "open":
        raise invalid(f"The page says that the session is {session['status']}.")
    if card_name not in cards.CARDS:
        raise invalid(f"{card_name} is no test card.")
    intent = world.get("setup_intent", session["setup_intent"])
    # The person is there, and answers the bank's question about 3-D Secure.
    _confirm(world, intent, payment_methods.make(world, card_name))
    session |= {"status": "complete", "url": None}
    session["customer_details"] = {"email": "person@example.com", "name": None, "phone": None}
    world.announce("checkout.session.completed", session)
    return session


def advance(world: World) -> None:
    """Time has passed: sessions that nobody completed expire."""
    for session in world.all("checkout.session"):
        if session["status"] == "open" and session["expires_at"] <= world.clock.now():
            _expire(world, session)
