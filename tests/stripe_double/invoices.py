"""Invoices as objects: made, read, changed, deleted. Their life is in `invoice_life`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.stripe_double import customers, invoice_items
from tests.stripe_double.currencies import minimum
from tests.stripe_double.errors import invalid, missing_param, not_built
from tests.stripe_double.lists import filtered, page
from tests.stripe_double.search import search as search_objects
from tests.stripe_double.world import Object, World, merge_metadata

if TYPE_CHECKING:
    from tests.stripe_double.schema import Operation

# Free to set on a draft.
PLAIN = {"auto_advance", "custom_fields", "description", "effective_at", "footer", "number"}
TERMS = {"collection_method", "days_until_due", "due_date", "default_payment_method"}
SET_BY_UPDATE = PLAIN | TERMS | {"metadata", "statement_descriptor"}
SET_BY_CREATE = SET_BY_UPDATE | {"currency", "customer", "pending_invoice_items_behavior"}
# "Once an invoice is finalized, monetary values as well as collection_method become uneditable."
SET_AFTER_FINALIZATION = {"auto_advance", "default_payment_method", "metadata"}


# Fields of a new invoice that are null, and those that are 0.
_NONE = """
account_tax_ids application automatically_finalizes_at custom_fields customer_address
customer_phone customer_shipping days_until_due default_payment_method default_source description
due_date effective_at ending_balance footer from_invoice hosted_invoice_url invoice_pdf
last_finalization_error latest_revision next_payment_attempt number on_behalf_of parent
receipt_number rendering shipping_cost shipping_details statement_descriptor test_clock
"""
_ZERO = """
amount_due amount_overpaid amount_paid amount_paid_off_stripe amount_remaining amount_shipping
attempt_count post_payment_credit_notes_amount pre_payment_credit_notes_amount starting_balance
subtotal subtotal_excluding_tax total total_excluding_tax
"""


def amounts(world: World, invoice: Object, total: int) -> Object:
    """What a draft comes to, with the customer's balance and the least that can be charged."""
    customer = world.get("customer", invoice["customer"])
    balance = customer.get("balance", 0) if customer.get("currency") == invoice["currency"] else 0
    due = max(0, total + balance)
    if due < minimum(invoice["currency"]):
        due = 0
    return {
        "subtotal": total,
        "subtotal_excluding_tax": total,
        "total": total,
        "total_excluding_tax": total,
        "starting_balance": balance,
        "amount_due": due,
        "amount_remaining": due,
    }


def create(world: World, params: Object, operation: Operation) -> Object:
    if set(params) - SET_BY_CREATE:
        raise not_built(f"invoices with {sorted(set(params) - SET_BY_CREATE)}")
    if "customer" not in params:
        raise missing_param("customer")
    customer = customers.existing(world, params["customer"])
    if params.get("collection_method") == "send_invoice" and not customer["email"]:
        raise invalid(
            "Missing email. In order to create invoices that are sent to the customer, the customer"
            " must have a valid email."
        )
    currency = params.get("currency") or customer["currency"] or "usd"
    fields = _blank(customer, currency) | _terms(world, _blank(customer, currency), params)
    fields |= {name: params[name] for name in PLAIN if name in params}
    _check_number(world, params)
    fields["metadata"] = merge_metadata({}, params.get("metadata"))
    pulled: list[Object] = []
    if params.get("pending_invoice_items_behavior", "exclude") == "include":
        pulled = invoice_items.pending(world, customer["id"], currency)
        if not pulled:
            raise invalid("Nothing to invoice for customer", None, "invoice_no_customer_line_items")
        if len(pulled) > invoice_items.MAX_ITEMS:
            raise invalid("An invoice can have at most 250 invoice items.")
    invoice = world.add("invoice", "in", fields)
    invoice["period_start"] = invoice["period_end"] = invoice["created"]
    if fields["days_until_due"] is not None:
        invoice["due_date"] = invoice["created"] + fields["days_until_due"] * 86_400
    world.hide(invoice["id"], days_until_due=invoice.pop("days_until_due"))
    customer["currency"] = customer["currency"] or currency
    for item in pulled:
        invoice_items.add_line(world, invoice, item)
        world.hide(item["id"], pulled=True)
    world.hide(invoice["id"], quiet=True)
    invoice["lines"] = None
    invoice_items.recount(world, invoice)
    # The draft is announced once, as it is when it is made.
    _forget_last_update(world, invoice)
    world.announce("invoice.created", invoice)
    return invoice


def _forget_last_update(world: World, invoice: Object) -> None:
    for event in world.all("event")[:1]:
        if event["type"] == "invoice.updated" and event["data"]["object"]["id"] == invoice["id"]:
            world.remove("event", event["id"])


