"""An invoice at Stripe that was paid by other means, such as a wire transfer.

Owns `invoice mark-paid` on a ledger that collects through Stripe: it is paid out of band there, so
that Stripe neither charges it nor asks for it again, and how it was paid is kept with it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jpcli.domain.answers import Answer, Note
from jpcli.domain.errors import BadInput
from jpcli.domain.invoice_status import PAID
from jpcli.domain.money import display_amount
from jpcli.services.change import once
from jpcli.services.collection.gateway import stripe_gateway
from jpcli.services.collection.stripe import push
from jpcli.services.collection.stripe.outbox import carry_out
from jpcli.services.collection.stripe.remarks import LONGEST, annotate
from jpcli.services.invoices.invoices import invoice_object
from jpcli.services.invoices.known import check_open, known_invoice

if TYPE_CHECKING:
    from jpcli.ledger.queries.invoices import Invoice
    from jpcli.payments.gateway import Gateway, RemoteInvoice
    from jpcli.services.desk import Desk


def mark_paid(desk: Desk, name: str, reference: str | None = None) -> Answer:
    """Note at Stripe that an open invoice was paid elsewhere, all of it; pushed first if need be.

    Raises Refused `already_paid`, `invoice_void` or `invoice_uncollectible`; BadInput `no_at`,
    because Stripe notes the moment itself; Failed as `collecting.push` when Stripe's invoice is not
    what was closed.
    """
    if desk.at_text is not None:
        raise BadInput(
            "no_at",
            "Stripe notes by itself when an invoice was paid",
            hint="Leave out --at; put the day into --reference.",
            subject="--at",
        )
    text = _checked(reference)
    gateway = stripe_gateway(desk)
    invoice = known_invoice(desk, name)

    def do() -> Answer:
        check_open(invoice)
        if desk.dry_run:
            note = Note("dry_run", "Dry run: nothing was written, and Stripe was not called")
            return Answer({"invoice": invoice_object(desk, invoice), "dry_run": True}, (note,))
        remote = push.push(desk, gateway, invoice)
        _pay(desk, gateway, known_invoice(desk, invoice.number), remote, text)
        fresh = known_invoice(desk, invoice.number)
        total = display_amount(fresh.amount_paid_minor, desk.ledger.currency)
        message = f"{fresh.number} is paid: {total}, not through Stripe"
        note = Note("paid", message, "ok", fresh.number)
        return Answer({"invoice": invoice_object(desk, fresh)}, (note,))

    request = {"command": "invoice mark-paid", "invoice": name, "reference": reference}
    return once(desk, request, do)


def _pay(
    desk: Desk,
    gateway: Gateway,
    invoice: Invoice,
    remote: RemoteInvoice,
    reference: str | None,
) -> None:
    """Pay it out of band; `push` has just seen that it is as closed."""
    if remote.status == PAID and remote.outside_minor and remote.reference == reference:
        return  # the answer to an earlier try was lost, or came to another copy of the ledger
    check_open(invoice)
    if reference is not None:
        annotate(desk, gateway, invoice, "reference", reference)

    def perform(key: str) -> dict[str, Any]:
        return gateway.pay_outside(remote.id, key).brief()

    def find() -> dict[str, Any] | None:
        there = gateway.invoice(remote.id)
        return there.brief() if there.status == PAID else None

    carry_out(
        desk,
        f"invoice/{invoice.number}/paid-outside",
        {"invoice": remote.id},
        perform=perform,
        find=find,
    )
    push.sync_invoice(desk, invoice, gateway.invoice(remote.id))


def _checked(reference: str | None) -> str | None:
    if reference is None:
        return None
    text = reference.strip()
    if not text or len(text) > LONGEST or not text.isprintable():
        raise BadInput(
            "bad_reference",
            f"How it was paid must be 1 to {LONGEST} printable characters",
            subject="--reference",
        )
    return text
