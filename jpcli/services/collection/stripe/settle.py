"""Settling an invoice at Stripe without a charge: paid by other means, or void (I6).

Owns what is done there, so that Stripe neither charges it nor asks for it again, and what is kept
with it: how it was paid, why it was voided. Drafts are deleted, open invoices voided; money that
came in stays where it is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jpcli.domain import events
from jpcli.domain.answers import Answer, Note
from jpcli.domain.errors import BadInput, Failed, Refused
from jpcli.domain.invoice_status import DRAFT, PAID, UNCOLLECTIBLE, VOID
from jpcli.domain.money import display_amount
from jpcli.domain.texts import clean, is_plain_line
from jpcli.services.change import once
from jpcli.services.collection.gateway import stripe_gateway
from jpcli.services.collection.stripe.cards import known_customer
from jpcli.services.collection.stripe.outbox import carry_out, take_over
from jpcli.services.collection.stripe.push import (
    LONGEST_REMARK,
    annotate,
    delete_draft,
    push,
    sync_invoice,
    void_remote,
)
from jpcli.services.collection.stripe.remote_invoice import all_ours, keep_one
from jpcli.services.invoices.invoices import invoice_object, invoices_data
from jpcli.services.invoices.known import check_open, check_voidable, known_invoice
from jpcli.services.invoices.settle import is_noted, noted_already, paid_note, voided_note

if TYPE_CHECKING:
    from jpcli.domain.contract.invoices import InvoiceAnswer, InvoicesAnswer
    from jpcli.ledger.queries.invoices import Invoice
    from jpcli.payments.gateway import Gateway, RemoteInvoice
    from jpcli.services.desk import Desk

NOT_CALLED = Note("dry_run", "Dry run: nothing was written, and Stripe was not called")


def mark_paid(desk: Desk, name: str, reference: str | None = None) -> Answer[InvoiceAnswer]:
    """Note at Stripe that an open invoice was paid elsewhere, all of it; pushed first if need be.
    The same again is done already.

    Raises Refused `already_paid`, where it was paid otherwise, `invoice_void` or
    `invoice_uncollectible`; BadInput `no_at`, because Stripe notes the moment itself; Failed as
    `push` when Stripe's invoice is not what was closed.
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

    def do() -> Answer[InvoiceAnswer]:
        invoice = known_invoice(desk, name)
        if is_noted(invoice, text) and _no_card_paid(gateway, invoice):
            noted = noted_already(desk, invoice)
            if not desk.dry_run:
                return noted
            note = Note("dry_run", "Dry run: nothing was written")
            return Answer({**noted.data, "dry_run": True}, (*noted.notes, note))
        check_open(invoice)
        if desk.dry_run:
            return dry_answer(desk, invoice, "mark {} as paid, not through Stripe")
        remote = push(desk, gateway, invoice)
        _pay(desk, gateway, known_invoice(desk, invoice.number), remote, text)
        fresh = known_invoice(desk, invoice.number)
        if not is_noted(fresh, text):  # another process has noted another payment meanwhile
            check_open(fresh)
        total = display_amount(fresh.amount_paid_minor, desk.ledger.currency)
        note = paid_note(fresh.number, f"{total}, not through Stripe")
        return Answer({"invoice": invoice_object(desk, fresh)}, (note,))

    request = {"command": "invoice mark-paid", "invoice": name, "reference": reference}
    return once(desk, request, do)


def void(
    desk: Desk, name: str, reason: str | None = None
) -> Answer[InvoiceAnswer | InvoicesAnswer]:
    """I6: void an open invoice at Stripe, where a draft is deleted; its month is billable again.
    The reason is kept there and in the log."""
    gateway = stripe_gateway(desk)

    def do() -> Answer[InvoiceAnswer | InvoicesAnswer]:
        invoice = known_invoice(desk, name)
        check_voidable(invoice)
        if desk.dry_run:
            return dry_answer(desk, invoice, f"void {{}}; {invoice.period} could be billed again")
        void_everywhere(desk, gateway, invoice, reason)
        found = [invoice_object(desk, known_invoice(desk, invoice.number))]
        return Answer(invoices_data(found), (voided_note(invoice),))

    return once(desk, {"command": "invoice void", "invoice": name, "reason": reason}, do)


