"""Collecting by mail: a closed invoice is brought to Stripe, which sends it to the payer.

The other way than `charge`; on a ledger that is made for it no card is charged by itself. Owns the
mailing, which happens once an invoice however often it is asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jpcli.domain.answers import Note
from jpcli.domain.invoice_status import OPEN
from jpcli.domain.money import display_amount
from jpcli.ledger.queries.collection import was_mailed
from jpcli.services.collection.stripe.charge import settled_notes
from jpcli.services.collection.stripe.outbox import carry_out, take_over
from jpcli.services.collection.stripe.push import annotate, push
from jpcli.services.invoices.known import check_not_given_up, known_invoice
from jpcli.services.invoices.money import page_notes

if TYPE_CHECKING:
    from jpcli.ledger.queries.invoices import Invoice
    from jpcli.payments.gateway import Gateway, RemoteInvoice
    from jpcli.services.desk import Desk


def mail(desk: Desk, gateway: Gateway, number: str) -> tuple[Note, ...]:
    """Bring an invoice to Stripe where that is missing, and have it mailed once.

    Raises Refused `no_email`, or as `check_not_given_up` where Stripe says that it is void or given
    up; Failed as `push`.
    """
    remote = push(desk, gateway, known_invoice(desk, number))
    invoice = known_invoice(desk, number)
    check_not_given_up(invoice)
    if invoice.status != OPEN or remote.due_minor <= 0:
        return settled_notes(desk, invoice)
    just_now = send(desk, gateway, invoice, remote)
    return (_sent_note(desk, invoice, just_now=just_now), *page_notes(invoice))


def send(desk: Desk, gateway: Gateway, invoice: Invoice, remote: RemoteInvoice) -> bool:
    """Have Stripe mail a final invoice; False for one that was mailed before, which is not mailed
    again.

    That it was is marked on the invoice, for a ledger that was put back: Stripe's own memory of it
    ends after 30 days.
    """
    before = was_mailed(desk.ledger, invoice) or remote.mailed
    note_mailed(desk, invoice, remote)
    if not before:
        carry_out(
            desk,
            f"invoice/{invoice.number}/send",
            {"invoice": remote.id},
            perform=lambda key: gateway.send(remote.id, key).brief(),
            find=lambda: {"id": remote.id} if gateway.was_sent(remote.id) else None,
        )
    if not remote.mailed:
        annotate(desk, gateway, invoice, "sent", "yes")
    return not before


def note_mailed(desk: Desk, invoice: Invoice, remote: RemoteInvoice) -> None:
    """Know that it was mailed, where only Stripe does."""
    if remote.mailed and not was_mailed(desk.ledger, invoice):
        name, done = f"invoice/{invoice.number}/send", {"id": remote.id}
        take_over(desk, name, {"invoice": remote.id}, done)


def is_sent(gateway: Gateway, remote: RemoteInvoice) -> bool:
    """Was it mailed, by our own mark or by Stripe's memory?"""
    return remote.mailed or gateway.was_sent(remote.id)


def _sent_note(desk: Desk, invoice: Invoice, *, just_now: bool) -> Note:
    """That it was mailed, now or before, and what to do once the money is there."""
    total = display_amount(invoice.total_minor, desk.ledger.currency)
    iso, late = desk.ledger.calendar.iso, invoice.due_day < desk.today
    due = f"past due since {iso(invoice.due_day + 1)}" if late else f"due on {iso(invoice.due_day)}"
    was = "was mailed by Stripe" if just_now else "was mailed before and is not paid"
    kind = "ok" if just_now else "warning" if late else "info"
    hint = f"When it was paid by wire:   jpcli invoice mark-paid {invoice.number}"
    message = f"{invoice.number} over {total} {was}; it is {due}"
    return Note("sent" if just_now else "sent_before", message, kind, invoice.number, hint)
