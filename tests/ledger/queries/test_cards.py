"""The cards on file after any number of events, against a list that is kept by hand."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

import pytest

from jpcli.domain import events
from jpcli.domain.cards import Card
from jpcli.ledger.queries.cards import cards
from tests.ledger.queries.memory import DAY, empty, record

if TYPE_CHECKING:
    from jpcli.domain.events import Entry


def synced(random: Random, at: int) -> tuple[list[Card], Entry]:
    """The gateway's own list; its order and its instants need not be those of the ledger."""
    names = random.sample("abcdef", random.randrange(4))
    primary = random.randrange(len(names)) if names else None
    listed = [
        Card(name, "amex", "0005", 1, 2031, at - number, number == primary)
        for number, name in enumerate(names)
    ]
    rows = [
        (card.id, card.brand, card.last4, card.exp_month, card.exp_year, int(card.primary), at - n)
        for n, card in enumerate(listed)
    ]
    return listed, events.cards_synced("cus_1", rows)


def step(random: Random, held: list[Card], at: int) -> tuple[list[Card], Entry]:
    """What is on file after one event more, and that event."""
    what = random.choice(["add", "add", "primary", "remove", "sync"])
    if what == "sync" and random.random() < 0.3:
        return synced(random, at)
    free = [name for name in "abcdef" if name not in {card.id for card in held}]
    if free and (what in ("add", "sync") or not held):
        primary = not held or random.random() < 0.4
        # The key of a card says nothing of when it came.
        card = Card(random.choice(free), "visa", "4242", 12, 2030, at, primary)
        kept = [other._replace(primary=other.primary and not primary) for other in held]
        entry = events.card_added(
            card.id, brand="visa", last4="4242", exp_month=12, exp_year=2030, primary=primary
        )
        return [*kept, card], entry
    chosen = random.choice(held)
    if what == "primary":
        kept = [card._replace(primary=card is chosen) for card in held]
        return kept, events.card_made_primary(chosen.id)
    kept = [card for card in held if card is not chosen]
    promoted = random.choice(kept).id if chosen.primary and kept else None
    kept = [card._replace(primary=card.primary or card.id == promoted) for card in kept]
    return kept, events.card_removed(chosen.id, promoted)


@pytest.mark.parametrize("seed", range(8))
def test_r3_cards_are_told_oldest_first_with_the_primary_one(seed: int) -> None:
    ledger, random, held = empty(), Random(seed), list[Card]()
    assert cards(ledger) == []
    for number in range(60):
        # Time may go back, as with --at; of one instant the first that was recorded is the older.
        at = random.randrange(10) * DAY + number
        held, entry = step(random, held, at)
        record(ledger, [(entry, at)])
        assert cards(ledger) == sorted(held, key=lambda card: card.added_at)
        assert all(isinstance(card.primary, bool) for card in cards(ledger))
