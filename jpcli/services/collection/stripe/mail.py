"""Collecting by mail: a closed invoice is brought to Stripe, which sends it to the payer.

The other way than `charge`; on a ledger that is made for it no card is charged by itself. Owns the
mailing, which happens once an invoice however often it is asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jpcli.domain.answers import Note
from jpcli.domain.invoice_status import OPEN
from jpcli.domain.money import display_amount
from jpcli.ledger.queries.outbox import DONE, wish
from jpcli.services.collection.stripe.charge import settled_notes
from jpcli.services.collection.stripe.outbox import carry_out
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
    send(desk, gateway, invoice, remote)
    return (sent_note(desk, invoice), *page_notes(invoice))


def send(desk: Desk, gateway: Gateway, invoice: Invoice, remote: RemoteInvoice) -> None:
    """Have Stripe mail a final invoice; one that it has mailed already is not mailed again.

    That it was is marked on the invoice, for a ledger that was put back: Stripe's own memory of it
    ends after 30 days.
    """
    name = f"invoice/{invoice.number}/send"
    known = wish(desk.ledger, name)
    if known is None or known.state != DONE or known.result["id"] != remote.id:
        if remote.mailed:
            return

        carry_out(
            desk,
            name,
            {"invoice": remote.id},
            perform=lambda key: gateway.send(remote.id, key).brief(),
            find=lambda: {"id": remote.id} if gateway.was_sent(remote.id) else None,
        )
    if not remote.mailed:
        annotate(desk, gateway, invoice, "sent", "yes")


def sent_note(desk: Desk, invoice: Invoice) -> Note:
    """That it was mailed, and what to do once the money is there."""
    total = display_amount(invoice.total_minor, desk.ledger.currency)
    due = desk.ledger.calendar.iso(invoice.due_day)
    return Note(
        "sent",
        f"{invoice.number} over {total} was mailed by Stripe; it is due on {due}",
        "ok",
        invoice.number,
        f"When it was paid by wire:   jpcli invoice mark-paid {invoice.number}",
    )
