"""An answer of which no more is kept than memory holds.

Owns the limit for what a server sends. It is read in pieces, so that an answer of any size, also
one that was packed into a few bytes, ends there; made into objects it takes some twenty times as
much. This module must not know where the pieces come from.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

# A page of 100 invoices with ten lines each is below two.
MAX_ANSWER_MIB = 8
PIECE_BYTES = 16_384


class AnswerTooLarge(Exception):
    """The answer goes on behind the limit; nothing of it is of use."""


def joined(pieces: Iterable[bytes]) -> bytes:
    """The whole answer. Raises AnswerTooLarge for a larger one, whose rest is not asked for."""
    content = bytearray()
    for piece in pieces:
        content += piece
        if len(content) > MAX_ANSWER_MIB * 1024 * 1024:
            raise AnswerTooLarge
    return bytes(content)
