"""Settling an invoice that nobody collects: paid by hand, or void (I6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jpcli.domain import events
from jpcli.domain.answers import Answer, Note
from jpcli.domain.errors import BadInput
from jpcli.domain.invoice_status import PAID
from jpcli.domain.money import display_amount
from jpcli.ledger.queries.collection import moved_to_stripe
from jpcli.services.by_hand import check_by_hand
from jpcli.services.change import change
from jpcli.services.invoices.invoices import invoice_object
from jpcli.services.invoices.known import check_open, check_voidable, known_invoice

if TYPE_CHECKING:
    from jpcli.domain.contract.invoices import InvoiceAnswer, InvoiceObject
    from jpcli.ledger.queries.invoices import Invoice
    from jpcli.ledger.writer import Writer
    from jpcli.services.desk import Desk


def mark_paid(desk: Desk, name: str, reference: str | None = None) -> Answer[InvoiceAnswer]:
    """Note that an open invoice was paid outside of jpcli, all of it; the same again is done
    already.

    Raises Refused `already_paid`, where it was paid otherwise, or `invoice_void`.
    """
    request = {"command": "invoice mark-paid", "invoice": name, "reference": reference}

    def do(writer: Writer) -> Answer[InvoiceAnswer]:
        check_by_hand(desk.ledger)
        invoice = known_invoice(desk, name)
        at = desk.effective_at(end_of_day=True)
        if is_noted(invoice, reference) and (desk.at_text is None or at == invoice.paid_at):
            return noted_already(desk, invoice)
        check_open(invoice)
        if at < invoice.closed_at:
            raise BadInput(
                "before_last_event",
                f"{desk.told(at)} is before {invoice.number} was closed",
                subject=invoice.number,
            )
        entry = events.invoice_paid(invoice.number, invoice.total_minor, reference)
        writer.record(*entry, at=at)
        writer.flush()
        total = display_amount(invoice.total_minor, desk.ledger.currency)
        return Answer({"invoice": _fresh(desk, invoice)}, (paid_note(invoice.number, total),))

    return change(desk, request, do, (lambda: moved_to_stripe(desk.ledger),))


def void(desk: Desk, name: str, reason: str | None = None) -> Answer[InvoiceAnswer]:
    """Void an open invoice; its month is billable again (I6).

    Raises Refused `invoice_paid` or `invoice_void`.
    """
    request = {"command": "invoice void", "invoice": name, "reason": reason}

    def do(writer: Writer) -> Answer[InvoiceAnswer]:
        check_by_hand(desk.ledger)
        invoice = known_invoice(desk, name)
        check_voidable(invoice)
        writer.record(*events.invoice_voided(invoice.number), reason=reason)
        writer.flush()
        return Answer({"invoice": _fresh(desk, invoice)}, (voided_note(invoice),))

    return change(desk, request, do, (lambda: moved_to_stripe(desk.ledger),))


def is_noted(invoice: Invoice, reference: str | None) -> bool:
    """Is it paid, and does what is known of that say how? Another reference is another payment."""
    return invoice.status == PAID and invoice.reference == reference


def noted_already(desk: Desk, invoice: Invoice) -> Answer[InvoiceAnswer]:
    """That there is nothing to note, whoever collects."""
    note = Note("already_paid", f"{invoice.number} is paid already", subject=invoice.number)
    return Answer({"invoice": invoice_object(desk, invoice)}, (note,))


def paid_note(number: str, what: str) -> Note:
    """That an invoice was paid by hand, whoever collects."""
    return Note("paid", f"Marked {number} as paid: {what}", "ok", number)


def voided_note(invoice: Invoice) -> Note:
    """That an invoice is void, whoever collects, and what bills its month again."""
    message = f"Voided {invoice.number}; {invoice.period} can be billed again"
    hint = f"jpcli invoice close {invoice.period}"
    return Note("voided", message, "ok", invoice.number, hint)


def _fresh(desk: Desk, invoice: Invoice) -> InvoiceObject:
    return invoice_object(desk, known_invoice(desk, invoice.number))
