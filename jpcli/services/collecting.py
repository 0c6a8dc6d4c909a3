"""Bringing a closed invoice to Stripe and collecting it (I5), each step through the outbox.

Owns the steps: customer, draft, one item a line, compare, finalize, charge the cards in order,
read back. Killed anywhere, the same command goes on where it was. What the invoice's status is
comes from Stripe alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jpcli.domain.closing import OPEN, VOID
from jpcli.domain.errors import Declined, Failed
from jpcli.domain.money import amount_text, display_day_price
from jpcli.ledger import invoices
from jpcli.ledger.cards import cards
from jpcli.payments.gateway import LineItem
from jpcli.services.outbox import carry_out
from jpcli.services.remarks import annotate
from jpcli.services.stripe_cards import ensure_customer, sync_cards

if TYPE_CHECKING:
    from jpcli.domain.invoice import Line
    from jpcli.ledger.invoices import Invoice
    from jpcli.payments.gateway import Gateway, RemoteInvoice, RemoteMoney
    from jpcli.services.desk import Desk

# Stripe takes 250 items an invoice; what is more is folded into the last one.
MOST_ITEMS = 250
_SECOND = 1_000_000


def push(desk: Desk, gateway: Gateway, invoice: Invoice) -> RemoteInvoice:
    """Bring a closed invoice to Stripe, line by line, and finalize it.

    Raises Failed `total_mismatch` before finalizing when Stripe's total is not ours.
    """
    customer = ensure_customer(desk, gateway)
    items = line_items(desk, invoice)
    invoice_id = _draft(desk, gateway, invoice, customer)
    remote = gateway.invoice(invoice_id)
    if remote.status == "draft":
        _add_items(desk, gateway, invoice, customer, invoice_id, items)
        remote = gateway.invoice(invoice_id)
        _check_totals(desk, gateway, invoice, remote, items)
        carry_out(
            desk,
            f"invoice/{invoice.number}/finalize",
            {"invoice": invoice_id},
            perform=lambda key: _brief(gateway.finalize(invoice_id, key)),
            find=lambda: _finalized(gateway.invoice(invoice_id)),
        )
    return sync_invoice(desk, invoice, gateway.invoice(invoice_id))


def pay(desk: Desk, gateway: Gateway, invoice: Invoice) -> RemoteInvoice:
    """I5: charge the primary card, then the others in order, until one is not declined.

    Raises Declined with the last card's reason; the invoice stays open. Without a card it stays
    open, too, and nothing is raised.
    """
    assert invoice.gateway_id is not None
    invoice_id = invoice.gateway_id
    remote = gateway.invoice(invoice_id)
    sync_cards(desk, gateway)
    on_file = sorted(cards(desk.ledger), key=lambda card: not card.primary)
    declined: Declined | None = None
    for card in on_file:
        if remote.status != OPEN or remote.due_minor <= 0:
            break
        try:
            _charge(desk, gateway, invoice, invoice_id, card.id)
            declined = None
        except Declined as error:
            declined = error
        remote = gateway.invoice(invoice_id)
    remote = sync_invoice(desk, invoice, remote)
    if declined is not None and remote.status == OPEN:
        raise _with_page(declined, invoice, remote)
    return remote


def _charge(desk: Desk, gateway: Gateway, invoice: Invoice, invoice_id: str, card_id: str) -> None:
    carry_out(
        desk,
        f"invoice/{invoice.number}/pay/{card_id}",
        {"invoice": invoice_id, "card": card_id},
        perform=lambda key: _brief(gateway.pay(invoice_id, card_id, key)),
        find=lambda: _paid(gateway.invoice(invoice_id)),
    )


def void_remote(
    desk: Desk, gateway: Gateway, invoice: Invoice, reason: str | None = None
) -> RemoteInvoice:
    """Void an open invoice at Stripe; the reason is kept there, too, and comes back with it."""
    assert invoice.gateway_id is not None
    invoice_id = invoice.gateway_id
    if reason:
        annotate(desk, gateway, invoice, "void_reason", reason)
    carry_out(
        desk,
        f"invoice/{invoice.number}/void",
        {"invoice": invoice_id},
        perform=lambda key: _brief(gateway.void(invoice_id, key)),
        find=lambda: _voided(gateway.invoice(invoice_id)),
    )
    return sync_invoice(desk, invoice, gateway.invoice(invoice_id))


def sync_invoice(
    desk: Desk, invoice: Invoice, remote: RemoteInvoice, money: RemoteMoney | None = None
) -> RemoteInvoice:
    """Take over what Stripe says of an invoice; nothing is recorded when nothing is new.

    Without `money` what went back of it was not asked for, and stays as it is known.
    """
    data = {
        "status": remote.status,
        "amount_paid_minor": remote.paid_minor,
        "paid_at": remote.paid_at,
        "gateway_id": remote.id,
        "page_url": remote.page_url,
        "pdf_url": remote.pdf_url,
        "reference": remote.reference,
        **({} if money is None else money._asdict()),
    }
    with desk.writing() as writer:
        known = invoices.by_number(desk.ledger, invoice.number)
        assert known is not None
        if any(getattr(known, name) != value for name, value in data.items()):
            reason = remote.void_reason if remote.status == VOID else None
            writer.record("invoice.synced", invoice.number, data, reason=reason)
    return remote


def line_items(desk: Desk, invoice: Invoice) -> list[LineItem]:
    """Our lines as items of Stripe's: an integer amount, and how it came about."""
    lines = invoices.lines_of(desk.ledger, invoice.id)
    items = [_item(desk, invoice, position, line) for position, line in enumerate(lines)]
    if len(items) <= MOST_ITEMS:
        return items
    kept, folded = items[: MOST_ITEMS - 1], items[MOST_ITEMS - 1 :]
    amount_minor = sum(item.amount_minor for item in folded)
    remark = f"{len(folded)} more lines, see {invoice.number}"
    return [*kept, folded[0]._replace(amount_minor=amount_minor, description=remark)]


