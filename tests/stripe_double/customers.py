"""Customers, and the balance that small and negative invoices are booked to."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from tests.stripe_double import payment_methods
from tests.stripe_double.currencies import check_amount
from tests.stripe_double.errors import invalid, missing_param, no_such, not_built
from tests.stripe_double.lists import filtered, page
from tests.stripe_double.search import search as search_objects
from tests.stripe_double.world import Object, World, merge_metadata

if TYPE_CHECKING:
    from tests.stripe_double.schema import Operation

PLAIN = ("description", "email", "name", "phone", "address", "tax_exempt", "preferred_locales")
TAKEN = {*PLAIN, "balance", "invoice_settings", "metadata", "payment_method", "invoice_prefix"}


def create(world: World, params: Object, operation: Operation) -> Object:
    _check(params)
    customer = world.add("customer", "cus", _blank(), length=14)
    digest = hashlib.sha256(customer["id"].encode()).hexdigest()
    customer["invoice_prefix"] = params.get("invoice_prefix", digest[:8].upper())
    customer.update({name: params[name] or None for name in PLAIN if name in params})
    customer["metadata"] = merge_metadata({}, params.get("metadata"))
    customer["balance"] = params.get("balance", 0)
    try:
        if "payment_method" in params:
            method = payment_methods.find(world, params["payment_method"], "payment_method")
            payment_methods.tie(world, method, customer["id"])
        customer["invoice_settings"] = _settings(world, customer, params)
    except Exception:
        world.remove("customer", customer["id"])
        raise
    world.announce("customer.created", customer)
    return customer


def _blank() -> Object:
    return {
        "address": None,
        "balance": 0,
        "currency": None,
        "default_source": None,
        "delinquent": False,
        "description": None,
        "email": None,
        "invoice_prefix": None,
        "invoice_settings": {
            "custom_fields": None,
            "default_payment_method": None,
            "footer": None,
            "rendering_options": None,
        },
        "metadata": {},
        "name": None,
        "next_invoice_sequence": 1,
        "phone": None,
        "preferred_locales": [],
        "shipping": None,
        "tax_exempt": "none",
        "test_clock": None,
    }


def _check(params: Object) -> None:
    unknown = set(params) - TAKEN
    if unknown:
        raise not_built(f"customers with {sorted(unknown)}")
    email = params.get("email")
    if email and ("@" not in email.strip("@") or " " in email):
        raise invalid(f"Invalid email address: {email}", "email", "email_invalid")


def _settings(world: World, customer: Object, params: Object) -> Object:
    settings = dict(customer["invoice_settings"])
    given = params.get("invoice_settings", {})
    for name in given:
        if name not in {"default_payment_method", "footer"}:
            raise not_built(f"invoice_settings with {name}")
        settings[name] = given[name] or None
    method_id = settings["default_payment_method"]
    if method_id is not None:
        method = world.find("payment_method", method_id)
        if method is None or method["customer"] != customer["id"]:
            raise invalid(
                f"The customer does not have a payment method with the ID {method_id}. The payment"
                " method must be attached to the customer.",
                "invoice_settings[default_payment_method]",
                "resource_missing",
            )
    return settings


def existing(world: World, customer_id: str, param: str = "customer", status: int = 400) -> Object:
    """A customer that was not deleted."""
    customer = world.get("customer", customer_id, param, status)
    if customer.get("deleted"):
        raise no_such("customer", customer_id, param, status)
    return customer


def retrieve(world: World, params: Object, operation: Operation) -> Object:
    return world.get("customer", operation.path_values["customer"])


def update(world: World, params: Object, operation: Operation) -> Object:
    customer = existing(world, operation.path_values["customer"], "id", 404)
    _check(params)
    if "payment_method" in params:
        raise not_built("attaching with a customer's update")
    changes: Object = {name: params[name] or None for name in PLAIN if name in params}
    if "invoice_prefix" in params:
        changes["invoice_prefix"] = params["invoice_prefix"]
    changes["metadata"] = merge_metadata(customer["metadata"], params.get("metadata"))
    changes["invoice_settings"] = _settings(world, customer, params)
    if "balance" in params and customer["currency"] is None:
        changes["currency"] = "usd"
    if "balance" in params:
        book(world, customer, params["balance"] - customer["balance"], "adjustment")
    world.update(customer, changes, "customer.updated")
    return customer


def delete(world: World, params: Object, operation: Operation) -> Object:
    customer = existing(world, operation.path_values["customer"], "id", 404)
    for method in filtered(world.all("payment_method"), {"customer": customer["id"]}, "customer"):
        payment_methods.release(world, method)
    world.announce("customer.deleted", customer)
    stub = {"id": customer["id"], "object": "customer", "deleted": True}
    world.objects["customer"][customer["id"]] = {**stub, "created": 0, "email": None}
    return stub


def list_all(world: World, params: Object, operation: Operation) -> Object:
    items = [item for item in world.all("customer") if not item.get("deleted")]
    if "test_clock" in params:
        raise not_built("test clocks")
    return page(filtered(items, params, "email"), params, "/v1/customers", "customer")


def search(world: World, params: Object, operation: Operation) -> Object:
    found = search_objects(world, "customer", params)
    found["data"] = [item for item in found["data"] if not item.get("deleted")]
    return found


def book(
    world: World, customer: Object, amount: int, kind: str, invoice: Object | None = None
) -> None:
    """Change the balance: positive is what the customer owes, negative a credit."""
    if amount == 0:
        return
    customer["balance"] += amount
    fields = {
        "amount": amount,
        "credit_note": None,
        "currency": invoice["currency"] if invoice else customer["currency"] or "usd",
        "customer": customer["id"],
        "description": None,
        "ending_balance": customer["balance"],
        "invoice": invoice["id"] if invoice else None,
        "metadata": {},
        "type": kind,
    }
    world.add("customer_balance_transaction", "cbtxn", fields)
    world.announce("customer.updated", customer, {"balance": customer["balance"] - amount})


def create_balance_transaction(world: World, params: Object, operation: Operation) -> Object:
    customer = existing(world, operation.path_values["customer"], "customer", 404)
    for name in ("amount", "currency"):
        if name not in params:
            raise missing_param(name)
    if customer["currency"] not in {None, params["currency"]}:
        raise invalid("The currency must be the customer's currency.", "currency")
    check_amount(params["amount"], params["currency"])
    if params["amount"] == 0:
        raise invalid("The amount of a balance transaction can't be zero.", "amount")
    customer["currency"] = params["currency"]
    book(world, customer, params["amount"], "adjustment")
    made = world.all("customer_balance_transaction")[0]
    made["description"] = params.get("description")
    made["metadata"] = merge_metadata({}, params.get("metadata"))
    return made


def list_balance_transactions(world: World, params: Object, operation: Operation) -> Object:
    customer = existing(world, operation.path_values["customer"], "customer", 404)
    items = world.all("customer_balance_transaction")
    items = filtered(items, {"customer": customer["id"]}, "customer")
    items = filtered(items, params, "invoice")
    url = f"/v1/customers/{customer['id']}/balance_transactions"
    return page(items, params, url, "customer_balance_transaction")
