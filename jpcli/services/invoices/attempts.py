"""Attempts to charge a card, as they are shown, and when the next one is.

The rules are in `jpcli.domain.dunning`; who charges and writes attempts down is in `collection`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jpcli.domain import dunning
from jpcli.domain.answers import Note
from jpcli.domain.instants import format_instant
from jpcli.domain.invoice_status import is_unpaid
from jpcli.ledger.queries.attempts import attempts
from jpcli.ledger.queries.cards import cards
from jpcli.ledger.queries.collection import way_of

if TYPE_CHECKING:
    from jpcli.domain.contract.invoices import AttemptObject, InvoiceAttempts
    from jpcli.domain.dunning import Attempt
    from jpcli.ledger.queries.invoices import Invoice
    from jpcli.services.desk import Desk


def attempt_fields(desk: Desk, invoice: Invoice) -> InvoiceAttempts:
    """What was tried and when the next try is, as the JSON contract has it."""
    made = attempts(desk.ledger, invoice.number)
    day = next_attempt_day(desk, invoice)
    return {
        "attempts": [_attempt_object(attempt) for attempt in made],
        "next_attempt": None if day is None else desk.ledger.calendar.iso(day),
    }


def next_attempt_day(desk: Desk, invoice: Invoice) -> int | None:
    """The first billing day on which `invoice close --due` charges a card for it; None: on none,
    because it is paid, collected by hand, without a card, or given up."""
    if not way_of(desk.ledger).charges or not is_unpaid(invoice.status, invoice.total_minor):
        return None
    on_file = [card.id for card in cards(desk.ledger)]
    return dunning.next_attempt(invoice.number, on_file, attempts(desk.ledger), desk.today)


def attempt_notes(desk: Desk, invoice: Invoice) -> tuple[Note, ...]:
    """Every attempt in words, and when the next one is."""
    made = attempts(desk.ledger, invoice.number)
    notes = [_attempt_note(desk, attempt) for attempt in made]
    if made and is_unpaid(invoice.status, invoice.total_minor):
        kind = "info" if next_attempt_day(desk, invoice) is not None else "warning"
        hint = f"Charge it now:   jpcli invoice pay {invoice.number}"
        message = f"{invoice.number}: {when_next(desk, invoice)}"
        notes.append(Note("next_attempt", message, kind, invoice.number, hint))
    return tuple(notes)


def when_next(desk: Desk, invoice: Invoice) -> str:
    """When a card is charged again by itself, as the end of a sentence."""
    day = next_attempt_day(desk, invoice)
    if day is None:
        return "no card is charged again by itself"
    return f"the next attempt is on {desk.ledger.calendar.iso(day)}"


def _attempt_note(desk: Desk, attempt: Attempt) -> Note:
    code = "" if attempt.code is None else f" ({attempt.code})"
    message = f"{attempt.card_name} {attempt.outcome} at {desk.told(attempt.at)}{code}"
    kind = "ok" if attempt.outcome == dunning.PAID else "warning"
    return Note("attempt", message, kind, attempt.invoice)


def _attempt_object(attempt: Attempt) -> AttemptObject:
    return {
        "card": attempt.card,
        "card_name": attempt.card_name,
        "at": format_instant(attempt.at),
        "outcome": attempt.outcome,
        "code": attempt.code,
        "advice": attempt.advice,
    }