def _item(desk: Desk, invoice: Invoice, position: int, line: Line) -> LineItem:
    calendar, currency = desk.ledger.calendar, desk.ledger.currency
    first_day, last_day = invoice.first_day, invoice.last_day
    if line.kind == "credit":
        text = line.name
    else:
        first_day, last_day = line.first_day, line.last_day
        price = display_day_price(line.day_price_e12, currency)
        unit = "bundle-days" if line.bundle_size > 1 else "days"
        text = f"{line.name}: {line.days:,} {unit} × {price}"
        if line.period is not None:
            text += f", correction of {line.period}"
    return LineItem(
        position,
        line.amount_minor,
        text[:500],
        calendar.start_of(first_day),
        calendar.end_of(last_day) - _SECOND,
    )


def _draft(desk: Desk, gateway: Gateway, invoice: Invoice, customer: str) -> str:
    metadata = {
        "jpcli_ledger": desk.ledger.meta["ledger_id"],
        "jpcli_content_hash": invoice.content_hash,
    }
    currency = desk.ledger.currency
    made: dict[str, str] = carry_out(
        desk,
        f"invoice/{invoice.number}/create",
        {"customer": customer, "currency": currency, **metadata},
        perform=lambda key: _brief(
            gateway.create_invoice(customer, invoice.number, currency, metadata, key)
        ),
        find=lambda: _brief_or_none(gateway.find_invoice(customer, invoice.number)),
    )
    return made["id"]


def _add_items(
    desk: Desk,
    gateway: Gateway,
    invoice: Invoice,
    customer: str,
    invoice_id: str,
    items: list[LineItem],
) -> None:
    for item in items:
        _add_item(desk, gateway, invoice, customer, invoice_id, item)


def _add_item(
    desk: Desk,
    gateway: Gateway,
    invoice: Invoice,
    customer: str,
    invoice_id: str,
    item: LineItem,
) -> None:
    currency = desk.ledger.currency
    metadata = {"jpcli_ledger": desk.ledger.meta["ledger_id"], "jpcli_number": invoice.number}

    def perform(key: str) -> dict[str, str]:
        added = gateway.add_line(customer, invoice_id, item, currency, metadata, key)
        return {"id": added}

    carry_out(
        desk,
        f"invoice/{invoice.number}/line/{item.position}",
        {"invoice": invoice_id, "currency": currency, "item": list(item)},
        perform=perform,
        find=lambda: _known_line(gateway, invoice_id, item.position),
    )


def _check_totals(
    desk: Desk,
    gateway: Gateway,
    invoice: Invoice,
    remote: RemoteInvoice,
    items: list[LineItem],
) -> None:
    """What Stripe would charge is what was closed, or nothing is finalized."""
    lines = gateway.lines(remote.id)
    same_lines = sorted(line.amount_minor for line in lines) == sorted(
        i.amount_minor for i in items
    )
    currency = desk.ledger.currency
    if remote.total_minor == invoice.total_minor and remote.currency == currency and same_lines:
        return
    raise Failed(
        "total_mismatch",
        f"Stripe has {amount_text(remote.total_minor, currency)} {remote.currency.upper()} in"
        f" {len(lines)} lines for {invoice.number}, jpcli"
        f" {amount_text(invoice.total_minor, currency)} {currency.upper()} in {len(items)};"
        " it stays a draft",
        hint="See the difference:   jpcli invoice reconcile",
        subject=invoice.number,
    )


def _known_line(gateway: Gateway, invoice_id: str, position: int) -> dict[str, str] | None:
    for line in gateway.lines(invoice_id):
        if line.position == position:
            return {"id": line.id}
    return None


def _with_page(error: Declined, invoice: Invoice, remote: RemoteInvoice) -> Declined:
    """The decline with where to pay: a bank that wants the cardholder can be satisfied there."""
    hint = error.hint or ""
    if remote.page_url is not None:
        hint = f"{hint}   {remote.page_url}".strip()
    return Declined(
        error.code,
        f"{invoice.number} stays open: {error.message}",
        hint=hint,
        subject=invoice.number,
    )


def _brief(remote: RemoteInvoice) -> dict[str, Any]:
    return {"id": remote.id, "status": remote.status}


def _brief_or_none(remote: RemoteInvoice | None) -> dict[str, Any] | None:
    return None if remote is None else _brief(remote)


def _finalized(remote: RemoteInvoice) -> dict[str, Any] | None:
    return None if remote.status == "draft" else _brief(remote)


def _paid(remote: RemoteInvoice) -> dict[str, Any] | None:
    return _brief(remote) if remote.status == "paid" else None


def _voided(remote: RemoteInvoice) -> dict[str, Any] | None:
    return _brief(remote) if remote.status == "void" else None
