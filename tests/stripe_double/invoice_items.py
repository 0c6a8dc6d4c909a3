"""Invoice items, and the lines that they are on an invoice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.stripe_double import customers
from tests.stripe_double.currencies import check_amount
from tests.stripe_double.errors import invalid, missing_param, not_built
from tests.stripe_double.lists import filtered, page
from tests.stripe_double.world import Object, World, merge_metadata

if TYPE_CHECKING:
    from tests.stripe_double.schema import Operation

MAX_ITEMS = 250
EMBEDDED_LINES = 10
MAX_ITEM_AMOUNT = 999_999_999_999
SET_BY_CREATE = {
    "amount",
    "currency",
    "customer",
    "description",
    "discountable",
    "invoice",
    "metadata",
    "period",
}
SET_BY_UPDATE = {"amount", "description", "discountable", "metadata", "period"}


def create(world: World, params: Object, operation: Operation) -> Object:
    if set(params) - SET_BY_CREATE:
        raise not_built(f"invoice items with {sorted(set(params) - SET_BY_CREATE)}")
    for name in ("customer", "amount", "currency"):
        if name not in params:
            raise missing_param(name)
    customer = customers.existing(world, params["customer"])
    _check(params, params["currency"])
    invoice = _draft_for(world, params) if "invoice" in params else None
    item = make_item(world, params, invoice)
    customer["currency"] = customer["currency"] or params["currency"]
    if invoice is not None:
        recount(world, invoice)
    return item


def make_item(world: World, params: Object, invoice: Object | None) -> Object:
    """An item, and its line where it is on an invoice."""
    now = world.clock.now()
    item = world.add(
        "invoiceitem",
        "ii",
        {
            "amount": params["amount"],
            "currency": params["currency"],
            "customer": params["customer"],
            "date": now,
            "description": params.get("description"),
            "discountable": params.get("discountable", params["amount"] > 0),
            "discounts": [],
            "invoice": invoice["id"] if invoice else None,
            "metadata": merge_metadata({}, params.get("metadata")),
            "net_amount": params["amount"],
            "parent": None,
            "period": params.get("period", {"start": now, "end": now}),
            "pricing": {"type": "unit_amount", "unit_amount_decimal": str(params["amount"])},
            "proration": False,
            "quantity": 1,
            "quantity_decimal": "1",
            "tax_rates": [],
            "test_clock": None,
        },
    )
    del item["created"]
    if invoice is not None:
        add_line(world, invoice, item)
    world.announce("invoiceitem.created", item)
    return item


SET_BY_ADD_LINES = {"amount", "description", "discountable", "metadata", "period"}


def add_lines(world: World, params: Object, operation: Operation) -> Object:
    """All lines or none."""
    invoice = world.get("invoice", operation.path_values["invoice"], "invoice")
    if set(params) - {"lines"}:
        raise not_built(f"adding lines with {sorted(set(params) - {'lines'})}")
    check_draft(invoice)
    lines = params["lines"]
    if not lines:
        raise missing_param("lines")
    if len(lines_of(world, invoice["id"])) + len(lines) > MAX_ITEMS:
        raise invalid(f"An invoice can have at most {MAX_ITEMS} invoice items.", "lines")
    for line in lines:
        if set(line) - SET_BY_ADD_LINES:
            raise not_built(f"lines with {sorted(set(line) - SET_BY_ADD_LINES)}")
        if "amount" not in line:
            raise missing_param("lines[amount]")
        _check(line, invoice["currency"])
    of_invoice = {name: invoice[name] for name in ("customer", "currency")}
    for line in lines:
        make_item(world, {**of_invoice, **line}, invoice)
    recount(world, invoice)
    return invoice


def _check(params: Object, currency: str) -> None:
    if "amount" in params:
        if abs(params["amount"]) > MAX_ITEM_AMOUNT:
            raise invalid("Amount is too large.", "amount", "amount_too_large")
        check_amount(params["amount"], currency)
    period = params.get("period")
    if period is not None and period["end"] < period["start"]:
        raise invalid("The end of the period must not be before its start.", "period[end]")


def _draft_for(world: World, params: Object) -> Object:
    invoice = world.get("invoice", params["invoice"], "invoice", 400)
    if invoice["customer"] != params["customer"]:
        raise invalid("The invoice belongs to another customer.", "invoice")
    check_draft(invoice)
    if invoice["currency"] != params["currency"]:
        raise invalid(
            f"The currency of the invoice item must match the invoice's: {invoice['currency']}.",
            "currency",
        )
    if len(lines_of(world, invoice["id"])) >= MAX_ITEMS:
        raise invalid(f"An invoice can have at most {MAX_ITEMS} invoice items.", "invoice")
    return invoice


def check_draft(invoice: Object) -> None:
    if invoice["status"] != "draft":
        message = (
            f"The invoice {invoice['id']} can't be changed: its status is {invoice['status']}."
        )
        raise invalid(message, "invoice", "invoice_not_editable")


def pending(world: World, customer_id: str, currency: str) -> list[Object]:
    """What waits for an invoice, newest first."""
    return [
        item
        for item in world.all("invoiceitem")
        if item["customer"] == customer_id
        and item["invoice"] is None
        and item["currency"] == currency
    ]


def lines_of(world: World, invoice_id: str) -> list[Object]:
    """In the invoice's order: pending items newest first, then what was added, oldest first."""
    lines = world.objects.get("line_item", {}).values()
    return [line for line in lines if line["invoice"] == invoice_id]


