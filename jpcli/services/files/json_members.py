"""A JSON object of which some members are longer than memory, read once, from its start to its end.

Owns that reading: a member is taken whole, or item by item. Which members there are is for the
caller, and stands in an order of its own.
"""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Any

from jpcli.domain.errors import BadInput
from jpcli.domain.limits import MAX_LINE_BYTES
from jpcli.domain.words import shortened
from jpcli.services.files.json_decoder import Decoder
from jpcli.services.files.json_text import Broken, Text
from jpcli.services.files.read import opened, unreadable
from jpcli.services.files.rows import place

if TYPE_CHECKING:
    from collections.abc import Iterator

_HEAD_BYTES = 64 * 2**10
_UTF8_BOM = b"\xef\xbb\xbf"


class Members:
    """The members of a document that is being read, in their order. Raises BadInput, which names
    the line, for whatever is no JSON or goes past a limit."""

    def __init__(self, stream: IO[bytes], source: str) -> None:
        self._source = source
        self._text = Text(stream)
        self._decoder = Decoder()
        self._begun = False
        with self._refused():
            self._text.start(stream.read(_HEAD_BYTES).removeprefix(_UTF8_BOM))
            self._text.expect("{")

    def value(self, name: str) -> Any:
        """The whole of the next member, which has to be called so."""
        self._expect(name)
        return self._next()

    def items(self, name: str, most_bytes: int = MAX_LINE_BYTES) -> Iterator[Any] | None:
        """The items of the next member, which has to be called so and to be an array, or null
        (None). They are taken before the member after it, and are no longer than `most_bytes`."""
        self._expect(name)
        if self._text.comes("n"):
            if self._next() is not None:
                raise self.refused("bad_json", f"{name} is no array")
            return None
        with self._refused():
            self._text.expect("[")
        return self._items(most_bytes)

    def end(self) -> None:
        """There is no other member, and nothing behind the object."""
        with self._refused():
            self._text.expect("}")
            self._text.expect_end()

    def refused(self, code: str, message: str) -> BadInput:
        """What is wrong at this place, as an error to raise."""
        where = place(self._source, self._text.line)
        return BadInput(code, f"{where}: {message}", subject=self._source)

    def _expect(self, name: str) -> None:
        if self._begun:
            with self._refused():
                self._text.expect(",")
        self._begun = True
        if not self._text.comes('"'):
            raise self.refused("bad_json", f"a name belongs here: {name}")
        found = self._next()
        if found != name:
            raise self.refused("bad_json", f"{name} belongs here, not {shortened(str(found))}")
        with self._refused():
            self._text.expect(":")

    def _items(self, most_bytes: int) -> Iterator[Any]:
        with self._refused():
            empty = self._text.take("]")
        while not empty:
            yield self._next(most_bytes)
            with self._refused():
                if self._text.take("]"):
                    return
                self._text.expect(",")

    def _next(self, most_bytes: int = MAX_LINE_BYTES) -> Any:
        with self._refused():
            value, source = self._text.take_value(self._decoder, most_bytes)
        flaw = self._decoder.flaw(value, source)
        if flaw is not None:
            raise self.refused(*flaw)
        return value

    @contextmanager
    def _refused(self) -> Iterator[None]:
        try:
            yield
        except Broken as broken:
            raise self._no_json(broken.reason) from None

    def _no_json(self, reason: Exception) -> BadInput:
        if isinstance(reason, UnicodeDecodeError):
            return self.refused("bad_utf8", "not UTF-8 text")
        if isinstance(reason, RecursionError):
            return self.refused("too_deep", "nested too deeply")
        said = reason.msg if isinstance(reason, json.JSONDecodeError) else str(reason)
        return self.refused("bad_json", f"not valid JSON: {said.lower()}")


@contextmanager
def members_of(source: str, stdin: IO[bytes] | None = None) -> Iterator[Members]:
    """A document in a file, or standard input for `-`. Raises BadInput where it can't be read."""
    with opened(source, stdin) as stream:
        try:
            yield Members(stream, source)
        except OSError as error:
            raise unreadable(source, error) from error
