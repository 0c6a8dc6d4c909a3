"""Taking away at Stripe what is not to be charged: drafts are deleted, open invoices voided.

Owns which of them, and what is recorded of it here. Money that came in stays where it is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jpcli.domain import events
from jpcli.domain.answers import Note
from jpcli.domain.errors import Failed, Refused
from jpcli.domain.invoice_status import DRAFT, PAID, VOID
from jpcli.services.collection.stripe.cards import known_customer
from jpcli.services.collection.stripe.push import delete_draft, sync_invoice, void_remote
from jpcli.services.collection.stripe.remote_invoice import all_ours, keep_one
from jpcli.services.invoices.known import check_voidable, known_invoice

if TYPE_CHECKING:
    from jpcli.ledger.queries.invoices import Invoice
    from jpcli.payments.gateway import Gateway, RemoteInvoice
    from jpcli.services.desk import Desk


def void_everywhere(desk: Desk, gateway: Gateway, invoice: Invoice, reason: str | None) -> None:
    """Void an invoice here and whatever stands at Stripe under its number; one that never got
    there, or was deleted there, is voided here.

    Raises Refused `invoice_paid`, before anything is done, when one of them was paid.
    """
    found = all_ours(desk, gateway, invoice, known_customer(desk, gateway))
    for remote in found:
        if remote.status == PAID:
            if remote.id == invoice.gateway_id:
                sync_invoice(desk, invoice, remote)
            check_voidable(invoice._replace(status=PAID))
    for remote in found:
        _remove(desk, gateway, invoice, remote, reason)
    final = [gateway.invoice(remote.id) for remote in found if remote.status != DRAFT]
    if final:
        chosen = [remote for remote in final if remote.id == invoice.gateway_id] or final
        sync_invoice(desk, invoice, chosen[-1])
    if known_invoice(desk, invoice.number).status != VOID:
        with desk.writing() as writer:
            writer.record(*events.invoice_voided(invoice.number), reason=reason)


def take_away(desk: Desk, gateway: Gateway, invoice: Invoice) -> tuple[Note, ...]:
    """Take away what stands under an invoice's number and is not as closed, or is there twice.

    Raises Refused `finalized` when what is wrong was finalized and nothing right is beside it,
    Failed `paid_twice` when money came in for more than one, or for one that is not as closed.
    """
    found = all_ours(desk, gateway, invoice, known_customer(desk, gateway))
    kept = keep_one(desk, gateway, invoice, found)
    others = [r for r in found if r.status != VOID and (kept is None or r.id != kept.id)]
    for remote in others:
        if remote.status == PAID:
            raise _paid_twice(invoice, remote)
        if remote.status != DRAFT and kept is None:
            raise Refused(
                "finalized",
                f"{invoice.number} was finalized at Stripe; it can be voided, not replaced",
                hint=f"jpcli invoice void {invoice.number}",
                subject=invoice.number,
            )
    notes = []
    for remote in others:
        _remove(desk, gateway, invoice, remote, "not as closed")
        done = "deleted" if remote.status == DRAFT else "voided"
        message = f"{remote.id} was {done} at Stripe: {invoice.number} is billed once"
        notes.append(Note("taken_away", message, "info", invoice.number))
    return tuple(notes)


def _remove(
    desk: Desk, gateway: Gateway, invoice: Invoice, remote: RemoteInvoice, reason: str | None
) -> None:
    if remote.status == DRAFT:
        delete_draft(desk, gateway, invoice, remote)
    elif remote.status != VOID:
        void_remote(desk, gateway, invoice, remote, reason)


def _paid_twice(invoice: Invoice, remote: RemoteInvoice) -> Failed:
    return Failed(
        "paid_twice",
        f"{remote.id} was paid under the number {invoice.number} and is not the invoice that was"
        " closed; nothing was changed",
        hint=f"Refund it in Stripe's dashboard, then:   jpcli invoice reconcile {invoice.number}",
        subject=invoice.number,
    )
