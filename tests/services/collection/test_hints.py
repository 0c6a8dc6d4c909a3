"""Every hint of a ledger that collects through Stripe is run there, and not refused in turn."""

from __future__ import annotations

import shlex
from functools import partial
from typing import TYPE_CHECKING

import pytest

from jpcli.services.cards import shown_cards
from tests.cli.conftest import jpcli as jpcli
from tests.cli.hints import refused_in_turn
from tests.services.collection.test_every_line import NOW
from tests.services.collection.test_every_line import paying as paying
from tests.services.collection.test_every_line import world as world

if TYPE_CHECKING:
    from tests.services.collection.conftest import Shop
    from tests.services.collection.test_every_line import World

ALSO = frozenset({"checkout_waiting"})
LINES = """
status
invoice list
cards list
cards add --brand visa --last4 4242 --exp 12/2030
cards add --no-wait
cards add --primary --no-wait
cards add pm_card_chargeCustomerFail
cards primary nope
cards remove nope
invoice show 2026-09
invoice show 2026-01
invoice close 2026-12
invoice pay 2026-01
invoice push 2026-01
invoice pay 2026-10
invoice close --due
invoice mark-paid 2026-09
invoice void 2026-09 --yes
invoice sync
invoice reconcile
stripe status
"""


@pytest.mark.once
def test_a_list_without_cards_says_how_this_ledger_gets_one(shop: Shop) -> None:
    answer = shop.do(shown_cards)
    assert [(note.code, note.hint) for note in answer.notes] == [
        ("issuing_paused", "Add one:   jpcli cards add")
    ]


def test_no_hint_is_refused_in_turn(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    # Nobody enters a card on the page.
    monkeypatch.setattr("jpcli.cli.commands.cards.add.MOST_POLLS", 0)
    jpcli = partial(world.jpcli, now=NOW)
    names = {"FILE": str(world.file.with_name("new.db")), "CARD": world.names["second"]}
    wrong = [
        f"{line}: {each}"
        for line in LINES.split("\n")
        if line
        for each in refused_in_turn(jpcli(*shlex.split(line), "--json"), jpcli, names, ALSO)
    ]
    assert wrong == []
