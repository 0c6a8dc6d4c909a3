"""What looks like a card number, so that none is ever stored (R3).

This module must not know what the text was meant to be.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jpcli.domain.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Iterator

SHORTEST_NUMBER = 12
LONGEST_NUMBER = 19


def check_no_card_number(text: str) -> None:
    """Raise BadInput `card_number` for what looks like one. The text is not in the message."""
    if looks_like_card_number(text):
        raise BadInput(
            "card_number",
            "This looks like a card number. A card number never enters jpcli.",
            hint="Give --brand, --last4 and --exp, and nothing more of the card.",
        )


def looks_like_card_number(text: str) -> bool:
    """Whether 12 to 19 digits that pass the Luhn check stand in a text.

    They may be grouped by single spaces or dashes: any way when nothing else is in the text, in
    groups of three or more inside a longer one, so that a list of dates is not taken for a card.
    """
    groups = _digit_groups(text)
    if groups is not None and _is_card_number("".join(groups)):
        return True
    return any(_is_card_number(number) for number in _numbers_inside(text))


def _digit_groups(text: str) -> list[str] | None:
    """The groups of digits of a text that has nothing else, or None."""
    groups = text.replace("-", " ").split()
    return groups if groups and all(group.isdecimal() for group in groups) else None


def _numbers_inside(text: str) -> Iterator[str]:
    """Every run of neighboring groups, each of three digits or more, that has a card's length."""
    groups: list[str] = []
    # A mark ends the last run; anything that is no digit and no single separator ends one before.
    for part in _split_runs(text):
        if len(part) >= 3:
            groups.append(part)
            for start in range(len(groups)):
                number = "".join(groups[start:])
                if SHORTEST_NUMBER <= len(number) <= LONGEST_NUMBER:
                    yield number
            groups = groups[-LONGEST_NUMBER // 3 :]
        else:
            groups = []


def _split_runs(text: str) -> Iterator[str]:
    """Groups of digits in order, with an empty text wherever a run of them is interrupted."""
    group = ""
    for character in text:
        if character.isdecimal():
            group += character
            continue
        yield group
        # A second separator in a row follows no group, so it interrupts too.
        if character not in " -" or not group:
            yield ""
        group = ""
    yield group


def _is_card_number(number: str) -> bool:
    """The Luhn check, on a number of a card's length. Any script's digits count."""
    if not SHORTEST_NUMBER <= len(number) <= LONGEST_NUMBER:
        return False
    total = 0
    for position, figure in enumerate(reversed(number)):
        value = int(figure) * (1 + position % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0
