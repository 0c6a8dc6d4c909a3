"""Invoices at Stripe: close and collect, push, pay, void, sync, reconcile.

Owns the commands; the steps are in `collecting`. Closing is one transaction of ours and is never
undone by what happens at Stripe: whatever could not be done there is done by the next run.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jpcli.domain.answers import Answer, Note
from jpcli.domain.closing import DRAFT, OPEN, VOID
from jpcli.domain.money import display_amount
from jpcli.ledger import invoices
from jpcli.services import closing, collecting
from jpcli.services.gateways import stripe_gateway
from jpcli.services.invoices import check_open, check_voidable, invoice_object, known_invoice
from jpcli.services.payment_state import (
    MONEY_SEEN,
    invoices_of,
    money_at,
    money_notes,
    money_unseen,
    page_notes,
)
from jpcli.services.reconciling import differences
from jpcli.services.strangers import check_not_billed, matched, strangers
from jpcli.services.stripe_cards import ensure_customer, sync_cards
from jpcli.services.stripe_troubles import settle
from jpcli.services.stripe_void import take_away, void_everywhere

if TYPE_CHECKING:
    from jpcli.ledger.invoices import Invoice
    from jpcli.payments.gateway import Gateway, RemoteEvent
    from jpcli.services.desk import Desk


def close(desk: Desk, month: str | None) -> Answer:
    """Close one month, or with None all that wait, then push and collect at Stripe.

    Run again after a failure it goes on where it was: a closed month that is not collected yet is
    not refused. Raises as `closing.close`, and Declined when no card was accepted.
    """
    gateway = stripe_gateway(desk)
    if desk.dry_run:
        return _dry_close(desk, month)
    numbers: list[str] = []
    notes: tuple[Note, ...] = ()
    unfinished = None if month is None else _unfinished(desk, month)
    if unfinished is None:
        check_not_billed(desk, gateway, month)
        answer = closing.close_due(desk) if month is None else closing.close(desk, month)
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


def push(desk: Desk, name: str, *, replace: bool = False) -> Answer:
    """Bring a closed invoice to Stripe and finalize it, without charging a card.

    With `replace` what stands there under its number and is not as closed is taken away first:
    drafts are deleted, and where one is as closed, open ones beside it are voided.
    """
    gateway = stripe_gateway(desk)
    invoice = known_invoice(desk, name)
    _refuse_void(invoice)
    if desk.dry_run:
        return _dry(desk, invoice)

    def do() -> Answer:
        notes = take_away(desk, gateway, invoice) if replace else ()
        remote = collecting.push(desk, gateway, invoice)
        message = f"{invoice.number} is at Stripe: {remote.status}"
        note = Note("pushed", message, "ok", invoice.number)
        return _answer(desk, [invoice.number], (*notes, note))

    request = {"command": "invoice push", "invoice": name}
    return desk.once({**request, "replace": True} if replace else request, do)


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


def void(desk: Desk, name: str, reason: str | None = None) -> Answer:
    """I6: void an open invoice at Stripe, where a draft is deleted; its month is billable again.
    The reason is kept there and in the log."""
    gateway = stripe_gateway(desk)
    invoice = known_invoice(desk, name)

    def do() -> Answer:
        check_voidable(invoice)
        if desk.dry_run:
            return _dry(desk, invoice)
        void_everywhere(desk, gateway, invoice, reason)
        hint = f"jpcli invoice close {invoice.period}"
        message = f"{invoice.number} is void; {invoice.period} can be billed again"
        return _answer(desk, [invoice.number], (Note("voided", message, "ok", hint=hint),))

    return desk.once({"command": "invoice void", "invoice": name, "reason": reason}, do)


def sync(desk: Desk) -> Answer:
    """Take over what happened at Stripe since the last event that was seen; safe to repeat."""
    gateway = stripe_gateway(desk)
    cursor = desk.ledger.fact("stripe_cursor")
    latest = gateway.newest_event()
    events = None if cursor is None else gateway.events_since(cursor)
    changed, notes = _take_over(desk, gateway, events)
    sync_cards(desk, gateway)
    settle(desk, gateway)
    facts = {MONEY_SEEN: "yes"} if money_unseen(desk.ledger) else {}
    if latest is not None and latest != cursor:
        facts["stripe_cursor"] = latest
    if facts:
        with desk.writing() as writer:
            writer.record("payments.set", "stripe", facts)
    seen = len(events or ())
    note = Note("synced", f"Read {seen} events; {len(changed)} invoices changed", "ok")
    found = [known_invoice(desk, number) for number in changed]
    listed = [invoice_object(desk, invoice, lines=False) for invoice in found]
    remarks = [r for invoice in found for r in money_notes(invoice, desk.ledger.currency)]
    return Answer({"events": seen, "invoices": listed}, (note, *remarks, *notes))


def _take_over(
    desk: Desk, gateway: Gateway, events: list[RemoteEvent] | None
) -> tuple[list[str], list[Note]]:
    """Each invoice's state as Stripe has it; the numbers that changed, and what is not as closed.

    Events say whose money to ask for again; what they do not tell (they are kept for 30 days, and
    the ledger may have been put back since) is seen by comparing all.
    """
    customer = ensure_customer(desk, gateway)
    there = gateway.invoices_of(customer)
    touched = None
    if events is not None and not money_unseen(desk.ledger):
        touched = invoices_of(gateway, events)
    changed, notes = [], []
    for invoice in invoices.invoices(desk.ledger, newest_first=False):
        remote, remark = matched(desk, gateway, invoice, there)
        if remark is not None:
            notes.append(remark)
        if remote is None:
            continue
        asked = touched is None or remote.id in touched
        collecting.sync_invoice(desk, invoice, remote, money_at(gateway, remote) if asked else None)
        if known_invoice(desk, invoice.number) != invoice:
            changed.append(invoice.number)
    return changed, [*notes, *strangers(desk, there)]


def reconcile(desk: Desk, name: str | None = None) -> Answer:
    """Compare every line, total, currency and status with Stripe's; `ok` false is exit 1."""
    gateway = stripe_gateway(desk)
    chosen = invoices.invoices(desk.ledger, newest_first=False)
    if name is not None:
        chosen = [known_invoice(desk, name)]
    found = differences(desk, gateway, chosen, all_of_them=name is None)
    if found:
        count = "1 difference" if len(found) == 1 else f"{len(found)} differences"
        note = Note("differences", f"{count} to Stripe", "warning")
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
    remarks = money_notes(invoice, currency)
    if any(note.code == "paid_not_collected" for note in remarks):
        return (*remarks, *page_notes(invoice))
    done = Note("collected", f"{number} is {invoice.status}: {total}", "ok", number)
    return (done, *remarks, *page_notes(invoice))


