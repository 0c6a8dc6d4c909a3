"""Cards of a ledger that is collected by hand: put on file, made primary, taken off.

Owns R1's cure and R3 there: the first card becomes primary by itself, a later one only when asked;
removing the primary promotes the oldest other one. A card number never gets in: only brand, last
four digits and expiry.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jpcli.domain import cards as rules
from jpcli.domain import events
from jpcli.domain.answers import Note
from jpcli.domain.card_numbers import check_no_card_number
from jpcli.domain.collection import BY_HAND
from jpcli.domain.words import quoted
from jpcli.ledger.events.log import told
from jpcli.ledger.queries.cards import cards
from jpcli.ledger.queries.collection import moved_to_stripe
from jpcli.services.by_hand import check_by_hand
from jpcli.services.cards import (
    added_note,
    check_not_only,
    gone_notes,
    known_card,
    list_cards,
    primary_note,
    removal_notes,
    taken_off,
)
from jpcli.services.change import change

if TYPE_CHECKING:
    from jpcli.domain.answers import Answer
    from jpcli.domain.contract.collection import CardsAnswer
    from jpcli.ledger.database.connection import Ask
    from jpcli.ledger.writer import Writer
    from jpcli.services.desk import Desk


def add_card(
    desk: Desk, brand: str, last4: str, exp: str, *, primary: bool = False
) -> Answer[CardsAnswer]:
    """Put a card on file; it becomes primary when it is the first or `primary` asks (R3).

    Raises BadInput (`card_number`, `bad_last4`, `bad_brand`, `bad_expiry`).
    """
    for text in (last4, brand, exp):
        check_no_card_number(text)
    name = rules.check_brand(brand)
    digits = rules.check_last4(last4)
    month, year = rules.parse_exp(exp)
    request = {"command": "cards add", "card": [name, digits, month, year], "primary": primary}

    def do(writer: Writer) -> Answer[CardsAnswer]:
        check_by_hand(desk.ledger)
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
        writer.record(*entry)
        writer.flush()
        notes = [added_note(card_id, f"{name} ···· {digits}", primary=becomes)]
        if not becomes:
            hint = f"jpcli cards primary {quoted(card_id)}"
            notes.append(Note("not_primary", "Another card stays primary", hint=hint))
        return list_cards(desk, *notes)

    return change(desk, request, do, _asks(desk))


def make_primary(desk: Desk, card_id: str) -> Answer[CardsAnswer]:
    """Charge this card first from now on; BadInput `unknown_card`."""

    def do(writer: Writer) -> Answer[CardsAnswer]:
        check_by_hand(desk.ledger)
        card = known_card(desk, card_id)
        if not card.primary:
            writer.record(*events.card_made_primary(card.id))
            writer.flush()
        return list_cards(desk, primary_note(card))

    return change(desk, {"command": "cards primary", "card": card_id}, do, _asks(desk))


def remove_card(desk: Desk, card_id: str, *, only_too: bool = True) -> Answer[CardsAnswer]:
    """Take a card off file; the oldest other one becomes primary when it was the primary (R3).

    Without `only_too` the only card stays, as `cards.check_not_only` says.
    """

    def do(writer: Writer) -> Answer[CardsAnswer]:
        check_by_hand(desk.ledger)
        if taken_off(desk, card_id, lambda each: _was_removed(desk, each)):
            return list_cards(desk, *gone_notes(desk, card_id, BY_HAND.add_card(primary=True)))
        card = known_card(desk, card_id)
        if not only_too:
            check_not_only(desk, card)
        successor = rules.promoted(cards(desk.ledger), card.id)
        promoted = None if successor is None else successor.id
        writer.record(*events.card_removed(card.id, promoted))
        writer.flush()
        notes = removal_notes(desk, card, successor, BY_HAND.add_card(primary=True))
        return list_cards(desk, *notes)

    return change(desk, {"command": "cards remove", "card": card_id}, do, _asks(desk))


def _was_removed(desk: Desk, card_id: str) -> bool:
    return any(True for _ in told(desk.ledger, (events.CARD_REMOVED,), subject=card_id))


def _asks(desk: Desk) -> tuple[Ask, ...]:
    """What each of them asks first."""
    return (lambda: moved_to_stripe(desk.ledger), lambda: cards(desk.ledger))
