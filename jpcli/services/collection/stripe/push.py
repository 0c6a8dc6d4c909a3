"""Bringing a closed invoice to Stripe and collecting it (I5), each step through the outbox.

Owns the steps: look, draft, all lines in one call, compare, finalize, compare, charge the cards in
order, read back. Killed anywhere, the same command goes on where it was. What the invoice's status
is comes from Stripe alone.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Any

from jpcli.domain import events
from jpcli.domain.errors import Failed, Refused
from jpcli.domain.invoice_status import DRAFT, OPEN, VOID
from jpcli.services.collection.stripe.cards import ensure_customer
from jpcli.services.collection.stripe.customer import check_address
from jpcli.services.collection.stripe.draft import identity, line_items, make_draft
from jpcli.services.collection.stripe.outbox import carry_out
from jpcli.services.collection.stripe.remote_invoice import (
    check_not_billed_again,
    check_origin,
    check_same,
    find_ours,
)
from jpcli.services.collection.stripe.strangers import check_billed_once, check_month_unbilled
from jpcli.services.invoices.known import check_not_given_up, check_open, known_invoice
from jpcli.services.invoices.money import money_at

if TYPE_CHECKING:
    from jpcli.ledger.queries.invoices import Invoice
    from jpcli.payments.gateway import Gateway, LineItem, RemoteInvoice, RemoteMoney
    from jpcli.services.desk import Desk


# What Stripe takes in a value of metadata.
LONGEST_REMARK = 500


def push(desk: Desk, gateway: Gateway, invoice: Invoice) -> RemoteInvoice:
    """Bring a closed invoice to Stripe with all its lines, and finalize it.

    What is there already is adopted if it is as closed, whatever the ledger remembers. Raises
    Failed `other_contents`, `total_mismatch`, `two_at_stripe` or `customer_deleted`, or Refused
    `billed_before` or as `check_open`, and then nothing is finalized or charged.
    """
    customer = ensure_customer(desk, gateway)
    items = line_items(desk, invoice)
    remote = find_ours(desk, gateway, invoice, customer)
    if remote is not None and remote.status == DRAFT and _is_orphan(gateway, remote, customer):
        delete_draft(desk, gateway, invoice, remote)
        remote = None
    if remote is None:
        check_open(invoice)  # what is settled here is not asked for anew because it is gone there
        check_address(desk, gateway)
        check_month_unbilled(desk, gateway, invoice, customer)
        remote = gateway.invoice(make_draft(desk, gateway, invoice, customer))
    if remote.status == VOID:
        return sync_invoice(desk, gateway, invoice, remote)
    check_origin(desk, invoice, remote)
    if remote.status == DRAFT:
        _add_items(desk, gateway, invoice, remote, items)
        remote = _finalize(desk, gateway, invoice, remote, items, customer)
    elif invoice.gateway_id == remote.id:
        remote = sync_invoice(desk, gateway, invoice, remote)
    check_same(desk, gateway, invoice, remote, items)
    # Of one that is adopted the events may have been read before, as of a stranger.
    money = money_at(gateway, remote) if invoice.gateway_id != remote.id else None
    remote = sync_invoice(desk, gateway, invoice, remote, money)
    if remote.status == OPEN and _is_orphan(gateway, remote, customer):
        raise _orphaned(invoice)
    return remote


def _finalize(
    desk: Desk,
    gateway: Gateway,
    invoice: Invoice,
    remote: RemoteInvoice,
    items: list[LineItem],
    customer: str,
) -> RemoteInvoice:
    there = gateway.invoices_of(customer)
    remote = next((r for r in there if r.id == remote.id), None) or gateway.invoice(remote.id)
    if remote.status == DRAFT:
        check_same(desk, gateway, invoice, remote, items)
        try:
            _check_still_wanted(desk, invoice, there)
        except Refused:
            delete_draft(desk, gateway, invoice, remote)
            raise
        carry_out(
            desk,
            f"invoice/{invoice.number}/finalize",
            {"invoice": remote.id},
            perform=lambda key: gateway.finalize(remote.id, key).brief(),
            find=lambda: _finalized(gateway.invoice(remote.id)),
            holds=lambda _: gateway.invoice(remote.id).status != DRAFT,
        )
    return gateway.invoice(remote.id)


def _check_still_wanted(desk: Desk, invoice: Invoice, there: list[RemoteInvoice]) -> None:
    """Refuse what came about while the draft was made: it was voided here (`invoice_void`), or a
    copy of this ledger brings its month there under another number (`billed_before`).

    Each of two looks when its own draft stands, so one at least sees the other's, and whoever does
    gives way. Both may; the next run of either finds nothing in its way then.
    """
    now = known_invoice(desk, invoice.number)
    if now.status == VOID:
        check_not_given_up(now)
    check_billed_once(desk, invoice, there)


def _is_orphan(gateway: Gateway, remote: RemoteInvoice, customer: str) -> bool:
    """Was the customer that it was made for deleted at Stripe?"""
    owner = remote.customer_id
    return owner not in (None, customer) and not gateway.has_customer(str(owner))


def _orphaned(invoice: Invoice) -> Failed:
    return Failed(
        "customer_deleted",
        f"{invoice.number} can't be charged: its customer was deleted at Stripe",
        hint="Void it, and close its month again for the new customer:"
        f"   jpcli invoice void {invoice.number}",
        subject=invoice.number,
    )


def void_remote(
    desk: Desk,
    gateway: Gateway,
    invoice: Invoice,
    remote: RemoteInvoice,
    reason: str | None = None,
) -> None:
    """Void an open invoice at Stripe; the reason is kept there, too, and comes back with it."""
    if (reason or None) != remote.void_reason:  # that of an earlier try, which got no further, goes
        named = invoice._replace(gateway_id=remote.id)
        annotate(desk, gateway, named, "void_reason", reason or "")
    carry_out(
        desk,
        f"invoice/{invoice.number}/void",
        {"invoice": remote.id},
        perform=lambda key: gateway.void(remote.id, key).brief(),
        find=lambda: _voided(gateway.invoice(remote.id)),
        holds=lambda _: gateway.invoice(remote.id).status == VOID,
    )


def delete_draft(desk: Desk, gateway: Gateway, invoice: Invoice, remote: RemoteInvoice) -> None:
    """Take a draft away at Stripe, with its lines; nobody ever saw it."""

    def perform(key: str) -> dict[str, str]:
        gateway.delete_draft(remote.id, key)
        return {"id": remote.id}

    def is_gone() -> bool:
        return gateway.known_invoice(remote.id) is None

    carry_out(
        desk,
        f"invoice/{invoice.number}/delete",
        {"invoice": remote.id},
        perform=perform,
        find=lambda: {"id": remote.id} if is_gone() else None,
        holds=lambda _: is_gone(),
    )


def annotate(desk: Desk, gateway: Gateway, invoice: Invoice, name: str, text: str) -> None:
    """Keep a remark of ours with the invoice, as `jpcli_<name>`: how it was paid, why it was void,
    that it was mailed. A restored ledger gets it back with it; setting it again is harmless."""
    assert invoice.gateway_id is not None
    invoice_id, metadata = invoice.gateway_id, {f"jpcli_{name}": text[:LONGEST_REMARK]}

    def perform(key: str) -> dict[str, str]:
        gateway.annotate(invoice_id, metadata, key)
        return {"id": invoice_id}

    # Another text is another wish: a command that failed may be repeated with a better one.
    digest = sha256(text.encode()).hexdigest()[:12]
    carry_out(
        desk,
        f"invoice/{invoice.number}/{name.replace('_', '-')}/{digest}",
        {"invoice": invoice_id, **metadata},
        perform=perform,
        find=lambda: None,
    )


def sync_invoice(
    desk: Desk,
    gateway: Gateway,
    invoice: Invoice,
    remote: RemoteInvoice,
    money: RemoteMoney | None = None,
) -> RemoteInvoice:
    """Take over what Stripe says of an invoice, and what that is; nothing is recorded when nothing
    is new.

    `invoice` is what was known before Stripe was looked at: where another process took something
    over since, this look may be the older one, and Stripe is asked once more. Without `money` what
    went back of it was not asked for, and stays as it is known. Raises Failed `void_here`.
    """
    while True:
        data = _as_there(remote, money)
        with desk.writing() as writer:
            known = known_invoice(desk, invoice.number)
            if all(getattr(known, name) == value for name, value in data.items()):
                return remote
            if known == invoice:
                check_not_billed_again(desk, known, remote)
                reason = remote.void_reason if remote.status == VOID else None
                writer.record(*events.invoice_synced(invoice.number, data), reason=reason)
                return remote
        there = gateway.known_invoice(remote.id)
        if there is None:
            return remote  # a draft that was voided, and so deleted
        invoice, remote = known, there
        money = None if money is None else money_at(gateway, remote)


def _as_there(remote: RemoteInvoice, money: RemoteMoney | None) -> dict[str, Any]:
    return {
        "status": remote.status,
        "amount_paid_minor": remote.paid_minor,
        "paid_at": remote.paid_at,
        "gateway_id": remote.id,
        "page_url": remote.page_url,
        "pdf_url": remote.pdf_url,
        "gateway_number": remote.number,
        # A try to note a wire may have left its remark before a card was charged.
        "reference": remote.reference if remote.outside_minor else None,
        **({} if money is None else money._asdict()),
    }


def _add_items(
    desk: Desk, gateway: Gateway, invoice: Invoice, remote: RemoteInvoice, items: list[LineItem]
) -> None:
    """Put on the draft what is missing there, in one call: all of it, or a line that was taken off
    by hand."""
    missing = _missing(gateway, remote.id, items)
    if not missing:
        return
    metadata = {"jpcli_ledger": desk.ledger.meta["ledger_id"], "jpcli_number": invoice.number}

    def perform(key: str) -> dict[str, str]:
        gateway.add_lines(remote.id, missing, metadata, key)
        return {"id": remote.id}

    carry_out(
        desk,
        f"invoice/{invoice.number}/lines",
        {"invoice": remote.id, "items": [identity(item) for item in missing]},
        perform=perform,
        find=lambda: None if _missing(gateway, remote.id, items) else {"id": remote.id},
        holds=lambda _: not _missing(gateway, remote.id, items),
    )


def _missing(gateway: Gateway, invoice_id: str, items: list[LineItem]) -> list[LineItem]:
    there = {line.position for line in gateway.lines(invoice_id)}
    return [item for item in items if item.position not in there]


def _finalized(remote: RemoteInvoice) -> dict[str, Any] | None:
    return None if remote.status == "draft" else remote.brief()


def _voided(remote: RemoteInvoice) -> dict[str, Any] | None:
    return remote.brief() if remote.status == "void" else None
