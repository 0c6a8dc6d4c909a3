"""Text for documents: names made harmless, dates and numbers as people write them."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING
from unicodedata import category

from jpcli.domain.money import display_amount

if TYPE_CHECKING:
    from markupsafe import Markup

_WEEKDAYS = "MTWTFSS"
# What joins characters is no printing one to Python, but belongs to names.
_JOINERS = "\u200c\u200d"


def clean(text: str) -> str:
    r"""Data with its control characters written out (`\x1b`), on one line."""
    if text.isprintable():
        return text
    return "".join(map(_clean_character, text))


def _clean_character(character: str) -> str:
    if character.isprintable() or character in _JOINERS:
        return character
    if category(character) == "Zs":
        return " "
    return character.encode("unicode_escape").decode()


def weekday_letter(iso: str) -> str:
    """`M` of a Monday."""
    return _WEEKDAYS[date.fromisoformat(iso).weekday()]


def is_weekend(iso: str) -> bool:
    """Saturday or Sunday."""
    return date.fromisoformat(iso).weekday() > 4


def money(minor: int, currency: str) -> str:
    """`$1,204.50`, with a real minus."""
    return display_amount(minor, currency).replace("-", "−")


def number(value: int) -> str:
    """`1,204`, with a real minus."""
    return f"{value:,}".replace("-", "−")


def css_string(text: str) -> Markup:
    r"""Text as a string in a style sheet: every character but the plainest as `\hex`."""
    from markupsafe import Markup

    plain = "".join(
        c if c.isascii() and (c.isalnum() or c in " -.") else f"\\{ord(c):x} " for c in text
    )
    return Markup(f'"{plain}"')  # noqa: S704 - nothing in it can end the string or the element
