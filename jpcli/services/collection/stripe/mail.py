"""Invoices that Stripe mails: on a ledger made with `--collect send` nobody's card is charged.

Owns the choice between charging and mailing, the terms that go with it, and the mailing, which
happens once an invoice however often it is asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jpcli.domain.answers import Note
from jpcli.domain.money import display_amount
from jpcli.ledger.queries.collection import is_mailed
from jpcli.ledger.queries.outbox import DONE, wish
from jpcli.services.collection.stripe.cards import ensure_customer
from jpcli.services.collection.stripe.customer import check_email
from jpcli.services.collection.stripe.outbox import carry_out
from jpcli.services.collection.stripe.remarks import annotate

if TYPE_CHECKING:
    from jpcli.ledger.database.connection import Ledger
    from jpcli.ledger.queries.invoices import Invoice
    from jpcli.payments.gateway import Gateway, RemoteInvoice
    from jpcli.services.desk import Desk


def days_until_due(ledger: Ledger) -> int | None:
    """The payment terms that Stripe is told, None where it charges at once."""
    return int(ledger.meta["payment_terms_days"]) if is_mailed(ledger) else None


def check_address(desk: Desk, gateway: Gateway) -> None:
    """Refused `no_email` where invoices are mailed and Stripe does not know where to."""
    if is_mailed(desk.ledger):
        check_email(gateway.customer(ensure_customer(desk, gateway)))


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
