"""Invoices at Stripe: close and collect, push, pay, void, sync, reconcile.

Owns the commands; the steps are in `collecting`. Closing is one transaction of ours and is never
undone by what happens at Stripe: whatever could not be done there is done by the next run.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jpcli.domain.answers import Answer, Note
from jpcli.domain.closing import DRAFT, OPEN, PAID, VOID
from jpcli.domain.money import display_amount
from jpcli.ledger import invoices
from jpcli.services import closing, collecting
from jpcli.services.gateways import stripe_gateway
from jpcli.services.invoices import check_open, check_voidable, invoice_object, known_invoice
from jpcli.services.reconciling import differences
from jpcli.services.stripe_cards import ensure_customer, sync_cards

if TYPE_CHECKING:
    from jpcli.ledger.invoices import Invoice
    from jpcli.payments.gateway import Gateway
    from jpcli.services.desk import Desk


def close(desk: Desk, month: str | None) -> Answer:
    """Close one month, or with None all that wait, then push and collect at Stripe.

    Run again after a failure it goes on where it was: a closed month that is not collected yet is
    not refused. Raises as `closing.close`, and Declined when no card was accepted.
    """
    gateway = stripe_gateway(desk)
    numbers: list[str] = []
    notes: tuple[Note, ...] = ()
    unfinished = None if month is None else _unfinished(desk, month)
    if unfinished is None:
        answer = closing.close_due(desk) if month is None else closing.close(desk, month)
        if desk.dry_run:
            return answer
        notes = answer.notes
        numbers = [item["number"] for item in answer.data["invoices"]]
    else:
        numbers = [unfinished.number]
    if month is None:
        left = [i.number for i in invoices.invoices(desk.ledger, newest_first=False) if _open(i)]
        numbers = list(dict.fromkeys([*left, *numbers]))
    for number in numbers:
        notes += _collect(desk, gateway, known_invoice(desk, number))
    return _answer(desk, numbers, notes)


def push(desk: Desk, name: str) -> Answer:
    """Bring a closed invoice to Stripe and finalize it, without charging a card."""
    gateway = stripe_gateway(desk)
    invoice = known_invoice(desk, name)
    _refuse_void(invoice)
    if desk.dry_run:
        return _dry(desk, invoice)

    def do() -> Answer:
        remote = collecting.push(desk, gateway, invoice)
        message = f"{invoice.number} is at Stripe: {remote.status}"
        note = Note("pushed", message, "ok", invoice.number)
        return _answer(desk, [invoice.number], (note,))

    return desk.once({"command": "invoice push", "invoice": name}, do)


def pay(desk: Desk, name: str) -> Answer:
    """I5: charge the primary card, then the others; pushed first where that is missing."""
    gateway = stripe_gateway(desk)
    invoice = known_invoice(desk, name)

    def do() -> Answer:
        check_open(invoice)
        if desk.dry_run:
            return _dry(desk, invoice)
        return _answer(desk, [invoice.number], _collect(desk, gateway, invoice))

    return desk.once({"command": "invoice pay", "invoice": name}, do)


def void(desk: Desk, name: str) -> Answer:
    """I6: void an open invoice at Stripe; its month is billable again."""
    gateway = stripe_gateway(desk)
    invoice = known_invoice(desk, name)

    def do() -> Answer:
        check_voidable(invoice)
        if desk.dry_run:
            return _dry(desk, invoice)
        # A draft is finalized first: Stripe voids open invoices only, and deletes drafts.
        collecting.push(desk, gateway, invoice)
        pushed = known_invoice(desk, invoice.number)
        check_voidable(pushed)
        collecting.void_remote(desk, gateway, pushed)
        hint = f"jpcli invoice close {invoice.period}"
        message = f"{invoice.number} is void; {invoice.period} can be billed again"
        return _answer(desk, [invoice.number], (Note("voided", message, "ok", hint=hint),))

    return desk.once({"command": "invoice void", "invoice": name}, do)


def sync(desk: Desk) -> Answer:
    """Take over what happened at Stripe since the last event that was seen; safe to repeat."""
    gateway = stripe_gateway(desk)
    cursor = desk.ledger.fact("stripe_cursor")
    events = gateway.events_since(cursor)
    customer = ensure_customer(desk, gateway)
    remote_by_number = gateway.our_invoices(customer)
    touched = None
    if cursor is not None and events is not None:
        touched = {event.invoice_id for event in events}
    changed = []
    for invoice in invoices.invoices(desk.ledger, newest_first=False):
        remote = remote_by_number.get(invoice.number)
        if remote is None or (touched is not None and remote.id not in touched):
            continue
        collecting.sync_invoice(desk, invoice, remote)
        if known_invoice(desk, invoice.number).status != invoice.status:
            changed.append(invoice.number)
    sync_cards(desk, gateway)
    latest = events[-1].id if events else cursor
    if events is None:
        found = gateway.events_since(None)
        latest = found[-1].id if found else None
    if latest is not None and latest != cursor:
        with desk.writing() as writer:
            writer.record("payments.set", "stripe", {"stripe_cursor": latest})
    seen = len(events or ())
    note = Note("synced", f"Read {seen} events; {len(changed)} invoices changed", "ok")
    listed = [invoice_object(desk, known_invoice(desk, n), lines=False) for n in changed]
    return Answer({"events": seen, "invoices": listed}, (note,))


def reconcile(desk: Desk, name: str | None = None) -> Answer:
    """Compare every line, total, currency and status with Stripe's; `ok` false is exit 1."""
    gateway = stripe_gateway(desk)
    chosen = invoices.invoices(desk.ledger, newest_first=False)
    if name is not None:
        chosen = [known_invoice(desk, name)]
    found = differences(desk, gateway, chosen, all_of_them=name is None)
    if found:
        note = Note("differences", f"{len(found)} differences to Stripe", "warning")
    else:
        note = Note("reconciled", f"{len(chosen)} invoices are the same at Stripe", "ok")
    data: dict[str, Any] = {"ok": not found, "invoices": len(chosen), "differences": found}
    return Answer(data, (note,))


