"""A closed invoice that a command names, and whether it can still be settled (I4, I6).

Owns the refusals that every way of settling shares. Nothing here writes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jpcli.domain.errors import BadInput, Refused
from jpcli.domain.invoice_status import PAID, UNCOLLECTIBLE, VOID
from jpcli.ledger.queries import invoices

if TYPE_CHECKING:
    from jpcli.ledger.queries.invoices import Invoice
    from jpcli.services.desk import Desk


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
