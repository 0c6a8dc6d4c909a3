"""What is in a proof that came from a stranger, taken by its type or refused.

Owns the refusals of what no proof can have. Whether it is right is not looked at here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jpcli.domain.card_numbers import check_no_card_number, check_no_card_number_in_key
from jpcli.domain.errors import BadInput
from jpcli.domain.limits import MAX_CELL_CHARACTERS
from jpcli.domain.texts import is_plain_line
from jpcli.domain.words import shortened

if TYPE_CHECKING:
    from collections.abc import Collection

_LARGEST = 2**63 - 1
_HEX = frozenset("0123456789abcdef")
# What may be, or name, a license: one honest key in a few hundred has figures like a card's.
_KEYS = ("license_key", "bundle_key", "subject")


class Unfit(Exception):
    """What is no proof, in words for a message."""


def an_object(value: Any, what: str) -> dict[str, Any]:
    """An object, whatever is in it."""
    if type(value) is not dict:
        raise Unfit(f"{what} is no object")
    return value


def fields(value: Any, names: Collection[str], what: str) -> dict[str, Any]:
    """An object with exactly these members."""
    found = an_object(value, what)
    if found.keys() != set(names):
        wrong = sorted(found.keys() ^ set(names))
        raise Unfit(f"{what} lacks, or may not have: {shortened(', '.join(wrong))}")
    return found


def items(value: Any, what: str, size: int | None = None) -> list[Any]:
    """An array, of so many items."""
    if type(value) is not list or size not in (None, len(value)):
        raise Unfit(f"{what} is no array" + ("" if size is None else f" of {size}"))
    return value


def whole(value: Any, what: str, least: int = -_LARGEST, most: int = _LARGEST) -> int:
    """A whole number."""
    if type(value) is not int or not least <= value <= most:
        raise Unfit(f"{what} is no whole number that it could be")
    return value


def text(value: Any, what: str) -> str:
    """A text that is hashed, and shown to nobody."""
    if type(value) is not str:
        raise Unfit(f"{what} is no text")
    return value


def text_or_none(value: Any, what: str) -> str | None:
    """The same, or null."""
    return None if value is None else text(value, what)


def name(value: Any, what: str) -> str:
    """A text that may be shown: one line of what can be seen, and no card number."""
    found = text(value, what)
    if len(found) > MAX_CELL_CHARACTERS or not is_plain_line(found):
        raise Unfit(f"{what} has characters that can't be printed, or too many")
    check = check_no_card_number_in_key if what in _KEYS else check_no_card_number
    try:
        check(found)
    except BadInput as error:
        raise Unfit(f"{what} looks like a card number") from error
    return found


def name_or_none(value: Any, what: str) -> str | None:
    """The same, or null."""
    return None if value is None else name(value, what)


def sha256_hex(value: Any, what: str) -> str:
    """A hash, as 64 small hexadecimal figures."""
    if type(value) is not str or len(value) != 64 or not _HEX.issuperset(value):
        raise Unfit(f"{what} is no hash")
    return value