def _collect(desk: Desk, gateway: Gateway, invoice: Invoice) -> tuple[Note, ...]:
    if invoice.status in (DRAFT, OPEN):
        collecting.push(desk, gateway, invoice)
    invoice = known_invoice(desk, invoice.number)
    if invoice.status == OPEN:
        collecting.pay(desk, gateway, invoice)
    return _outcome(desk, known_invoice(desk, invoice.number))


def _outcome(desk: Desk, invoice: Invoice) -> tuple[Note, ...]:
    """What became of it, in words: paid is not always collected."""
    currency = desk.ledger.currency
    total = display_amount(invoice.total_minor, currency)
    number = invoice.number
    if invoice.status == OPEN:
        hint = f"Add a card, then:   jpcli invoice pay {number}"
        message = f"{number} over {total} is open: there is no card to charge"
        return (Note("not_collected", message, "warning", number, hint),)
    if invoice.status == PAID and invoice.amount_paid_minor < invoice.total_minor:
        paid = display_amount(invoice.amount_paid_minor, currency)
        message = (
            f"{number} counts as paid at Stripe, but only {paid} of {total} was collected;"
            " the rest stands on the customer's balance there"
        )
        return (Note("paid_not_collected", message, "warning", number),)
    return (Note("collected", f"{number} is {invoice.status}: {total}", "ok", number),)


def _unfinished(desk: Desk, month: str) -> Invoice | None:
    """A closed month whose invoice is not collected yet: closing it again goes on with it."""
    invoice = invoices.of_period(desk.ledger, month)
    return invoice if invoice is not None and _open(invoice) else None


def _open(invoice: Invoice) -> bool:
    return invoice.status in (DRAFT, OPEN)


def _refuse_void(invoice: Invoice) -> None:
    if invoice.status == VOID:
        check_open(invoice)


def _dry(desk: Desk, invoice: Invoice) -> Answer:
    note = Note("dry_run", "Dry run: nothing was written, and Stripe was not called")
    return Answer({"invoice": invoice_object(desk, invoice), "dry_run": True}, (note,))


def _answer(desk: Desk, numbers: list[str], notes: tuple[Note, ...]) -> Answer:
    found = [invoice_object(desk, known_invoice(desk, number)) for number in numbers]
    return Answer({"invoice": found[-1] if found else None, "invoices": found}, notes)