def _blank(customer: Object, currency: str) -> Object:
    return {
        **dict.fromkeys(_NONE.split()),
        **dict.fromkeys(_ZERO.split(), 0),
        "account_country": "US",
        "account_name": "Double",
        "attempted": False,
        "auto_advance": False,
        "automatic_tax": {"enabled": False, "liability": None, "status": None},
        "billing_reason": "manual",
        "collection_method": "charge_automatically",
        "currency": currency,
        "customer": customer["id"],
        "customer_email": customer["email"],
        "customer_name": customer["name"],
        "customer_tax_exempt": customer["tax_exempt"],
        "customer_tax_ids": [],
        "default_tax_rates": [],
        "discounts": [],
        "issuer": {"type": "self"},
        "metadata": {},
        "payment_settings": {"default_mandate": None, "payment_method_types": None},
        "status": "draft",
        "status_transitions": dict.fromkeys(
            ("finalized_at", "marked_uncollectible_at", "paid_at", "voided_at")
        ),
        "total_discount_amounts": [],
        "total_pretax_credit_amounts": [],
        "total_taxes": [],
        "webhooks_delivered_at": None,
    }


def _terms(world: World, invoice: Object, params: Object) -> Object:
    """How and when it is collected, and that the parts of it fit together."""
    terms: Object = {name: params[name] for name in TERMS if name in params}
    manual = terms.get("collection_method", invoice["collection_method"]) == "send_invoice"
    known_due = invoice["due_date"] is not None
    named = [name for name in ("days_until_due", "due_date") if name in terms]
    if len(named) > 1:
        raise invalid("You may only specify one of `days_until_due` and `due_date`.", "due_date")
    if manual and not named and not known_due:
        raise invalid(
            "If invoice collection method is `send_invoice`, you must specify `days_until_due` or"
            " `due_date`.",
            "days_until_due",
        )
    if named and not manual:
        raise invalid(
            f"You can only specify `{named[0]}` if invoice collection method is `send_invoice`.",
            named[0],
        )
    if terms.get("days_until_due", 0) < 0:
        raise invalid("Invalid days_until_due: must not be negative.", "days_until_due")
    if "due_date" in terms and terms["due_date"] <= world.clock.now():
        raise invalid("The due date must be in the future.", "due_date")
    if terms.get("default_payment_method") == "":
        terms["default_payment_method"] = None
    check_method(world, invoice, terms.get("default_payment_method"), "default_payment_method")
    return terms


def check_method(world: World, invoice: Object, method_id: Any, param: str) -> None:
    if method_id is None:
        return
    method = world.find("payment_method", method_id)
    if method is None or method["customer"] != invoice["customer"]:
        raise invalid(
            f"The customer does not have a payment method with the ID {method_id}. The payment"
            " method must be attached to the customer.",
            param,
            "resource_missing",
        )


def _check_number(world: World, params: Object) -> None:
    number = params.get("number")
    if number and any(item["number"] == number for item in world.all("invoice")):
        raise invalid(f"The invoice number {number} is in use.", "number")


def retrieve(world: World, params: Object, operation: Operation) -> Object:
    return world.get("invoice", operation.path_values["invoice"], "invoice")


def update(world: World, params: Object, operation: Operation) -> Object:
    invoice = world.get("invoice", operation.path_values["invoice"], "invoice")
    if set(params) - SET_BY_UPDATE:
        raise not_built(f"changing {sorted(set(params) - SET_BY_UPDATE)} of an invoice")
    fixed = set(params) - SET_AFTER_FINALIZATION
    if invoice["status"] != "draft" and fixed:
        name = min(fixed)
        raise invalid(
            f"This invoice is {invoice['status']}: {name} can't be changed.",
            name,
            "invoice_not_editable",
        )
    if invoice["status"] in {"paid", "void"} and set(params) - {"metadata"}:
        raise invalid(f"This invoice is {invoice['status']}.", None, "invoice_not_editable")
    _check_number(world, params)
    changes: Object = {name: params[name] or None for name in PLAIN if name in params}
    if "auto_advance" in params:
        changes["auto_advance"] = params["auto_advance"]
    terms = _terms(world, invoice, params)
    if "days_until_due" in terms:
        days = terms.pop("days_until_due")
        world.hide(invoice["id"], days_until_due=days)
        terms["due_date"] = invoice["created"] + days * 86_400
    changes |= terms
    changes["metadata"] = merge_metadata(invoice["metadata"], params.get("metadata"))
    world.update(invoice, changes, "invoice.updated")
    return invoice


def delete(world: World, params: Object, operation: Operation) -> Object:
    invoice = world.get("invoice", operation.path_values["invoice"], "invoice")
    if invoice["status"] != "draft":
        raise invalid(
            "You can only delete draft invoices. This invoice can't be deleted because its status"
            f" is {invoice['status']}.",
            "invoice",
        )
    for line in invoice_items.lines_of(world, invoice["id"]):
        item_id = line["parent"]["invoice_item_details"]["invoice_item"]
        world.remove("line_item", line["id"])
        if world.hidden(item_id, "pulled"):
            world.get("invoiceitem", item_id)["invoice"] = None
        else:
            world.remove("invoiceitem", item_id)
    world.remove("invoice", invoice["id"])
    world.announce("invoice.deleted", invoice)
    return {"id": invoice["id"], "object": "invoice", "deleted": True}


def list_all(world: World, params: Object, operation: Operation) -> Object:
    names = ("customer", "status", "collection_method")
    return page(filtered(world.all("invoice"), params, *names), params, "/v1/invoices", "invoice")


def search(world: World, params: Object, operation: Operation) -> Object:
    return search_objects(world, "invoice", params)
