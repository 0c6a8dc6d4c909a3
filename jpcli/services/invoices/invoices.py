"""Closed invoices: list, show, mark as paid, void (I4, I6)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jpcli.domain.adjustments import PAID, UNCOLLECTIBLE, VOID, is_past_due
from jpcli.domain.answers import Answer, Note
from jpcli.domain.errors import BadInput, Refused
from jpcli.domain.instants import format_instant
from jpcli.domain.money import display_amount, money_json
from jpcli.ledger.queries import invoices
from jpcli.services.billing.preview import line_object
from jpcli.services.change import change
from jpcli.services.invoices.attempts import attempt_fields, attempt_notes
from jpcli.services.invoices.money import money_fields, money_notes, page_notes

if TYPE_CHECKING:
    from jpcli.ledger.queries.invoices import Invoice
    from jpcli.ledger.writer import Writer
    from jpcli.services.desk import Desk


def list_invoices(desk: Desk, limit: int | None = None) -> Answer:
    """Closed invoices, the newest month first, without their lines."""
    found = invoices.invoices(desk.ledger)
    shown = found[:limit] if limit else found
    data = {
        "invoices": [invoice_object(desk, invoice, lines=False) for invoice in shown],
        "total": len(found),
    }
    return Answer(data)


def show(desk: Desk, name: str) -> Answer:
    """One invoice by its number, or by its month, with its attempts, its money and where it is."""
    invoice = known_invoice(desk, name)
    notes = (
        *attempt_notes(desk, invoice),
        *money_notes(invoice, desk.ledger.currency),
        *page_notes(invoice),
    )
    return Answer({"invoice": invoice_object(desk, invoice)}, notes)


def mark_paid(desk: Desk, name: str, reference: str | None = None) -> Answer:
    """Note that an open invoice was paid outside of jpcli, all of it.

    Raises Refused `already_paid` or `invoice_void`.
    """
    request = {"command": "invoice mark-paid", "invoice": name, "reference": reference}

    def do(writer: Writer) -> Answer:
        invoice = known_invoice(desk, name)
        check_open(invoice)
        at = desk.effective_at(end_of_day=True)
        if at < invoice.closed_at:
            raise BadInput(
                "before_last_event",
                f"{format_instant(at)} is before {invoice.number} was closed",
                subject=invoice.number,
            )
        data = {"reference": reference, "amount_minor": invoice.total_minor}
        writer.record("invoice.paid", invoice.number, data, at=at)
        writer.flush()
        total = display_amount(invoice.total_minor, desk.ledger.currency)
        note = Note("paid", f"{invoice.number} is paid: {total}", "ok", invoice.number)
        return Answer({"invoice": _again(desk, invoice)}, (note,))

    return change(desk, request, do)


def void(desk: Desk, name: str, reason: str | None = None) -> Answer:
    """Void an open invoice; its month is billable again (I6).

    Raises Refused `invoice_paid` or `invoice_void`.
    """
    request = {"command": "invoice void", "invoice": name, "reason": reason}

    def do(writer: Writer) -> Answer:
        invoice = known_invoice(desk, name)
        check_voidable(invoice)
        writer.record("invoice.voided", invoice.number, {}, reason=reason)
        writer.flush()
        message = f"{invoice.number} is void; {invoice.period} can be billed again"
        hint = f"jpcli invoice close {invoice.period}"
        note = Note("voided", message, "ok", invoice.number, hint)
        return Answer({"invoice": _again(desk, invoice)}, (note,))

    return change(desk, request, do)


def known_invoice(desk: Desk, name: str) -> Invoice:
    """An invoice by number or month; BadInput `unknown_invoice`."""
    found = invoices.by_number(desk.ledger, name) or invoices.of_period(desk.ledger, name)
    if found is None:
        raise BadInput(
            "unknown_invoice",
            f"There is no invoice {name}",
            hint="See them:   jpcli invoice list",
            subject=name,
        )
    return found


def invoice_object(desk: Desk, invoice: Invoice, *, lines: bool = True) -> dict[str, Any]:
    """An invoice as the JSON contract has it."""
    ledger, currency = desk.ledger, desk.ledger.currency
    iso = ledger.calendar.iso
    found: dict[str, Any] = {
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
    if lines:
        found["lines"] = [line_object(desk, line) for line in invoices.lines_of(ledger, invoice.id)]
    return found


def late(desk: Desk, invoice: Invoice) -> bool:
    """I4: is it past due today?"""
    return is_past_due(invoice.status, invoice.due_day, desk.today, invoice.total_minor)


def check_voidable(invoice: Invoice) -> None:
    """I6: only an open invoice can be voided (Refused `invoice_paid`, `invoice_void`)."""
    if invoice.status == PAID:
        raise Refused(
            "invoice_paid",
            f"{invoice.number} is paid; only an open invoice can be voided",
            hint="What was wrong on it is corrected by adjustments on the next invoice.",
            subject=invoice.number,
        )
    check_open(invoice)


def check_open(invoice: Invoice) -> None:
    """Refuse what is settled already: `already_paid`, and as `check_not_given_up`."""
    if invoice.status == PAID:
        raise Refused(
            "already_paid",
            f"{invoice.number} is paid already",
            hint=f"See it:   jpcli invoice show {invoice.number}",
            subject=invoice.number,
        )
    check_not_given_up(invoice)


def check_not_given_up(invoice: Invoice) -> None:
    """Refuse what nobody will pay: `invoice_void`, `invoice_uncollectible`."""
    if invoice.status == VOID:
        raise Refused(
            "invoice_void",
            f"{invoice.number} is void",
            hint=f"See what its month has now:   jpcli invoice preview {invoice.period}",
            subject=invoice.number,
        )
    if invoice.status == UNCOLLECTIBLE:
        raise Refused(
            "invoice_uncollectible",
            f"{invoice.number} was given up as uncollectible at Stripe",
            hint=f"See it:   jpcli invoice show {invoice.number}",
            subject=invoice.number,
        )


def _again(desk: Desk, invoice: Invoice) -> dict[str, Any]:
    fresh = invoices.by_number(desk.ledger, invoice.number)
    assert fresh is not None
    return invoice_object(desk, fresh)
