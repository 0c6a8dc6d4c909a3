"""What an invoice is made of at Stripe: an empty draft under our number, and its lines.

Owns what goes over the border: the ledger's terms, an integer amount a line, and how it came about,
in words. What makes two items the same is position, amount and days; the words are no part of that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jpcli.domain.adjustments import has_price, is_charged
from jpcli.domain.errors import Failed
from jpcli.domain.money import display_day_price
from jpcli.ledger.queries import invoice_lines
from jpcli.ledger.queries.collection import way_of
from jpcli.payments.gateway import DraftInvoice, LineItem
from jpcli.services.collection.stripe.outbox import carry_out

if TYPE_CHECKING:
    from jpcli.domain.calculator import Line
    from jpcli.ledger.database.connection import Ledger
    from jpcli.ledger.queries.invoices import Invoice
    from jpcli.payments.gateway import Gateway, RemoteInvoice
    from jpcli.services.desk import Desk

# Stripe takes 250 items an invoice; what is more is folded into the last one.
MOST_ITEMS = 250
_SECOND = 1_000_000


def make_draft(desk: Desk, gateway: Gateway, invoice: Invoice, customer: str) -> str:
    """The id of the invoice at Stripe, made as an empty draft where it is not there yet.

    Raises Failed about `number` when other invoices of the account have all that it may show.
    """
    metadata = {
        "jpcli_ledger": desk.ledger.meta["ledger_id"],
        "jpcli_content_hash": invoice.content_hash,
    }
    for public_number in public_numbers(desk.ledger, invoice.number):
        draft = DraftInvoice(
            invoice.number, public_number, desk.ledger.currency, _days_until_due(desk, invoice)
        )
        try:
            return _created(desk, gateway, draft, customer, metadata)
        except Failed as error:
            if error.subject != "number":
                raise
            taken = error
    raise taken


def _created(
    desk: Desk,
    gateway: Gateway,
    draft: DraftInvoice,
    customer: str,
    metadata: dict[str, str],
) -> str:
    made: dict[str, str] = carry_out(
        desk,
        f"invoice/{draft.number}/create",
        # Not the number that is shown: another invoice of the account may have it.
        {"customer": customer, "currency": draft.currency, **metadata},
        perform=lambda key: gateway.create_invoice(customer, draft, metadata, key).brief(),
        find=lambda: _brief(gateway.find_invoice(customer, draft.number)),
        holds=lambda made: gateway.known_invoice(made["id"]) is not None,
    )
    return made["id"]


def public_numbers(ledger: Ledger, number: str) -> tuple[str, str]:
    """What the payer may see as the number: ours, or ours with something of the ledger's where
    another ledger collects through the same account."""
    return number, f"{number}-{ledger.meta['ledger_id'][:4].upper()}"


def _days_until_due(desk: Desk, invoice: Invoice) -> int | None:
    """The days from today to the day that it was closed with (I4), so that the payer is told the
    same one also where Stripe gets it later; None where Stripe charges at once."""
    return max(0, invoice.due_day - desk.today) if way_of(desk.ledger).mails else None


def _brief(remote: RemoteInvoice | None) -> dict[str, Any] | None:
    return None if remote is None else remote.brief()


def line_items(desk: Desk, invoice: Invoice) -> list[LineItem]:
    """Our lines as items of Stripe's: an integer amount, and how it came about."""
    lines = invoice_lines.lines_of(desk.ledger, invoice.id)
    items = [
        _item(desk, invoice, position, line)
        for position, line in enumerate(lines)
        if is_charged(line)
    ]
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
        unit = "bundle-days" if line.bundle_size > 1 else "days"
        text = f"{line.name}: {line.days:,} {unit}"
        if has_price(line, currency):
            text += f" × {display_day_price(line.day_price_e12, currency)}"
        if line.period is not None:
            text += f", correction of {line.period}"
    return LineItem(
        position,
        line.amount_minor,
        text[:500],
        calendar.start_of(first_day),
        calendar.end_of(last_day) - _SECOND,
    )


def identity(item: LineItem) -> list[Any]:
    """What is asked for, without its wording."""
    return [item.position, item.amount_minor, item.first_at, item.last_at]
