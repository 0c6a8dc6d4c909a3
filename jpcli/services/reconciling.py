"""Our closed invoices against Stripe's, line by line.

Owns what counts as a difference; finds a hand edit on either side.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jpcli.domain.closing import VOID
from jpcli.domain.money import amount_text
from jpcli.services.collecting import line_items
from jpcli.services.payment_state import known_money, money_at
from jpcli.services.stripe_cards import ensure_customer

if TYPE_CHECKING:
    from jpcli.ledger.invoices import Invoice
    from jpcli.payments.gateway import Gateway, RemoteInvoice, RemoteMoney
    from jpcli.services.desk import Desk


def differences(
    desk: Desk, gateway: Gateway, chosen: list[Invoice], *, all_of_them: bool
) -> list[dict[str, Any]]:
    """Every difference as {invoice, what, ours, stripe}; with `all_of_them` also invoices that
    only Stripe has."""
    remote_by_number = gateway.our_invoices(ensure_customer(desk, gateway))
    found: list[dict[str, Any]] = []
    for invoice in chosen:
        remote = remote_by_number.get(invoice.number)
        if remote is None:
            empty = not line_items(desk, invoice)
            if invoice.status != VOID and not empty:
                found.append(_difference(invoice.number, "invoice", invoice.status, None))
            continue
        found += _heads(desk, invoice, remote, money_at(gateway, remote))
        found += _lines(desk, gateway, invoice, remote)
    if all_of_them:
        known = {invoice.number for invoice in chosen}
        for number in sorted(remote_by_number.keys() - known):
            found.append(_difference(number, "invoice", None, remote_by_number[number].status))
    return found


def _heads(
    desk: Desk, invoice: Invoice, remote: RemoteInvoice, money: RemoteMoney
) -> list[dict[str, Any]]:
    currency = desk.ledger.currency
    known = known_money(invoice)
    pairs = [
        ("status", invoice.status, remote.status),
        ("currency", currency, remote.currency),
        (
            "total",
            amount_text(invoice.total_minor, currency),
            amount_text(remote.total_minor, currency),
        ),
        (
            "amount_paid",
            amount_text(invoice.amount_paid_minor, currency),
            amount_text(remote.paid_minor, currency),
        ),
        *(
            (
                what,
                amount_text(getattr(known, f"{what}_minor"), currency),
                amount_text(getattr(money, f"{what}_minor"), currency),
            )
            for what in ("refunded", "disputed", "credited")
        ),
        ("stripe_invoice_id", invoice.gateway_id, remote.id),
    ]
    return [
        _difference(invoice.number, what, ours, theirs)
        for what, ours, theirs in pairs
        if ours != theirs
    ]


def _lines(
    desk: Desk, gateway: Gateway, invoice: Invoice, remote: RemoteInvoice
) -> list[dict[str, Any]]:
    currency = desk.ledger.currency
    ours = {
        item.position: f"{amount_text(item.amount_minor, currency)} {item.description}"
        for item in line_items(desk, invoice)
    }
    found = []
    seen: set[int] = set()
    for line in gateway.lines(remote.id):
        theirs = f"{amount_text(line.amount_minor, currency)} {line.description}"
        position = line.position
        if position is None or position not in ours or position in seen:
            found.append(_difference(invoice.number, "line", None, theirs))
            continue
        seen.add(position)
        if ours[position] != theirs:
            found.append(_difference(invoice.number, "line", ours[position], theirs))
    missing = sorted(ours.keys() - seen)
    return found + [_difference(invoice.number, "line", ours[p], None) for p in missing]


def _difference(number: str, what: str, ours: str | None, theirs: str | None) -> dict[str, Any]:
    return {"invoice": number, "what": what, "ours": ours, "stripe": theirs}
