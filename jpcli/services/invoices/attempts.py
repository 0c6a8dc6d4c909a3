"""Attempts to charge a card: written down, taken over from the gateway, and shown.

Owns what the ledger knows of them. The rules are in `jpcli.domain.dunning`; who charges is in
`collection`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jpcli.domain import dunning, events
from jpcli.domain.answers import Note
from jpcli.domain.instants import format_instant
from jpcli.domain.invoice_status import is_unpaid
from jpcli.ledger.queries.attempts import attempts
from jpcli.ledger.queries.cards import cards
from jpcli.ledger.queries.collection import way_of

if TYPE_CHECKING:
    from jpcli.domain.contract.invoices import AttemptObject, InvoiceAttempts
    from jpcli.domain.dunning import Attempt
    from jpcli.domain.errors import Decline
    from jpcli.ledger.queries.invoices import Invoice
    from jpcli.payments.gateway import Gateway, RemoteCharge, RemoteInvoice
    from jpcli.services.desk import Desk


def record(
    desk: Desk,
    invoice: Invoice,
    card: tuple[str, str],
    outcome: str,
    decline: Decline | None = None,
) -> None:
    """Keep one attempt; `card` is its id and its name. A charge that is known is not kept twice."""
    charge = None if decline is None else decline.charge
    entry = events.payment_attempted(
        invoice.number,
        card=card[0],
        card_name=card[1],
        outcome=outcome,
        code=None if decline is None else decline.code,
        advice=None if decline is None else decline.advice,
        charge=charge,
    )
    with desk.writing() as writer:
        if charge is None or charge not in known_charges(desk, invoice):
            writer.record(*entry)


def take_over(desk: Desk, gateway: Gateway, invoice: Invoice, remote: RemoteInvoice) -> None:
    """Keep the attempts that only the gateway knows of: their answer was lost, another copy of the
    ledger made them, or the payer did on the gateway's page. Nothing is asked where there was none.
    """
    if not remote.attempted:
        return
    charges = gateway.charges(remote.id)
    with desk.writing() as writer:
        known = attempts(desk.ledger, invoice.number)
        for charge in charges:
            if _is_known(charge, known):
                continue
            entry = events.payment_attempted(
                invoice.number,
                card=charge.card_id,
                card_name=charge.card_name,
                outcome=dunning.PAID if charge.paid else dunning.DECLINED,
                code=charge.code,
                advice=charge.advice,
                charge=charge.id,
            )
            # The gateway's clock may run ahead of ours.
            at = min(charge.at, desk.now_at)
            writer.record(*entry, at=at)


def known_charges(desk: Desk, invoice: Invoice) -> set[str]:
    """The charges of an invoice that are written down."""
    known = attempts(desk.ledger, invoice.number)
    return {attempt.charge for attempt in known if attempt.charge is not None}


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
    notes = [_attempt_note(attempt) for attempt in made]
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


def _attempt_note(attempt: Attempt) -> Note:
    code = "" if attempt.code is None else f" ({attempt.code})"
    message = f"{attempt.card_name} {attempt.outcome} at {format_instant(attempt.at)}{code}"
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


def _is_known(charge: RemoteCharge, known: list[Attempt]) -> bool:
    """By its id, or as the payment by this card, whose id nobody told us."""
    return any(
        attempt.charge == charge.id
        or (charge.paid and attempt.outcome == dunning.PAID and attempt.card == charge.card_id)
        for attempt in known
    )
