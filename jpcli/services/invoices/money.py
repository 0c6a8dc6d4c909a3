"""What became of an invoice's money, in our words: collected, refunded, disputed, credited.

Owns the sums that are shown, the remarks where "paid" does not say it all, and taking over from
the gateway what happened after the payment. `net` is what the payee has of it in the end.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jpcli.domain.answers import Note
from jpcli.domain.invoice_status import PAID
from jpcli.domain.money import display_amount, money_json
from jpcli.payments.gateway import RemoteMoney

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jpcli.domain.contract.invoices import InvoiceMoney
    from jpcli.ledger.database.connection import Ledger
    from jpcli.ledger.queries.invoices import Invoice
    from jpcli.payments.gateway import Gateway, RemoteEvent, RemoteInvoice

# Set once refunds were looked for on every invoice; before that, events alone do not tell.
MONEY_SEEN = "stripe_money_seen"


def money_fields(invoice: Invoice, currency: str) -> InvoiceMoney:
    """The sums as the JSON contract has them; without a gateway nothing is ever refunded."""
    return {
        "collected": money_json(invoice.amount_paid_minor, currency),
        "refunded": money_json(invoice.refunded_minor, currency),
        "disputed": money_json(invoice.disputed_minor, currency),
        "credited": money_json(invoice.credited_minor, currency),
        "net": money_json(net_minor(invoice), currency),
    }


def net_minor(invoice: Invoice) -> int:
    """Collected, less what went back and what the bank holds back."""
    return invoice.amount_paid_minor - invoice.refunded_minor - invoice.disputed_minor


def known_money(invoice: Invoice) -> RemoteMoney:
    """What the ledger knows of refunds, disputes and credit."""
    return RemoteMoney(invoice.refunded_minor, invoice.disputed_minor, invoice.credited_minor)


def money_at(gateway: Gateway, remote: RemoteInvoice) -> RemoteMoney:
    """The same as the gateway has it; nothing is asked about what nobody paid or credited."""
    if not remote.paid_minor and not remote.credit_notes_minor:
        return RemoteMoney(0, 0, 0)
    return gateway.money(remote.id, has_credit_notes=bool(remote.credit_notes_minor))


def money_unseen(ledger: Ledger) -> bool:
    """Was this ledger synced only by a version that did not look for refunds?"""
    return ledger.fact(MONEY_SEEN) is None


def invoices_of(gateway: Gateway, events: Iterable[RemoteEvent]) -> set[str]:
    """The invoices that events are about; a charge or a dispute names only its payment."""
    events = tuple(events)
    payments = {e.payment_id for e in events if e.invoice_id is None and e.payment_id is not None}
    found = {event.invoice_id for event in events}
    found |= {gateway.invoice_of_payment(payment) for payment in sorted(payments)}
    return {invoice_id for invoice_id in found if invoice_id is not None}


def money_notes(invoice: Invoice, currency: str) -> tuple[Note, ...]:
    """Where the total, what was collected and what is left of it are not the same thing."""
    number = invoice.number

    def amount(minor: int) -> str:
        return display_amount(minor, currency)

    def remark(code: str, message: str) -> Note:
        return Note(code, f"{number}: {message}", "warning", number)

    notes = []
    expected = invoice.total_minor - invoice.credited_minor
    collected = invoice.amount_paid_minor
    if invoice.status == PAID and collected < expected:
        notes.append(
            remark(
                "paid_not_collected",
                f"counts as paid at Stripe, but only {amount(collected)} of {amount(expected)} was"
                " collected; the rest stands on the customer's balance there",
            )
        )
    if invoice.status == PAID and collected > invoice.total_minor:
        more = amount(collected - invoice.total_minor)
        notes.append(
            remark(
                "more_collected",
                f"{amount(collected)} was collected for {amount(invoice.total_minor)};"
                f" {more} was carried on the customer's balance from before",
            )
        )
    if invoice.credited_minor:
        notes.append(remark("credited", f"{amount(invoice.credited_minor)} was credited at Stripe"))
    if invoice.refunded_minor:
        message = f"{amount(invoice.refunded_minor)} of {amount(collected)} was refunded at Stripe"
        notes.append(remark("refunded", message))
    if invoice.disputed_minor:
        message = f"{amount(invoice.disputed_minor)} is disputed by the cardholder's bank"
        notes.append(remark("disputed", message))
    return tuple(notes)


def page_notes(invoice: Invoice) -> tuple[Note, ...]:
    """Where the payer sees the invoice, and has it as a file."""
    if invoice.page_url is None:
        return ()
    notes = [Note("hosted_page", f"{invoice.number} at Stripe: {invoice.page_url}")]
    if invoice.gateway_number not in (None, invoice.number):
        notes.append(Note("other_number", f"It is {invoice.gateway_number} on that page"))
    if invoice.pdf_url is not None:
        notes.append(Note("hosted_pdf", f"as PDF: {invoice.pdf_url}"))
    return tuple(notes)
