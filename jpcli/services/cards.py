"""Cards: what the monthly invoice is charged to.

Owns R1's cure and R3: the first card becomes primary by itself, a later one only when asked;
removing the primary promotes the oldest other one. A card number never gets in: only brand,
last four digits and expiry.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jpcli.domain import cards as rules
from jpcli.domain import events
from jpcli.domain.answers import Answer, Note
from jpcli.domain.card_numbers import check_no_card_number
from jpcli.domain.errors import BadInput
from jpcli.ledger.queries.cards import cards
from jpcli.services.change import change
from jpcli.services.shapes import card_object

if TYPE_CHECKING:
    from jpcli.domain.cards import Card
    from jpcli.services.desk import Desk


PAUSED = "Issuing new licenses is paused until you add a card"


def list_cards(desk: Desk) -> Answer:
    """Every card on file, oldest first; expired ones warn (R4)."""
    return Answer(card_data(desk), tuple(expiry_notes(desk)))


def add_card(desk: Desk, brand: str, last4: str, exp: str, *, primary: bool = False) -> Answer:
    """Put a card on file; it becomes primary when it is the first or `primary` asks (R3).

    Raises BadInput (`card_number`, `bad_last4`, `bad_brand`, `bad_exp`).
    """
    for text in (last4, brand, exp):
        check_no_card_number(text)
    name = rules.check_brand(brand)
    digits = rules.check_last4(last4)
    month, year = rules.parse_exp(exp)
    request = {"command": "cards add", "card": [name, digits, month, year], "primary": primary}

    def do(writer: Any) -> Answer:
        becomes = rules.becomes_primary(cards(desk.ledger), primary)
        card_id = f"card_{writer.last_seq + 1}"
        entry = events.card_added(
            card_id,
            brand=name,
            last4=digits,
            exp_month=month,
            exp_year=year,
            primary=becomes,
        )
        writer.record(*entry, at=desk.effective_at())
        writer.flush()
        what = "is the primary card now" if becomes else "was added"
        notes = [Note("card_added", f"{name} ···· {digits} {what}", "ok", card_id)]
        if not becomes:
            hint = f"jpcli cards primary {card_id}"
            notes.append(Note("not_primary", "Another card stays primary", hint=hint))
        return Answer(card_data(desk), (*notes, *expiry_notes(desk)))

    return change(desk, request, do)


def make_primary(desk: Desk, card_id: str) -> Answer:
    """Charge this card first from now on; BadInput `unknown_card`."""

    def do(writer: Any) -> Answer:
        card = known_card(desk, card_id)
        if card.primary:
            note = Note("already_primary", f"{rules.describe(card)} is the primary card already")
            return Answer(card_data(desk), (note, *expiry_notes(desk)))
        writer.record(*events.card_made_primary(card.id), at=desk.effective_at())
        writer.flush()
        note = Note("primary", f"{rules.describe(card)} is the primary card now", "ok", card.id)
        return Answer(card_data(desk), (note, *expiry_notes(desk)))

    return change(desk, {"command": "cards primary", "card": card_id}, do)


def is_only_card(desk: Desk, card_id: str) -> bool:
    """Would removing this card pause issuing? (R3: then it needs a yes.) Not one that is not there,
    as when an idempotency key is used again."""
    found = cards(desk.ledger)
    return len(found) == 1 and card_id in (found[0].id, found[0].last4)


def remove_card(desk: Desk, card_id: str) -> Answer:
    """Take a card off file; the oldest other one becomes primary when it was the primary (R3)."""

    def do(writer: Any) -> Answer:
        card = known_card(desk, card_id)
        successor = rules.promoted(cards(desk.ledger), card.id)
        promoted = None if successor is None else successor.id
        writer.record(*events.card_removed(card.id, promoted), at=desk.effective_at())
        writer.flush()
        notes = [Note("card_removed", f"{rules.describe(card)} was removed", "ok", card.id)]
        if successor is not None:
            message = f"{rules.describe(successor)} is the primary card now"
            notes.append(Note("promoted", message, "info", successor.id))
        if not cards(desk.ledger):
            notes.append(
                Note(
                    "issuing_paused",
                    PAUSED,
                    "warning",
                    hint="Add one:   jpcli cards add --primary",
                )
            )
        return Answer(card_data(desk), (*notes, *expiry_notes(desk)))

    return change(desk, {"command": "cards remove", "card": card_id}, do)


def expiry_notes(desk: Desk) -> list[Note]:
    """R4: an expired card warns everywhere a card matters, and refuses nothing."""
    today = desk.ledger.calendar.date_of(desk.today)
    notes = (rules.expiry_note(card, today) for card in cards(desk.ledger))
    return [note for note in notes if note is not None]


def card_data(desk: Desk) -> dict[str, Any]:
    """The cards on file as the JSON contract has them."""
    today = desk.ledger.calendar.date_of(desk.today)
    return {"cards": [card_object(card, today) for card in cards(desk.ledger)]}


def known_card(desk: Desk, card_id: str) -> Card:
    """A card by its id, or by its last four digits where only one has them."""
    check_no_card_number(card_id)
    found = [c for c in cards(desk.ledger) if card_id in (c.id, c.last4)]
    if len(found) == 1:
        return found[0]
    if found:
        raise BadInput(
            "ambiguous_card",
            f"{len(found)} cards end in {card_id}",
            hint="Name one by its id:   jpcli cards list",
            subject=card_id,
        )
    raise BadInput(
        "unknown_card",
        f"There is no card {card_id} on file",
        hint="See them:   jpcli cards list",
        subject=card_id,
    )