def dry_answer(desk: Desk, invoice: Invoice, would: str) -> Answer[InvoiceAnswer]:
    """What a dry run answers where Stripe would have to be asked; `would` has {} for the invoice
    and what it comes to."""
    total = display_amount(invoice.total_minor, desk.ledger.currency)
    message = f"Would {would.format(f'{invoice.number} over {total}')}"
    notes = (Note("would", message, "info", invoice.number), NOT_CALLED)
    return Answer({"invoice": invoice_object(desk, invoice), "dry_run": True}, notes)


def void_everywhere(desk: Desk, gateway: Gateway, invoice: Invoice, reason: str | None) -> None:
    """Void an invoice here and whatever stands at Stripe under its number; one that never got
    there, or was deleted there, is voided here.

    Raises Refused `invoice_paid`, before anything is done, when one of them was paid, and
    `invoice_uncollectible` when the one that is known was given up.
    """
    found = all_ours(desk, gateway, invoice, known_customer(desk, gateway))
    for remote in found:
        is_known = remote.id == invoice.gateway_id
        if remote.status == PAID or (remote.status == UNCOLLECTIBLE and is_known):
            if is_known:
                sync_invoice(desk, gateway, invoice, remote)
            check_voidable(invoice._replace(status=remote.status))
    for remote in found:
        _remove(desk, gateway, invoice, remote, reason)
    final = [gateway.invoice(remote.id) for remote in found if remote.status != DRAFT]
    if final:
        chosen = [remote for remote in final if remote.id == invoice.gateway_id] or final
        sync_invoice(desk, gateway, invoice, chosen[-1])
    with desk.writing() as writer:
        now = known_invoice(desk, invoice.number)
        if now == invoice:  # nobody brought it to Stripe since it was looked for there
            writer.record(*events.invoice_voided(invoice.number), reason=reason)
            return
    if now.status != VOID:
        check_voidable(now)
        void_everywhere(desk, gateway, now, reason)


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


def _pay(
    desk: Desk,
    gateway: Gateway,
    invoice: Invoice,
    remote: RemoteInvoice,
    reference: str | None,
) -> None:
    """Pay it out of band; `push` has just seen that it is as closed."""
    if _paid_outside(remote) and remote.reference == reference:
        # The answer to an earlier try was lost, or came to another copy of the ledger.
        take_over(desk, _outside(invoice), {"invoice": remote.id}, remote.brief())
        return
    check_open(invoice)
    if remote.reference != reference:  # that of an earlier try, which got no further, goes
        annotate(desk, gateway, invoice, "reference", reference or "")

    def perform(key: str) -> dict[str, Any]:
        return gateway.pay_outside(remote.id, key).brief()

    def find() -> dict[str, Any] | None:
        there = gateway.invoice(remote.id)
        return there.brief() if _paid_outside(there) else None

    carry_out(
        desk,
        _outside(invoice),
        {"invoice": remote.id},
        perform=perform,
        find=find,
    )
    sync_invoice(desk, gateway, invoice, gateway.invoice(remote.id))


def _outside(invoice: Invoice) -> str:
    return f"invoice/{invoice.number}/paid-outside"


def _paid_outside(remote: RemoteInvoice) -> bool:
    return remote.status == PAID and remote.outside_minor > 0


def _no_card_paid(gateway: Gateway, invoice: Invoice) -> bool:
    """Was it noted that no card paid it, by whichever copy, or before it came to Stripe? Whoever
    marks as paid what a card has paid may have been paid twice. It is Stripe that knows: a dry run
    asks, too."""
    if invoice.gateway_id is None:
        return True
    remote = gateway.known_invoice(invoice.gateway_id)
    return remote is not None and _paid_outside(remote)


def _checked(reference: str | None) -> str | None:
    if reference is None:
        return None
    text = clean(reference)
    if not text or len(text) > LONGEST_REMARK or not is_plain_line(text):
        raise BadInput(
            "bad_reference",
            f"How it was paid must be 1 to {LONGEST_REMARK} printable characters",
            subject="--reference",
        )
    return text
