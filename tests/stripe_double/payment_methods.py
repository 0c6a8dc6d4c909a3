"""Payment methods: of Stripe's test cards, attached to one customer once, detached for good."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.stripe_double import cards
from tests.stripe_double.errors import StripeFault, invalid, missing_param, no_such, not_built
from tests.stripe_double.lists import filtered, page
from tests.stripe_double.world import Object, World, merge_metadata

if TYPE_CHECKING:
    from tests.stripe_double.schema import Operation


def make(world: World, card_name: str, fields: Object | None = None) -> Object:
    """A payment method that nobody has yet."""
    card = cards.CARDS[card_name]
    details = {"address": {"country": None}, "email": None, "name": None, "phone": None}
    made = {
        "allow_redisplay": "unspecified",
        "billing_details": details,
        "card": cards.card_fields(card),
        "customer": None,
        "customer_account": None,
        "metadata": {},
        "type": "card",
    }
    method = world.add("payment_method", "pm", made | (fields or {}))
    world.hide(method["id"], attach=card.attach, charge=card.charge, detached=False)
    return method


def find(world: World, method_id: str, param: str, status: int = 400) -> Object:
    """A stored payment method, or a new one for the name of a test card."""
    if method_id in cards.CARDS:
        if world.live:
            raise StripeFault(
                status,
                "invalid_request_error",
                f"No such PaymentMethod: '{method_id}'; a similar object exists in test mode, but a"
                " live mode key was used to make this request.",
                code="resource_missing",
                param=param,
            )
        return make(world, method_id)
    return world.get("payment_method", method_id, param, status)


def tie(world: World, method: Object, customer_id: str) -> None:
    """Attach after the card was checked. Raises the 402 of a card that its bank refuses."""
    if method["customer"] is not None:
        raise invalid(
            "The payment method you provided has already been attached to a customer.",
            "payment_method",
        )
    if world.hidden(method["id"], "detached"):
        raise invalid(
            "This PaymentMethod was previously used without being attached to a Customer or was"
            " detached from a Customer, and may not be used again. To use a PaymentMethod multiple"
            " times, you must attach it to a Customer first.",
            "payment_method",
        )
    code = world.hidden(method["id"], "attach")
    if code is not None:
        world.hide(method["id"], detached=True)
        raise cards.declined(code)
    method["customer"] = customer_id
    world.announce("payment_method.attached", method)


def create(world: World, params: Object, operation: Operation) -> Object:
    if params.get("type") != "card":
        raise missing_param("type") if "type" not in params else not_built("other types than card")
    card = params.get("card")
    if card is None:
        raise missing_param("card")
    if "token" not in card:
        raise StripeFault(
            402,
            "invalid_request_error",
            "Sending credit card numbers directly to the Stripe API is generally unsafe.",
        )
    if set(params) - {"type", "card", "metadata"}:
        raise not_built(f"payment methods with {sorted(params)}")
    name = cards.TOKENS.get(card["token"])
    if name is None or world.live:
        raise no_such("token", card["token"], "card[token]")
    return make(world, name, {"metadata": merge_metadata({}, params.get("metadata"))})


def retrieve(world: World, params: Object, operation: Operation) -> Object:
    return find(world, operation.path_values["payment_method"], "payment_method", 404)


def update(world: World, params: Object, operation: Operation) -> Object:
    method = world.get("payment_method", operation.path_values["payment_method"], "payment_method")
    if set(params) - {"metadata", "allow_redisplay"}:
        raise not_built(f"changing {sorted(params)} of a payment method")
    if method["customer"] is None:
        raise invalid("You must save this PaymentMethod to a customer before you can update it.")
    changes = dict(params)
    changes["metadata"] = merge_metadata(method["metadata"], params.get("metadata"))
    world.update(method, changes, "payment_method.updated")
    return method


def attach(world: World, params: Object, operation: Operation) -> Object:
    customer_id = params.get("customer")
    if customer_id is None:
        raise missing_param("customer")
    customer = world.get("customer", customer_id, "customer", 400)
    if customer.get("deleted"):
        raise no_such("customer", customer_id, "customer")
    method = find(world, operation.path_values["payment_method"], "payment_method", 404)
    tie(world, method, customer_id)
    return method


def detach(world: World, params: Object, operation: Operation) -> Object:
    method = world.get("payment_method", operation.path_values["payment_method"], "payment_method")
    customer_id = method["customer"]
    if customer_id is None:
        raise invalid(
            "The payment method you provided is not attached to a customer so detachment is"
            " impossible.",
            "payment_method",
        )
    release(world, method)
    customer = world.get("customer", customer_id)
    settings = customer["invoice_settings"]
    if settings["default_payment_method"] == method["id"]:
        changed = {"invoice_settings": settings | {"default_payment_method": None}}
        world.update(customer, changed, "customer.updated")
    for invoice in world.all("invoice"):
        if invoice["default_payment_method"] == method["id"]:
            world.update(invoice, {"default_payment_method": None}, "invoice.updated")
    return method


def release(world: World, method: Object) -> None:
    """It is no customer's any more, and never can be again."""
    world.hide(method["id"], detached=True)
    previous = {"customer": method["customer"]}
    method["customer"] = None
    world.announce("payment_method.detached", method, previous)


def list_all(world: World, params: Object, operation: Operation) -> Object:
    if "customer" not in params:
        raise missing_param("customer")
    return _of_customer(world, params, params["customer"], "/v1/payment_methods", 400)


def list_for_customer(world: World, params: Object, operation: Operation) -> Object:
    customer_id = operation.path_values["customer"]
    url = f"/v1/customers/{customer_id}/payment_methods"
    return _of_customer(world, params, customer_id, url, 404)


def _of_customer(world: World, params: Object, customer_id: str, url: str, status: int) -> Object:
    customer = world.get("customer", customer_id, "customer", status)
    if customer.get("deleted"):
        raise no_such("customer", customer_id, "customer", status)
    items = filtered(world.all("payment_method"), {"customer": customer_id}, "customer")
    items = filtered(items, params, "type", "allow_redisplay")
    return page(items, params, url, "payment_method")