def _unfinished(desk: Desk, month: str) -> Invoice | None:
    """A closed month whose invoice is not collected yet: closing it again goes on with it."""
    invoice = invoices.of_period(desk.ledger, month)
    return invoice if invoice is not None and _open(invoice) else None


def _open(invoice: Invoice) -> bool:
    return invoice.status in (DRAFT, OPEN)


def _refuse_void(invoice: Invoice) -> None:
    if invoice.status == VOID:
        check_open(invoice)


def _dry_close(desk: Desk, month: str | None) -> Answer:
    """What closing would bill, and what waits to be collected; Stripe is not asked."""
    waiting = [i for i in invoices.invoices(desk.ledger, newest_first=False) if _open(i)]
    if month is not None:
        waiting = [invoice for invoice in waiting if month in (invoice.period, invoice.number)]
    closed: list[Any] = []
    notes: list[Note] = []
    if month is None or not waiting:
        answer = closing.close_due(desk) if month is None else closing.close(desk, month)
        closed, notes = answer.data["invoices"], list(answer.notes)
    for invoice in waiting:
        total = display_amount(invoice.total_minor, desk.ledger.currency)
        message = f"{invoice.number} is {invoice.status} and would be collected: {total}"
        notes.append(Note("would_collect", message, "info", invoice.number))
    if not closed:
        notes.append(Note("dry_run", "Dry run: nothing was written, and Stripe was not called"))
    found = [invoice_object(desk, invoice) for invoice in waiting] + closed
    data = {"invoice": found[-1] if found else None, "invoices": found, "dry_run": True}
    return Answer(data, tuple(notes))


def _dry(desk: Desk, invoice: Invoice) -> Answer:
    note = Note("dry_run", "Dry run: nothing was written, and Stripe was not called")
    return Answer({"invoice": invoice_object(desk, invoice), "dry_run": True}, (note,))


def _answer(desk: Desk, numbers: list[str], notes: tuple[Note, ...]) -> Answer:
    found = [invoice_object(desk, known_invoice(desk, number)) for number in numbers]
    return Answer({"invoice": found[-1] if found else None, "invoices": found}, notes)
