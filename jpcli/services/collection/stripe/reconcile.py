"""Our closed invoices against Stripe's, line by line.

Owns what counts as a difference; finds a hand edit on either side.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jpcli.domain.invoice_status import PAID, VOID
from jpcli.domain.money import amount_text
from jpcli.ledger.events.log import begun_at
from jpcli.services.collection.stripe.cards import known_customer
from jpcli.services.collection.stripe.draft import line_items
from jpcli.services.collection.stripe.remote_invoice import WEEK_MICROSECONDS, is_of_ledger
from jpcli.services.invoices.money import known_money, money_at

if TYPE_CHECKING:
    from jpcli.domain.contract.collection import DifferenceObject
    from jpcli.ledger.queries.invoices import Invoice
    from jpcli.payments.gateway import Gateway, RemoteInvoice, RemoteMoney
    from jpcli.services.desk import Desk


def differences(
    desk: Desk, gateway: Gateway, chosen: list[Invoice], *, all_of_them: bool
) -> list[DifferenceObject]:
    """Every difference as {invoice, what, ours, stripe}; with `all_of_them` also invoices that
    only Stripe has, and a second customer of this ledger."""
    there = _at_stripe(desk, gateway)
    found: list[DifferenceObject] = []
    for invoice in chosen:
        mine = [r for r in there if r.our_number == invoice.number or r.id == invoice.gateway_id]
        found += _one(desk, gateway, invoice, mine)
    if all_of_them:
        known = {invoice.number for invoice in chosen}
        for remote in there:
            if remote.our_number is not None and remote.our_number not in known:
                found.append(_difference(remote.our_number, "invoice", None, remote.status))
        customers = gateway.find_customers(desk.ledger.meta["ledger_id"])
        ours = known_customer(desk, gateway)
        found += [_difference("", "customer", ours, c) for c in customers if c != ours]
    return found


def _at_stripe(desk: Desk, gateway: Gateway) -> list[RemoteInvoice]:
    """Everything that was made for this ledger: of its customers, and in the whole account since
    the ledger began, for a customer that was deleted."""
    customers = gateway.find_customers(desk.ledger.meta["ledger_id"])
    customer = known_customer(desk, gateway)
    if customer is not None:
        customers = [customer, *(c for c in customers if c != customer)]
    found = [remote for one in customers for remote in gateway.invoices_of(one)]
    since_at = begun_at(desk.ledger) - WEEK_MICROSECONDS
    found += [r for r in gateway.invoices_since(since_at) if is_of_ledger(desk, r)]
    return list({remote.id: remote for remote in found}.values())


def _one(
    desk: Desk, gateway: Gateway, invoice: Invoice, mine: list[RemoteInvoice]
) -> list[DifferenceObject]:
    """One invoice of ours against all that stand there under its number."""
    standing = [remote for remote in mine if remote.status != VOID] or mine[-1:]
    if not standing:
        empty = not line_items(desk, invoice)
        by_hand = invoice.status == PAID and invoice.gateway_id is None
        if invoice.status == VOID or empty or by_hand:
            return []  # before the ledger collected through Stripe it may have been paid by hand
        return [_difference(invoice.number, "invoice", invoice.status, None)]
    chosen = [remote for remote in standing if remote.id == invoice.gateway_id] or standing
    remote = chosen[0]
    found = [
        _difference(invoice.number, "invoice", None, f"{other.id} {other.status}")
        for other in standing
        if other.id != remote.id
    ]
    if VOID == invoice.status == remote.status:
        return found  # it charges nobody, whatever it said
    found += _heads(desk, invoice, remote, money_at(gateway, remote))
    return found + _lines(desk, gateway, invoice, remote)


def _heads(
    desk: Desk, invoice: Invoice, remote: RemoteInvoice, money: RemoteMoney
) -> list[DifferenceObject]:
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
        ("content_hash", invoice.content_hash, remote.content_hash),
        ("number", invoice.number, remote.our_number),
        ("ledger_id", desk.ledger.meta["ledger_id"], remote.ledger_id),
    ]
    return [
        _difference(invoice.number, what, ours, theirs)
        for what, ours, theirs in pairs
        if ours != theirs
    ]


def _lines(
    desk: Desk, gateway: Gateway, invoice: Invoice, remote: RemoteInvoice
) -> list[DifferenceObject]:
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


def _difference(number: str, what: str, ours: str | None, theirs: str | None) -> DifferenceObject:
    return {"invoice": number, "what": what, "ours": ours, "stripe": theirs}
