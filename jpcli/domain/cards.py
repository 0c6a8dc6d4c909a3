"""Cards on file: which one is charged, which has expired, and what must never be typed in.

Owns R1, R3 and R4. A card is a brand, four digits and an expiry date; this module must not know a
gateway, and a full card number must never pass it (`check_no_card_number`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from jpcli.domain.answers import Note
from jpcli.domain.card_numbers import check_no_card_number
from jpcli.domain.errors import BadInput, Refused, misread
from jpcli.domain.words import quoted

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

BRANDS = frozenset(
    {
        "amex",
        "cartes_bancaires",
        "diners",
        "discover",
        "eftpos_au",
        "jcb",
        "link",
        "mastercard",
        "unionpay",
        "unknown",
        "visa",
    }
)
"""The names that Stripe gives to brands."""


ADD = "jpcli cards add --primary"


class Card(NamedTuple):
    """A stored payment method; `added_at` in microseconds since the epoch."""

    id: str
    brand: str
    last4: str
    exp_month: int
    exp_year: int
    added_at: int
    primary: bool


def is_expired(card: Card, today: date) -> bool:
    """Whether the month printed on the card is over (R4)."""
    return (card.exp_year, card.exp_month) < (today.year, today.month)


def ends_this_month(card: Card, today: date) -> bool:
    """Whether it is the month printed on the card, the last in which it can be charged (R4)."""
    return (card.exp_year, card.exp_month) == (today.year, today.month)


def expiry_note(card: Card, today: date, add: str = ADD) -> Note | None:
    """A warning for a card that has expired, wherever a card matters; it refuses nothing (R4).
    `add` is the command for its successor."""
    if not is_expired(card, today):
        return None
    return Note(
        "card_expired",
        f"The card {describe(card)} expired in {card.exp_month:02d}/{card.exp_year}.",
        kind="warning",
        subject=card.id,
        hint=add,
    )


def describe(card: Card) -> str:
    """`visa ···· 4242`, for a sentence."""
    return card_name(card.brand, card.last4)


def card_name(brand: str, last4: str) -> str:
    """The same of a card that may no longer be on file."""
    return f"{brand} ···· {last4}"


def check_can_issue(cards: Sequence[Card], add: str = ADD) -> None:
    """Raise Refused `no_primary_card` unless one of the cards is primary (R1); `add` is the command
    for one."""
    if not any(card.primary for card in cards):
        raise Refused(
            "no_primary_card",
            "Issuing is paused: there is no primary card on file.",
            hint=f"Make one primary:   jpcli cards primary {quoted(cards[0].id)}"
            if cards
            else f"Add one:   {add}",
        )


def becomes_primary(cards: Sequence[Card], asked: bool) -> bool:
    """Whether a new card beside these becomes primary: the first one, or when asked to (R3)."""
    return asked or not cards


def promoted(cards: Sequence[Card], removed_id: str) -> Card | None:
    """The card that becomes primary when one is removed: the oldest other one (R3).

    None when the removed card was not primary, or was the only one. Of cards added in the same
    instant it is the earlier in the sequence.
    """
    others = [card for card in cards if card.id != removed_id]
    was_primary = any(card.primary for card in cards if card.id == removed_id)
    if not was_primary or not others:
        return None
    return min(others, key=lambda card: card.added_at)


def parse_exp(text: str) -> tuple[int, int]:
    """Month and year of `12/2030`, or of `12/30` as a card has it. Raises BadInput `bad_expiry`."""
    check_no_card_number(text)
    month, slash, year = text.partition("/")
    if slash and _figures(month, {1, 2}) and _figures(year, {2, 4}):
        full_year = int(year) + (2000 if len(year) == 2 else 0)
        if 1 <= int(month) <= 12 and 2000 <= full_year <= 2199:
            return int(month), full_year
    raise misread(
        "bad_expiry", text, "an expiry date", "Write month and year as on the card: 12/2030."
    )


def check_last4(text: str) -> str:
    """The last four digits of a card. Raises BadInput `bad_last4`, `card_number` for all of it."""
    check_no_card_number(text)
    if not _figures(text, {4}):
        raise BadInput(
            "bad_last4",
            f"{text!r} are not the last four digits of a card.",
            hint="Write four digits, such as 4242.",
            subject=text,
        )
    return text


def check_brand(text: str) -> str:
    """The brand in lower case, as Stripe names it. Raises BadInput `bad_brand`."""
    check_no_card_number(text)
    brand = text.strip().lower()
    brand = {"american express": "amex", "master card": "mastercard"}.get(brand, brand)
    if brand not in BRANDS:
        raise misread(
            "bad_brand", text, "a brand of card", "Use one of " + ", ".join(sorted(BRANDS)) + "."
        )
    return brand


def _figures(text: str, lengths: set[int]) -> bool:
    return len(text) in lengths and text.isascii() and text.isdigit()
