"""What a closing recorded, read a piece at a time: two of its lists are as long as a month has
holders (I8).

Owns the reading of that text. It is gone through once for what is short, and once for each list.
"""

from __future__ import annotations

import json
from collections import deque
from typing import TYPE_CHECKING, Any

from jpcli.services.proofs.form import LISTED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    # The data of the event, from its start.
    Pieces = Callable[[], Iterator[str]]

_decode = json.JSONDecoder().raw_decode


def short_members(pieces: Pieces) -> tuple[dict[str, Any], frozenset[str]]:
    """What is recorded besides lists, and which of `LISTED` there are."""
    short, listed = {}, set()
    for name, value in _members(pieces()):
        if name in LISTED:
            listed.add(name)
            deque(value, maxlen=0)
        else:
            short[name] = value
    return short, frozenset(listed)


def list_rows(pieces: Pieces, wanted: str) -> Iterator[Any]:
    """The rows of one of `LISTED`."""
    for name, value in _members(pieces()):
        if name == wanted:
            yield from value
            return
        if name in LISTED:
            deque(value, maxlen=0)


def _members(pieces: Iterator[str]) -> Iterator[tuple[str, Any]]:
    """(name, value) of each member; of a list an iterator, to be read before the next one."""
    window = _Window(pieces)
    window.take()
    mark = ","
    while mark == ",":
        name = window.value()
        window.take()
        yield name, window.rows() if name in LISTED else window.value()
        mark = window.take()


class _Window:
    """What is there of the text so far. As all that is recorded it is canonical: no spaces."""

    def __init__(self, pieces: Iterator[str]) -> None:
        self._pieces = pieces
        self._text, self._at = "", 0

    def take(self) -> str:
        """The next character."""
        if self._at == len(self._text):
            self._read_more()
        self._at += 1
        return self._text[self._at - 1]

    def value(self) -> Any:
        """The next value; one that ends with the window may go on behind it."""
        while True:
            try:
                found, end = _decode(self._text, self._at)
            except ValueError:
                end = len(self._text)
            if end < len(self._text):
                self._at = end
                return found
            self._read_more()

    def rows(self) -> Iterator[Any]:
        """The items of a list."""
        self.take()
        if self.take() == "]":
            return
        self._at -= 1
        yield self.value()
        while self.take() == ",":
            yield self.value()

    def _read_more(self) -> None:
        self._text = self._text[self._at :] + next(self._pieces)
        self._at = 0
