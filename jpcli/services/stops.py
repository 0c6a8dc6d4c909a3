"""What stops work unless something is done, and from which day (R1, R2, R4).

Owns what is told before it happens; the refusals themselves are in `refusals`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jpcli.domain.cards import describe, ends_this_month
from jpcli.domain.money import display_amount
from jpcli.domain.periods import month_of, month_period, parse_month
from jpcli.domain.words import quoted
from jpcli.ledger.queries.cards import cards
from jpcli.ledger.queries.collection import way_of
from jpcli.services.invoices.invoices import late
from jpcli.services.jetpack.waiting import wish_stops

if TYPE_CHECKING:
    from jpcli.domain.cards import Card
    from jpcli.domain.contract.status import StopObject
    from jpcli.ledger.queries.invoices import Invoice
    from jpcli.services.desk import Desk
    from jpcli.services.pending import Pending


def stops(desk: Desk, unpaid: list[Invoice], wishes: list[Pending]) -> list[StopObject]:
    """No primary card, invoices that are or become past due, cards that end this month, calls to
    Jetpack of which nobody knows what came: what comes first is first."""
    on_file = cards(desk.ledger)
    has_primary = any(card.primary for card in on_file)
    today = desk.ledger.calendar.date_of(desk.today)
    found = [
        *(() if has_primary else (_no_card(desk, on_file),)),
        *(_past_due(desk, invoice) for invoice in unpaid),
        *(_expired(desk, card) for card in on_file if ends_this_month(card, today)),
        *wish_stops(desk, wishes),
    ]
    return sorted(found, key=lambda stop: stop["starts_on"])


def _no_card(desk: Desk, on_file: list[Card]) -> StopObject:
    return {
        "code": "no_primary_card",
        "starts_on": desk.ledger.calendar.iso(desk.today),
        "subject": None,
        "message": "There is no primary card: issuing is paused",
        "command": f"jpcli cards primary {quoted(on_file[0].id)}" if on_file else _add_card(desk),
    }


def _past_due(desk: Desk, invoice: Invoice) -> StopObject:
    """R2: issuing and assigning wait from the day after the due date on."""
    since = desk.ledger.calendar.iso(invoice.due_day + 1)
    amount = display_amount(invoice.total_minor, desk.ledger.currency)
    if late(desk, invoice):
        what = f"is past due since {since}: issuing and assigning wait until it is paid"
    else:
        what = f"is past due from {since} on: issuing and assigning wait unless it is paid before"
    return {
        "code": "invoice_past_due",
        "starts_on": since,
        "subject": invoice.number,
        "message": f"{invoice.number} over {amount} {what}",
        "command": way_of(desk.ledger).command(invoice.number),
    }


def _expired(desk: Desk, card: Card) -> StopObject:
    """R4: refuses nothing, but a card that has ended is declined, which leads to R2."""
    calendar = desk.ledger.calendar
    month = month_of(calendar, desk.today)
    end = month_period(calendar, *parse_month(month)).last_day
    what = "the primary card" if card.primary else "a card that is charged after it"
    return {
        "code": "card_expired",
        "starts_on": calendar.iso(end + 1),
        "subject": card.id,
        "message": f"{describe(card)}, {what}, ends with {month}",
        "command": _add_card(desk),
    }


def _add_card(desk: Desk) -> str:
    return way_of(desk.ledger).add_card(primary=True)
