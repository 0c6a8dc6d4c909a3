"""Cards on file: list them, name one, warn of what has expired, and say what became of one.

Owns what every collector shares. Putting cards on file and taking them off is the collectors'.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jpcli.domain import cards as rules
from jpcli.domain import events
from jpcli.domain.answers import Answer, Note
from jpcli.domain.card_numbers import check_no_card_number
from jpcli.domain.errors import BadInput
from jpcli.domain.words import count
from jpcli.ledger.events.log import told
from jpcli.ledger.queries.cards import cards
from jpcli.services.shapes import card_object

if TYPE_CHECKING:
    from collections.abc import Callable

    from jpcli.domain.cards import Card
    from jpcli.domain.contract.collection import CardsAnswer
    from jpcli.services.desk import Desk


PAUSED = "Issuing new licenses is paused until you add a card"


def list_cards(desk: Desk, *notes: Note) -> Answer[CardsAnswer]:
    """Every card on file, oldest first, after `notes` on what was done; expired ones warn (R4)."""
    return Answer(card_data(desk), (*notes, *expiry_notes(desk)))


def shown_cards(desk: Desk) -> Answer[CardsAnswer]:
    """`cards list`: the same, and what it means where there is none (R1)."""
    answer = list_cards(desk)
    if answer.data["cards"]:
        return answer
    from jpcli.ledger.queries.collection import way_of

    return answer._replace(notes=(_paused(way_of(desk.ledger).add_card()),))


def _paused(add: str) -> Note:
    return Note("issuing_paused", PAUSED, "warning", hint=f"Add one:   {add}")


def is_only_card(desk: Desk, card_id: str) -> bool:
    """Would removing this card pause issuing? (R3: then it needs a yes.) Not one that is not there,
    as when an idempotency key is used again."""
    found = cards(desk.ledger)
    return len(found) == 1 and card_id in (found[0].id, found[0].last4)


def check_not_only(desk: Desk, card: Card) -> None:
    """R3: BadInput `confirmation_required` for a card that became the only one between the question
    and the answer."""
    if len(cards(desk.ledger)) == 1:
        raise BadInput(
            "confirmation_required",
            f"{rules.describe(card)} has become the only card on file",
            hint=f"Say --yes if you mean it. {PAUSED}.",
            subject="--yes",
        )


def primary_note(card: Card) -> Note:
    """That it has become the primary card, or was it before."""
    if card.primary:
        return Note("already_primary", f"{rules.describe(card)} is the primary card already")
    return Note("primary", f"Made {rules.describe(card)} the primary card", "ok", card.id)


def added_note(card_id: str, name: str, *, primary: bool) -> Note:
    """That a card is on file, and whether it is the primary one."""
    what = " as the primary card" if primary else ""
    return Note("card_added", f"Added {name}{what}", "ok", card_id)


def removal_notes(desk: Desk, card: Card, successor: Card | None, add: str) -> list[Note]:
    """R3: what was removed, which card is primary in its place, and that issuing is paused where
    none is left; `add` is the command for another one."""
    notes = [Note("card_removed", f"Removed {rules.describe(card)}", "ok", card.id)]
    if successor is not None:
        message = f"Made {rules.describe(successor)} the primary card"
        notes.append(Note("promoted", message, "info", successor.id))
    return notes + _paused_notes(desk, add)


def taken_off(desk: Desk, name: str, by_us: Callable[[str], bool]) -> bool:
    """Whether a card of this id, or with these last digits, was on file once and is no more because
    it was taken off here, as `by_us` says of its id: by a run whose answer may have been lost."""
    if any(name in (card.id, card.last4) for card in cards(desk.ledger)):
        return False
    if by_us(name):
        return True
    if not (len(name) == 4 and name.isdecimal()):
        return False
    return any(by_us(card_id) for card_id in _once_on_file(desk, name))


def _once_on_file(desk: Desk, last4: str) -> set[str]:
    """The ids of cards that ended so."""
    found = set()
    for event in told(desk.ledger, (events.CARD_ADDED, events.CARDS_SYNCED)):
        if event.kind == events.CARD_ADDED:
            found.update([event.subject] if event.data["last4"] == last4 else [])
        else:
            there = event.data["cards"]
            found.update(card_id for card_id, _, digits, *_ in there if digits == last4)
    return found


def gone_notes(desk: Desk, card_id: str, add: str) -> list[Note]:
    """That a card was removed before, by a run whose answer may have been lost."""
    gone = Note("already_removed", f"{card_id} was taken off file before", subject=card_id)
    return [gone, *_paused_notes(desk, add)]


def _paused_notes(desk: Desk, add: str) -> list[Note]:
    return [] if cards(desk.ledger) else [_paused(add)]


def expiry_notes(desk: Desk) -> list[Note]:
    """R4: an expired card warns everywhere a card matters, and refuses nothing."""
    today = desk.ledger.calendar.date_of(desk.today)
    expired = [card for card in cards(desk.ledger) if rules.is_expired(card, today)]
    if not expired:
        return []
    from jpcli.ledger.queries.collection import way_of

    add = way_of(desk.ledger).add_card(primary=True)
    notes = (rules.expiry_note(card, today, add) for card in expired)
    return [note for note in notes if note is not None]


def card_data(desk: Desk) -> CardsAnswer:
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
            f"{count(len(found), 'card')} end in {card_id}",
            hint="Name one by its id:   jpcli cards list",
            subject=card_id,
        )
    raise BadInput(
        "unknown_card",
        f"There is no card {card_id} on file",
        hint="See them:   jpcli cards list",
        subject=card_id,
    )
