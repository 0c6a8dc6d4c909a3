"""Names that people and files give: license keys, product slugs, clients.

New license keys are made here too, from random bytes that the caller brings. This module must not
know whether a name is taken.
"""

from __future__ import annotations

import string
from typing import TYPE_CHECKING

from jpcli.domain.card_numbers import check_no_card_number, check_no_card_number_in_key
from jpcli.domain.errors import BadInput
from jpcli.domain.texts import clean, is_plain_line

if TYPE_CHECKING:
    from collections.abc import Callable

BASE62 = string.ascii_uppercase + string.ascii_lowercase + string.digits
SECRET_LENGTH = 25
MAX_KEY = 200
MAX_SLUG = 100
MAX_CLIENT = 200

# 248 is the largest multiple of 62 in a byte: what is above it is left out, so that each character
# is equally likely.
_FAIR = 62 * 4
_TO_BASE62 = bytes(ord(BASE62[value % 62]) for value in range(256))
_UNFAIR = bytes(range(_FAIR, 256))

_SLUG_CHARACTERS = frozenset(string.ascii_lowercase + string.digits + "-_")
_KEY_CHARACTERS = (string.ascii_letters + string.digits + "-_.:").encode()


def new_keys(product: str, n: int, random_bytes: Callable[[int], bytes]) -> list[str]:
    """`n` license keys: the product, `_` and 25 characters of base 62 (149 bits).

    `random_bytes(count)` is `os.urandom` or a stand-in.
    """
    wanted = n * SECRET_LENGTH
    figures = b""
    while len(figures) < wanted:
        missing = wanted - len(figures)
        figures += random_bytes(missing + missing // 16 + 16).translate(_TO_BASE62, _UNFAIR)
    text = figures.decode("ascii")
    return [
        f"{product}_{text[start : start + SECRET_LENGTH]}"
        for start in range(0, wanted, SECRET_LENGTH)
    ]


def check_license_key(text: str) -> str:
    """The key, without what copying left at its ends. Raises BadInput `bad_license_key` for what
    no license has as its key, `card_number` for one that is a card's number but for the product's
    name.

    Keys come from elsewhere too, so this asks for harmless characters and not for our own form.
    """
    key = clean(text)
    plain = key.isascii() and not key.encode().translate(None, _KEY_CHARACTERS)
    if not plain or not key[:1].isalnum() or len(key) > MAX_KEY:
        hint = "A key looks like jetpack-scan_xZjtE12WIVwBus4n2wbIrYcIM."
        raise _bad("bad_license_key", text, "is not a license key", hint, MAX_KEY)
    check_no_card_number_in_key(key)
    return key


def check_product_slug(text: str) -> str:
    """The slug, such as `jetpack-scan`. Raises BadInput `bad_product`."""
    slug = clean(text)
    plain = _SLUG_CHARACTERS.issuperset(slug)
    if not plain or not slug[:1].isalnum() or len(slug) > MAX_SLUG:
        hint = "A product is named in lower case, such as jetpack-scan."
        raise _bad("bad_product", text, "is not the name of a product", hint, MAX_SLUG)
    check_no_card_number(slug)
    return slug


def check_client_name(text: str) -> str:
    """The name in its one form: printable, 1 to 200 characters. Raises BadInput `bad_client`."""
    name = clean(text)
    if not name or len(name) > MAX_CLIENT or not is_plain_line(name):
        hint = "A name has 1 to 200 characters that can be printed."
        raise _bad("bad_client", text, "cannot be the name of a client", hint, MAX_CLIENT)
    check_no_card_number(name)
    return name


def _bad(code: str, text: str, wrong: str, hint: str, longest: int) -> BadInput:
    shown = repr(text if len(text) <= 80 else text[:80] + "…")
    return BadInput(code, f"{shown} {wrong}.", hint=hint, subject=text[:longest])
