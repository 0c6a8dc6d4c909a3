"""What looks like a card number, so that none is ever stored (R3).

This module must not know what the text was meant to be.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from jpcli.domain.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Iterator

SHORTEST_NUMBER = 12
LONGEST_NUMBER = 19

# Patterns are texts, which `re` compiles when the first name with so many figures comes along: most
# commands see none, and compiling takes longer than everything else that is imported here.
# What may stand between figures that are still read as one number: blanks, dashes of every kind,
# dots and underscores. A comma or a slash makes a list or a path.
_BETWEEN = r"[\s\-\u2010-\u2015\u2212._\u00b7]{0,3}"
_FIGURES = b"0123456789"
# So many figures with nothing else between them; any script's count.
_MAYBE = rf"\d(?:{_BETWEEN}\d){{{SHORTEST_NUMBER - 1}}}"
_RUN = rf"\d(?:{_BETWEEN}\d)*"
_GROUP = r"\d+"
# Figures that mean something else: a day, a time of day, a host's four numbers, a telephone with
# its country code.
_OTHER = (
    r"(?<!\d)(?:(?:19|20)\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])"
    r"|[0-2]?\d:[0-5]\d(?::[0-5]\d(?:\.\d+)?)?"
    r"|(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?:25[0-5]|2[0-4]\d|1?\d?\d)){3}(?![.]?\d)"
    rf"|\+\d(?:{_BETWEEN}\d){{6,12}}(?!{_BETWEEN}\d))(?!\d)"
)

# A country, two figures that check the others, and groups of four, the last one maybe shorter.
_SHORTEST_ACCOUNT = 15
_ACCOUNT = r"(?<![0-9A-Za-z])[A-Z]{2}[0-9]{2}(?: ?[0-9A-Z]{4}){2,7}(?: ?[0-9]{1,3})?(?![0-9A-Za-z])"

# A word with a letter in it, as a secret in hexadecimal or base 62 is.
_WITH_LETTERS = r"[0-9]*[A-Za-z][0-9A-Za-z]*"


def check_no_card_number_in_key(key: str) -> None:
    """The same for a license key, which is no free text: only figures that stand alone count. One
    honest key in hexadecimal of 500 has 12 figures in a row somewhere that pass the Luhn check."""
    if looks_like_card_number(key):
        check_no_card_number(re.sub(_WITH_LETTERS, "x", key))


def check_no_card_number(text: str) -> None:
    """Raise BadInput `card_number` for what looks like one. The text is not in the message."""
    if looks_like_card_number(text):
        raise BadInput(
            "card_number",
            "This looks like a card number. A card number never enters jpcli.",
            hint="Of a card, give --brand, --last4 and --exp, and nothing more.",
        )


def looks_like_card_number(text: str) -> bool:
    """Whether 12 to 19 figures that pass the Luhn check stand in a text, grouped in any way.

    A group is taken whole or not at all. Days, times, IP addresses and telephones are left out.
    """
    if (
        text.isascii()
        and len(text) - len(text.encode().translate(None, _FIGURES)) < SHORTEST_NUMBER
    ):
        return False  # nearly every name, at a tenth of the price
    if re.search(_MAYBE, text) is None:
        return False
    runs = re.findall(_RUN, re.sub(_OTHER, "x", _without_accounts(text)))
    return any(map(_is_card_number, (number for run in runs for number in _numbers_in(run))))


def _without_accounts(text: str) -> str:
    """The text with an x for each number of a bank account (IBAN) whose check figures are right: a
    payment note says where to pay, and of two such numbers one has figures like a card's."""
    return re.sub(_ACCOUNT, _without_account, text)


def _without_account(match: re.Match[str]) -> str:
    """What follows a number in capitals may look like a part of it."""
    groups = match[0].split(" ")
    for end in range(len(groups), 0, -1):
        if _is_account("".join(groups[:end])):
            return " ".join(("x", *groups[end:]))
    return match[0]


def _is_account(plain: str) -> bool:
    """ISO 13616: letters are 10 to 35, the first four characters come last, and 97 leaves 1."""
    return (
        len(plain) >= _SHORTEST_ACCOUNT
        and int("".join(str(int(c, 36)) for c in plain[4:] + plain[:4])) % 97 == 1
    )


def _numbers_in(run: str) -> Iterator[str]:
    """Every row of neighboring groups that has a card's length."""
    groups = re.findall(_GROUP, run)
    for start in range(len(groups)):
        number = ""
        for group in groups[start:]:
            number += group
            if len(number) > LONGEST_NUMBER:
                break
            if len(number) >= SHORTEST_NUMBER:
                yield number


def _is_card_number(number: str) -> bool:
    """The Luhn check. Any script's digits count."""
    total = 0
    for position, figure in enumerate(reversed(number)):
        value = int(figure) * (1 + position % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0
