"""What happens to an invoice: finalized, paid, voided, given up, and what time does to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.stripe_double import customers, invoice_items, payment_methods, payments
from tests.stripe_double.currencies import MAXIMUM
from tests.stripe_double.errors import StripeFault, invalid
from tests.stripe_double.invoices import amounts, check_method
from tests.stripe_double.world import Object, World

if TYPE_CHECKING:
    from tests.stripe_double.schema import Operation

ADVANCES_AFTER_SECONDS = 3600


def finalize(world: World, params: Object, operation: Operation) -> Object:
    invoice = _get(world, operation)
    if invoice["status"] != "draft":
        raise invalid(
            f"This invoice is already finalized, you can't re-finalize a non-draft invoice"
            f" ({invoice['status']}).",
            "invoice",
            "invoice_not_editable",
        )
    if "auto_advance" in params:
        invoice["auto_advance"] = params["auto_advance"]
    finalize_draft(world, invoice)
    if invoice["auto_advance"]:
        _collect(world, invoice)
    return invoice


def finalize_draft(world: World, invoice: Object) -> None:
    if not invoice_items.lines_of(world, invoice["id"]):
        raise invalid(
            "You can't finalize an invoice without line items.",
            "invoice",
            "invoice_no_customer_line_items",
        )
    customer = customers.existing(world, invoice["customer"])
    invoice |= amounts(world, invoice, invoice["total"])
    if invoice["amount_due"] > MAXIMUM:
        raise invalid("Amount must be no more than 99999999.", "amount", "amount_too_large")
    now = world.clock.now()
    ending = 0 if invoice["amount_due"] else invoice["total"] + invoice["starting_balance"]
    invoice |= {
        "status": "open",
        "effective_at": invoice["effective_at"] or now,
        "ending_balance": ending,
        "number": invoice["number"] or _next_number(world, customer),
        "hosted_invoice_url": f"https://invoice.stripe.com/i/acct_double/{invoice['id']}",
        "invoice_pdf": f"https://pay.stripe.com/invoice/acct_double/{invoice['id']}/pdf",
    }
    days = world.hidden(invoice["id"], "days_until_due")
    if days is not None:
        invoice["due_date"] = now + days * 86_400
    _mark(invoice, "finalized_at", now)
    customers.book(
        world, customer, ending - invoice["starting_balance"], "applied_to_invoice", invoice
    )
    if invoice["amount_due"]:
        payments.open_payment(world, invoice)
    world.announce("invoice.finalized", invoice)
    if not invoice["amount_due"]:
        _paid(world, invoice, attempted=True)


def _next_number(world: World, customer: Object) -> str:
    taken = {item["number"] for item in world.all("invoice")}
    while True:
        number = f"{customer['invoice_prefix']}-{customer['next_invoice_sequence']:04d}"
        customer["next_invoice_sequence"] += 1
        if number not in taken:
            return number


def _mark(invoice: Object, name: str, at: int) -> None:
    invoice["status_transitions"] = invoice["status_transitions"] | {name: at}


def _paid(world: World, invoice: Object, *, attempted: bool) -> None:
    _mark(invoice, "paid_at", world.clock.now())
    invoice |= {
        "status": "paid",
        "attempted": attempted,
        "auto_advance": False,
        "amount_remaining": 0,
        "next_payment_attempt": None,
    }
    world.announce("invoice.paid", invoice)
    world.announce("invoice.payment_succeeded", invoice)


def pay(world: World, params: Object, operation: Operation) -> Object:
    invoice = _get(world, operation)
    if invoice["status"] == "paid":
        raise invalid("Invoice is already paid")
    if invoice["status"] not in {"open", "uncollectible"}:
        raise invalid(f"Invoice can't be paid: its status is {invoice['status']}.", "invoice")
    if params.get("paid_out_of_band"):
        if "payment_method" in params:
            raise invalid("You can't pay out of band with a payment method.", "payment_method")
        payments.cancel_payment(world, invoice, "void_invoice")
        invoice |= {
            "amount_paid": invoice["amount_due"],
            "amount_paid_off_stripe": invoice["amount_due"],
        }
        _paid(world, invoice, attempted=True)
        return invoice
    method = _method(world, invoice, params.get("payment_method"))
    _charge(world, invoice, method, off_session=params.get("off_session", True))
    return invoice


def _charge(world: World, invoice: Object, method: Object, *, off_session: bool) -> None:
    payments.charge(world, invoice, method, off_session=off_session)
    invoice["attempt_count"] += 1
    invoice["amount_paid"] = invoice["amount_due"]
    _paid(world, invoice, attempted=True)


def _method(world: World, invoice: Object, given: str | None) -> Object:
    check_method(world, invoice, given, "payment_method")
    customer = world.get("customer", invoice["customer"])
    settings = customer.get("invoice_settings") or {}
    chosen = given or invoice["default_payment_method"] or settings.get("default_payment_method")
    if chosen is None:
        raise StripeFault(
            400,
            "invalid_request_error",
            "This customer has no attached payment source or default payment method. Please"
            " consider adding a default payment method.",
            code="resource_missing",
        )
    return world.get("payment_method", chosen)


def _collect(world: World, invoice: Object) -> None:
    """What Stripe does by itself. A decline is no answer to anybody: it is in the events."""
    if invoice["status"] != "open" or invoice["collection_method"] != "charge_automatically":
        return
    try:
        _charge(world, invoice, _method(world, invoice, None), off_session=True)
    except StripeFault:
        invoice["next_payment_attempt"] = world.clock.now() + 3 * 86_400


def void(world: World, params: Object, operation: Operation) -> Object:
    invoice = _get(world, operation)
    if invoice["status"] not in {"open", "uncollectible"}:
        raise invalid(
            "You can only void open or uncollectible invoices. This invoice can't be voided because"
            f" its status is {invoice['status']}.",
            "invoice",
        )
    payments.cancel_payment(world, invoice, "void_invoice")
    customer = world.get("customer", invoice["customer"])
    if not customer.get("deleted"):
        applied = (invoice["ending_balance"] or 0) - invoice["starting_balance"]
        customers.book(world, customer, -applied, "unapplied_from_invoice", invoice)
    _mark(invoice, "voided_at", world.clock.now())
    invoice |= {"status": "void", "auto_advance": False, "next_payment_attempt": None}
    world.announce("invoice.voided", invoice)
    return invoice


def mark_uncollectible(world: World, params: Object, operation: Operation) -> Object:
    invoice = _get(world, operation)
    if invoice["status"] != "open":
        raise invalid(
            f"You can only mark open invoices as uncollectible, not {invoice['status']} ones.",
            "invoice",
        )
    _mark(invoice, "marked_uncollectible_at", world.clock.now())
    invoice |= {"status": "uncollectible", "auto_advance": False, "next_payment_attempt": None}
    world.announce("invoice.marked_uncollectible", invoice)
    return invoice


def send(world: World, params: Object, operation: Operation) -> Object:
    invoice = _get(world, operation)
    if invoice["collection_method"] != "send_invoice":
        raise invalid(
            "You can only manually send an invoice if its collection method is `send_invoice`.",
            "invoice",
        )
    if invoice["status"] == "draft":
        finalize_draft(world, invoice)
    if invoice["status"] != "open":
        raise invalid(f"You can't send an invoice that is {invoice['status']}.", "invoice")
    world.announce("invoice.sent", invoice)
    return invoice


def _get(world: World, operation: Operation) -> Object:
    return world.get("invoice", operation.path_values["invoice"], "invoice")


def advance(world: World) -> None:
    """Time has passed: drafts that advance by themselves are finalized and collected."""
    latest = world.clock.now() - ADVANCES_AFTER_SECONDS
    for invoice in world.all("invoice"):
        if not invoice["auto_advance"]:
            continue
        if invoice["status"] == "draft" and invoice["created"] <= latest:
            try:
                finalize_draft(world, invoice)
            except StripeFault as fault:
                invoice |= {"last_finalization_error": fault.error, "auto_advance": False}
                continue
            _collect(world, invoice)
        elif (invoice["next_payment_attempt"] or latest + 1) <= latest:
            _collect(world, invoice)


def pay_on_page(world: World, invoice_id: str, card_name: str) -> Object:
    """The person opens the hosted page, enters a test card and answers the bank's question."""
    invoice = world.get("invoice", invoice_id)
    if invoice["status"] not in {"open", "uncollectible"}:
        raise invalid(f"The page says that the invoice is {invoice['status']}.")
    method = payment_methods.make(world, card_name)
    if world.hidden(method["id"], "charge") == "authentication_required":
        world.hide(method["id"], charge=None)
    _charge(world, invoice, method, off_session=False)
    world.hide(method["id"], detached=True)  # used without a customer: good for this once
    return invoice
