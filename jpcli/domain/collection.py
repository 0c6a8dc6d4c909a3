"""The ways in which closed invoices are collected: by hand, from cards, or by mail.

Owns what a way means for an invoice and the words that go with it. This module must not know a
ledger, a gateway, or who does it.
"""

from __future__ import annotations

from typing import NamedTuple

OFFLINE, STRIPE = GATEWAYS = ("offline", "stripe")
# How Stripe collects: it charges a card, or mails the invoice and waits.
CHARGE, SEND = COLLECTS = ("charge", "send")


class Way(NamedTuple):
    """One way. `charges` says that closing charges cards by itself, `mails` that it has invoices
    mailed; where it does neither, they wait for a hand. `settled_by` is the command after which an
    invoice is paid, `filled_in` what a person adds to it, `when` says when it is typed;
    `card_given` is what a person tells of a card that is put on file."""

    charges: bool
    mails: bool
    settled_by: str
    filled_in: str
    when: str
    card_given: str

    @property
    def goes_out(self) -> bool:
        """Does a closed invoice leave the house, so that it begins as a draft elsewhere (I4)?"""
        return self.charges or self.mails

    def command(self, number: str) -> str:
        """The command after which an invoice is paid."""
        return f"jpcli invoice {self.settled_by} {number}"

    def whole_command(self, number: str) -> str:
        """The same with what a person fills in."""
        return self.command(number) + self.filled_in

    def add_card(self, *, primary: bool = False) -> str:
        """The command that puts a card on file, where a page opens for it or by its description."""
        return f"jpcli cards add{' --primary' if primary else ''}{self.card_given}"

    def hint(self, number: str) -> str:
        """The same, and when it is typed; what was mailed may be paid over there, too."""
        there = "When it was paid on its page:   jpcli invoice sync\n" if self.mails else ""
        return f"{there}{self.when}:   {self.whole_command(number)}"


BY_HAND = Way(
    charges=False,
    mails=False,
    settled_by="mark-paid",
    filled_in=" --reference TEXT",
    when="When it is paid",
    card_given=" --brand visa --last4 4242 --exp 12/2030",
)
BY_CARD = Way(
    charges=True,
    mails=False,
    settled_by="pay",
    filled_in="",
    when="Charge it",
    card_given="",
)
BY_MAIL = BY_HAND._replace(mails=True, when="When it was paid by wire", card_given="")


def way_by(payments: str, collect: str | None) -> Way:
    """The way of a ledger whose facts of these names, as `init` writes them, are those."""
    if payments == OFFLINE:
        return BY_HAND
    return BY_MAIL if collect == SEND else BY_CARD
