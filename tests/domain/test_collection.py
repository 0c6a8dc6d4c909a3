"""The ways of collecting, and the words that go with each."""

from __future__ import annotations

import pytest

from jpcli.domain.collection import BY_CARD, BY_HAND, BY_MAIL, Way, way_by

NOTED = "jpcli invoice mark-paid INV-1"
SYNCED = "When it was paid on its page:   jpcli invoice sync\n"
PAID = "jpcli invoice pay INV-1"


@pytest.mark.parametrize(
    ("way", "charges", "mails", "goes_out"),
    [
        (BY_HAND, False, False, False),
        (BY_CARD, True, False, True),
        (BY_MAIL, False, True, True),
    ],
)
def test_what_closing_does(way: Way, charges: bool, mails: bool, goes_out: bool) -> None:
    assert (way.charges, way.mails, way.goes_out) == (charges, mails, goes_out)


@pytest.mark.parametrize(
    ("way", "command", "whole", "hint"),
    [
        (BY_CARD, PAID, PAID, f"Charge it:   {PAID}"),
        (
            BY_HAND,
            NOTED,
            f"{NOTED} --reference TEXT",
            f"When it is paid:   {NOTED} --reference TEXT",
        ),
        (
            BY_MAIL,
            NOTED,
            f"{NOTED} --reference TEXT",
            f"{SYNCED}When it was paid by wire:   {NOTED} --reference TEXT",
        ),
    ],
)
def test_how_an_invoice_is_settled(way: Way, command: str, whole: str, hint: str) -> None:
    said = way.command("INV-1"), way.whole_command("INV-1"), way.hint("INV-1")
    assert said == (command, whole, hint)


@pytest.mark.parametrize(
    ("facts", "way", "add_card"),
    [
        (("offline", None), BY_HAND, "jpcli cards add --brand visa --last4 4242 --exp 12/2030"),
        (("stripe", "charge"), BY_CARD, "jpcli cards add"),
        (("stripe", "send"), BY_MAIL, "jpcli cards add"),
        (("stripe", None), BY_CARD, "jpcli cards add"),  # made before there was a choice
    ],
)
def test_the_facts_of_a_ledger_say_which_it_is(
    facts: tuple[str, str | None], way: Way, add_card: str
) -> None:
    assert way_by(*facts) is way
    assert way.add_card() == add_card