def add_line(world: World, invoice: Object, item: Object) -> None:
    item["invoice"] = invoice["id"]
    line = world.add("line_item", "il", {"invoice": invoice["id"], **_line_fields(item)})
    del line["created"]
    world.hide(item["id"], line=line["id"])


def _line_fields(item: Object) -> Object:
    return {
        "amount": item["amount"],
        "currency": item["currency"],
        "description": item["description"],
        "discount_amounts": [],
        "discountable": item["discountable"],
        "discounts": [],
        "metadata": dict(item["metadata"]),
        "parent": {
            "type": "invoice_item_details",
            "invoice_item_details": {
                "invoice_item": item["id"],
                "proration": False,
                "proration_details": {"credited_items": None},
                "subscription": None,
            },
            "subscription_item_details": None,
        },
        "period": dict(item["period"]),
        "pretax_credit_amounts": [],
        "pricing": dict(item["pricing"]),
        "quantity": 1,
        "quantity_decimal": "1",
        "subscription": None,
        "subtotal": item["amount"],
        "taxes": [],
    }


def recount(world: World, invoice: Object) -> None:
    """Bring lines and totals of a draft up to date."""
    from tests.stripe_double.invoices import amounts

    lines = lines_of(world, invoice["id"])
    invoice["lines"] = page(
        lines, {"limit": EMBEDDED_LINES}, f"/v1/invoices/{invoice['id']}/lines", "line_item"
    )
    total = sum(line["amount"] for line in lines)
    world.update(invoice, amounts(world, invoice, total), "invoice.updated")


def retrieve(world: World, params: Object, operation: Operation) -> Object:
    return world.get("invoiceitem", operation.path_values["invoiceitem"])


def update(world: World, params: Object, operation: Operation) -> Object:
    item = world.get("invoiceitem", operation.path_values["invoiceitem"])
    if set(params) - SET_BY_UPDATE:
        raise not_built(f"changing {sorted(set(params) - SET_BY_UPDATE)} of an invoice item")
    invoice = world.find("invoice", item["invoice"])
    if invoice is not None:
        check_draft(invoice)
    _check(params, item["currency"])
    changes = dict(params)
    changes["metadata"] = merge_metadata(item["metadata"], params.get("metadata"))
    if "amount" in params:
        changes["net_amount"] = params["amount"]
        changes["pricing"] = item["pricing"] | {"unit_amount_decimal": str(params["amount"])}
    world.update(item, changes)
    if invoice is not None:
        line = world.get("line_item", world.hidden(item["id"], "line"))
        line.update(_line_fields(item))
        recount(world, invoice)
    return item


def delete(world: World, params: Object, operation: Operation) -> Object:
    item = world.get("invoiceitem", operation.path_values["invoiceitem"])
    invoice = world.find("invoice", item["invoice"])
    if invoice is not None:
        check_draft(invoice)
        world.remove("line_item", world.hidden(item["id"], "line"))
        recount(world, invoice)
    world.remove("invoiceitem", item["id"])
    world.announce("invoiceitem.deleted", item)
    return {"id": item["id"], "object": "invoiceitem", "deleted": True}


def list_all(world: World, params: Object, operation: Operation) -> Object:
    items = filtered(world.all("invoiceitem"), params, "customer", "invoice")
    if "pending" in params:
        items = [item for item in items if (item["invoice"] is None) == params["pending"]]
    return page(items, params, "/v1/invoiceitems", "invoiceitem")


def list_lines(world: World, params: Object, operation: Operation) -> Object:
    invoice = world.get("invoice", operation.path_values["invoice"])
    url = f"/v1/invoices/{invoice['id']}/lines"
    return page(lines_of(world, invoice["id"]), params, url, "line_item")
