"""Names that people shorten: the beginning of a license key, the last words of a product.

Owns what counts as short for what. Whether a name is taken is for its caller to know.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

# So many characters of a key must stand behind its last `_`.
LEAST_OF_KEY = 4

_BETWEEN_WORDS = re.compile(r"[\s_-]+")


def is_beginning(text: str) -> bool:
    """Whether a text says enough of a key to stand for it: some characters behind the `_`."""
    _, sign, secret = text.rpartition("_")
    return bool(sign) and len(secret) >= LEAST_OF_KEY


def products_meant(text: str, products: Iterable[tuple[str, str]]) -> list[str]:
    """The slugs, of (slug, name) each, that a short name may stand for, in the order given: those
    that are called so but for their first word (`scan` of jetpack-scan) or by their name, and where
    there is none those that have these words side by side (`backup` of jetpack-backup-t1)."""
    wanted = _words(text)
    if not wanted:
        return []
    called, containing = [], []
    for slug, name in products:
        words = _words(slug)
        if wanted in (words, words[1:], _words(name)):
            called.append(slug)
        width = len(wanted)
        if any(words[at : at + width] == wanted for at in range(len(words) - width + 1)):
            containing.append(slug)
    return called or containing


def _words(text: str) -> list[str]:
    return [word for word in _BETWEEN_WORDS.split(text.casefold()) if word]
