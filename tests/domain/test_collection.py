"""The ways of collecting, and the words that go with each."""

from __future__ import annotations

import pytest

from jpcli.domain.collection import BY_CARD, BY_HAND, BY_MAIL, Way

NOTED = "jpcli invoice mark-paid INV-1"
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
            f"When it is paid:   {NOTED} --reference TEXT",
        ),
    ],
)
def test_how_an_invoice_is_settled(way: Way, command: str, whole: str, hint: str) -> None:
    said = way.command("INV-1"), way.whole_command("INV-1"), way.hint("INV-1")
    assert said == (command, whole, hint)
