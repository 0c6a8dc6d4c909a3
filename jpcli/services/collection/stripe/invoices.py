"""Invoices at Stripe: push, pay, sync, reconcile.

Owns the commands; the steps are in `push` and `charge`. Closing is in `close`, settling in
`settle`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jpcli.domain import events
from jpcli.domain.answers import Answer, Note
from jpcli.domain.words import count
from jpcli.ledger.queries import invoices
from jpcli.services.change import once
from jpcli.services.collection.gateway import stripe_gateway
from jpcli.services.collection.stripe import push as collecting
from jpcli.services.collection.stripe.attempts import take_over
from jpcli.services.collection.stripe.cards import ensure_customer, sync_cards
from jpcli.services.collection.stripe.charge import collect
from jpcli.services.collection.stripe.mail import note_mailed
from jpcli.services.collection.stripe.reconcile import differences
from jpcli.services.collection.stripe.remote_invoice import can_be_pushed
from jpcli.services.collection.stripe.settle import dry_answer, take_away
from jpcli.services.collection.stripe.strangers import UNDECIDED, matched, strangers
from jpcli.services.collection.stripe.troubles import settle, unmailed
from jpcli.services.invoices.invoices import invoice_head, invoice_object, invoices_data
from jpcli.services.invoices.known import check_open, known_invoice
from jpcli.services.invoices.money import (
    MONEY_SEEN,
    invoices_of,
    money_at,
    money_notes,
    money_unseen,
)

if TYPE_CHECKING:
    from jpcli.domain.contract.collection import ReconcileAnswer, SyncAnswer
    from jpcli.domain.contract.invoices import InvoiceAnswer, InvoicesAnswer
    from jpcli.ledger.queries.invoices import Invoice
    from jpcli.payments.gateway import Gateway, RemoteEvent, RemoteInvoice
    from jpcli.services.desk import Desk


def push(desk: Desk, name: str, *, replace: bool = False) -> Answer[InvoiceAnswer | InvoicesAnswer]:
    """Bring a closed invoice to Stripe and finalize it, without charging a card.

    With `replace` what stands there under its number and is not as closed is taken away first:
    drafts are deleted, and where one is as closed, open ones beside it are voided.
    """
    gateway = stripe_gateway(desk)

    def do() -> Answer[InvoiceAnswer | InvoicesAnswer]:
        invoice = known_invoice(desk, name)
        if not can_be_pushed(invoice):
            check_open(invoice)
        if desk.dry_run:
            return dry_answer(desk, invoice, "bring {} to Stripe, charging no card")
        notes = take_away(desk, gateway, invoice) if replace else ()
        remote = collecting.push(desk, gateway, invoice)
        return _answer(desk, invoice.number, (*notes, _pushed(desk, gateway, invoice, remote)))

    request = {"command": "invoice push", "invoice": name}
    return once(desk, {**request, "replace": True} if replace else request, do)


def _pushed(desk: Desk, gateway: Gateway, invoice: Invoice, remote: RemoteInvoice) -> Note:
    message, hint = f"{invoice.number} is at Stripe: {remote.status}", None
    trouble = unmailed(desk, gateway, known_invoice(desk, invoice.number), remote)
    if trouble is not None:
        message += ", and not mailed"
        hint = f"Have Stripe mail it:   {trouble.command}"
    return Note("pushed", message, "ok", invoice.number, hint)


def pay(desk: Desk, name: str) -> Answer[InvoiceAnswer | InvoicesAnswer]:
    """I5: charge the primary card, then the others, today and whatever was declined before; pushed
    first where that is missing.

    An answer means that it is paid. Raises as `check_open` and `charge.collect`.
    """
    gateway = stripe_gateway(desk)

    def do() -> Answer[InvoiceAnswer | InvoicesAnswer]:
        invoice = known_invoice(desk, name)
        check_open(invoice)
        if desk.dry_run:
            return dry_answer(desk, invoice, "charge {} to the cards on file")
        return _answer(desk, invoice.number, collect(desk, gateway, invoice.number, by_hand=True))

    return once(desk, {"command": "invoice pay", "invoice": name}, do)


def sync(desk: Desk) -> Answer[SyncAnswer]:
    """Take over what happened at Stripe since the last event that was seen; safe to repeat."""
    gateway = stripe_gateway(desk)
    cursor = desk.ledger.fact("stripe_cursor")
    latest = gateway.newest_event()
    news = None if cursor is None else gateway.events_since(cursor)
    changed, notes = _take_over(desk, gateway, news)
    sync_cards(desk, gateway)
    settle(desk, gateway)
    facts = {MONEY_SEEN: "yes"} if money_unseen(desk.ledger) else {}
    if latest is not None and latest != cursor:
        facts["stripe_cursor"] = latest
    # What came of an invoice's money is read once more when it is known which one is ours.
    if facts and all(note.code not in UNDECIDED for note in notes):
        with desk.writing() as writer:
            writer.record(*events.payments_set("stripe", facts))
    seen = len(news or ())
    read = f"Read {count(seen, 'event')}; {count(len(changed), 'invoice')} changed"
    note = Note("synced", read, "ok")
    found = [known_invoice(desk, number) for number in changed]
    listed = [invoice_head(desk, invoice) for invoice in found]
    remarks = [r for invoice in found for r in money_notes(invoice, desk.ledger.currency)]
    return Answer({"events": seen, "invoices": listed}, (note, *remarks, *notes))


def _take_over(
    desk: Desk, gateway: Gateway, news: list[RemoteEvent] | None
) -> tuple[list[str], list[Note]]:
    """Each invoice's state as Stripe has it; the numbers that changed, and what is not as closed.

    Events say whose money to ask for again; what they do not tell (they are kept for 30 days, and
    the ledger may have been put back since) is seen by comparing all.
    """
    customer = ensure_customer(desk, gateway)
    before = invoices.invoices(desk.ledger, newest_first=False)
    there = gateway.invoices_of(customer)
    touched = None
    if news is not None and not money_unseen(desk.ledger):
        touched = invoices_of(gateway, news)
    changed, notes = [], []
    for invoice in before:
        remote, remark = matched(desk, gateway, invoice, there)
        if remark is not None:
            notes.append(remark)
        if remote is None:
            continue
        asked = touched is None or remote.id in touched or remote.id != invoice.gateway_id
        money = money_at(gateway, remote) if asked else None
        remote = collecting.sync_invoice(desk, gateway, invoice, remote, money)
        note_mailed(desk, invoice, remote)
        if asked:
            take_over(desk, gateway, invoice, remote)
        if known_invoice(desk, invoice.number) != invoice:
            changed.append(invoice.number)
    return changed, [*notes, *strangers(desk, there)]


def reconcile(desk: Desk, name: str | None = None) -> Answer[ReconcileAnswer]:
    """Compare every line, total, currency and status with Stripe's; `ok` false is exit 1."""
    gateway = stripe_gateway(desk)
    chosen = invoices.invoices(desk.ledger, newest_first=False)
    if name is not None:
        chosen = [known_invoice(desk, name)]
    found = differences(desk, gateway, chosen, all_of_them=name is None)
    if found:
        message = f"{count(len(found), 'difference')} to Stripe"
        note = Note("differences", message, "warning")
    else:
        same = count(len(chosen), "invoice is", "invoices are")
        note = Note("reconciled", f"{same} the same at Stripe", "ok")
    data: ReconcileAnswer = {"ok": not found, "invoices": len(chosen), "differences": found}
    return Answer(data, (note,))


def _answer(
    desk: Desk, number: str, notes: tuple[Note, ...]
) -> Answer[InvoiceAnswer | InvoicesAnswer]:
    return Answer(invoices_data([invoice_object(desk, known_invoice(desk, number))]), notes)
