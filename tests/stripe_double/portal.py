"""Tax ids of a customer, and the page on which it looks after itself."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from tests.stripe_double import customers
from tests.stripe_double.errors import invalid, missing_param, not_built
from tests.stripe_double.lists import filtered, page
from tests.stripe_double.world import Object, World

if TYPE_CHECKING:
    from tests.stripe_double.schema import Operation

MOST_TAX_IDS = 5
# How values begin that Stripe would find well-formed, for the few kinds that tests use.
COUNTRIES = {"eu_vat", "gb_vat", "us_ein", "ch_vat"}


def create_tax_id(world: World, params: Object, operation: Operation) -> Object:
    customer = customers.existing(world, operation.path_values["customer"], "customer", 404)
    for name in ("type", "value"):
        if name not in params:
            raise missing_param(name)
    if params["type"] not in COUNTRIES:
        raise not_built(f"tax ids of type {params['type']}")
    value = params["value"].replace(" ", "")
    if not any(sign.isdigit() for sign in value) or len(value) < 8:
        raise invalid(f"Invalid value for {params['type']}.", "value", "tax_id_invalid")
    known = filtered(world.all("tax_id"), {"customer": customer["id"]}, "customer")
    if len(known) >= MOST_TAX_IDS:
        raise invalid(f"A customer can have at most {MOST_TAX_IDS} tax IDs.")
    fields = {
        "country": params["type"][:2].upper(),
        "customer": customer["id"],
        "type": params["type"],
        "value": value,
        "verification": {"status": "pending", "verified_address": None, "verified_name": None},
    }
    made = world.add("tax_id", "txi", fields)
    world.announce("customer.tax_id.created", made)
    return made


def list_tax_ids(world: World, params: Object, operation: Operation) -> Object:
    customer = world.get("customer", operation.path_values["customer"], "customer")
    items = filtered(world.all("tax_id"), {"customer": customer["id"]}, "customer")
    return page(items, params, f"/v1/customers/{customer['id']}/tax_ids", "tax_id")


def delete_tax_id(world: World, params: Object, operation: Operation) -> Object:
    found = world.get("tax_id", operation.path_values["id"])
    if found["customer"] != operation.path_values["customer"]:
        raise invalid(f"No such tax ID: '{found['id']}'", "id", "resource_missing")
    world.remove("tax_id", found["id"])
    world.announce("customer.tax_id.deleted", found)
    return {"id": found["id"], "object": "tax_id", "deleted": True}


def create_session(world: World, params: Object, operation: Operation) -> Object:
    if set(params) - {"customer", "return_url"}:
        raise not_built(f"portal sessions with {sorted(set(params) - {'customer', 'return_url'})}")
    if "customer" not in params:
        raise missing_param("customer")
    customer = customers.existing(world, params["customer"])
    if "return_url" in params and not urlsplit(params["return_url"]).netloc:
        raise invalid("Not a valid URL", "return_url", "url_invalid")
    fields = {
        "configuration": "bpc_1Double",
        "customer": customer["id"],
        "flow": None,
        "locale": None,
        "on_behalf_of": None,
        "return_url": params.get("return_url"),
    }
    made = world.add("billing_portal.session", "bps", fields)
    made["url"] = f"https://billing.stripe.com/p/session/{made['id']}"
    return made
