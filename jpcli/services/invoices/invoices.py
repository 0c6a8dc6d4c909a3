"""Closed invoices: list and show them (I4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jpcli.domain.answers import Answer, Note
from jpcli.domain.instants import format_instant
from jpcli.domain.invoice_status import is_past_due
from jpcli.domain.money import money_json
from jpcli.ledger.queries import invoice_lines, invoices
from jpcli.ledger.queries.collection import was_mailed
from jpcli.services.billing.preview import line_object
from jpcli.services.invoices.attempts import attempt_fields, attempt_notes
from jpcli.services.invoices.known import known_invoice
from jpcli.services.invoices.money import money_fields, money_notes, page_notes

if TYPE_CHECKING:
    from jpcli.domain.contract.invoices import (
        ClosedAnswer,
        InvoiceAnswer,
        InvoiceHead,
        InvoiceListAnswer,
        InvoiceObject,
    )
    from jpcli.ledger.queries.invoices import Invoice
    from jpcli.services.desk import Desk


def list_invoices(desk: Desk, limit: int | None = None) -> Answer[InvoiceListAnswer]:
    """Closed invoices, the newest month first, without their lines."""
    found = invoices.invoices(desk.ledger)
    shown = found[:limit] if limit else found
    data: InvoiceListAnswer = {
        "invoices": [invoice_head(desk, invoice) for invoice in shown],
        "total": len(found),
    }
    return Answer(data)


def show(desk: Desk, name: str) -> Answer[InvoiceAnswer]:
    """One invoice by its number, or by its month, with its attempts, its money and where it is."""
    invoice = known_invoice(desk, name)
    notes = (
        *_mailed(desk, invoice),
        *attempt_notes(desk, invoice),
        *money_notes(invoice, desk.ledger.currency),
        *page_notes(invoice),
    )
    return Answer({"invoice": invoice_object(desk, invoice)}, notes)


def _mailed(desk: Desk, invoice: Invoice) -> tuple[Note, ...]:
    if not was_mailed(desk.ledger, invoice):
        return ()
    return (Note("mailed", f"Stripe has mailed {invoice.number}", "info", invoice.number),)


def invoice_object(desk: Desk, invoice: Invoice) -> InvoiceObject:
    """An invoice as the JSON contract has it."""
    lines = invoice_lines.lines_of(desk.ledger, invoice.id)
    return {
        **invoice_head(desk, invoice),
        "head": invoice.head.hex(),
        "lines": [line_object(desk, line) for line in lines],
    }


def invoice_head(desk: Desk, invoice: Invoice) -> InvoiceHead:
    """The same without its lines."""
    ledger, currency = desk.ledger, desk.ledger.currency
    iso = ledger.calendar.iso
    return {
        "number": invoice.number,
        "period": invoice.period,
        "first_day": iso(invoice.first_day),
        "last_day": iso(invoice.last_day),
        "status": invoice.status,
        "past_due": late(desk, invoice),
        "due_date": iso(invoice.due_day),
        "total": money_json(invoice.total_minor, currency),
        "amount_paid": money_json(invoice.amount_paid_minor, currency),
        "stripe_invoice_id": invoice.gateway_id,
        "stripe_number": invoice.gateway_number,
        **money_fields(invoice, currency),
        **attempt_fields(desk, invoice),
        "page_url": invoice.page_url,
        "hosted_url": invoice.page_url,
        "pdf_url": invoice.pdf_url,
        "closed_at": format_instant(invoice.closed_at),
        "paid_at": None if invoice.paid_at is None else format_instant(invoice.paid_at),
        "reference": invoice.reference,
        "content_hash": invoice.content_hash,
    }


def invoices_data(found: list[InvoiceObject]) -> ClosedAnswer:
    """What every command on closed invoices answers: all of them, and the last one by itself."""
    return {"invoice": found[-1] if found else None, "invoices": found}


def late(desk: Desk, invoice: Invoice) -> bool:
    """I4: is it past due today?"""
    return is_past_due(invoice.status, invoice.due_day, desk.today, invoice.total_minor)
