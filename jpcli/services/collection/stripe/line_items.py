"""The lines of a closed invoice as items of Stripe's.

Owns what goes over the border: an integer amount, and how it came about, in words. What makes two
items the same is position, amount and days; the words are no part of that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jpcli.domain.adjustments import is_charged
from jpcli.domain.money import display_day_price
from jpcli.ledger.queries import invoices
from jpcli.payments.gateway import LineItem

if TYPE_CHECKING:
    from jpcli.domain.calculator import Line
    from jpcli.ledger.queries.invoices import Invoice
    from jpcli.services.desk import Desk

# Stripe takes 250 items an invoice; what is more is folded into the last one.
MOST_ITEMS = 250
_SECOND = 1_000_000


def line_items(desk: Desk, invoice: Invoice) -> list[LineItem]:
    """Our lines as items of Stripe's: an integer amount, and how it came about."""
    lines = invoices.lines_of(desk.ledger, invoice.id)
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


def identity(item: LineItem) -> list[Any]:
    """What is asked for, without its wording."""
    return [item.position, item.amount_minor, item.first_at, item.last_at]
