"""A window on the text of a JSON document that may be larger than memory, value by value."""

from __future__ import annotations

import json
import re
from codecs import getincrementaldecoder
from typing import IO, Any, Protocol

from jpcli.domain.limits import MAX_LINE_BYTES

_CHUNK_BYTES = 256 * 2**10
_SPACE = re.compile(r"[ \t\r\n]*")


class Decode(Protocol):
    """What decodes one value."""

    def decode(self, text: str, start: int = 0) -> tuple[Any, int]:
        """The value at `start` and where it ends. Raises ValueError or RecursionError."""


class Broken(Exception):
    """The document can't be read on. `reason` is the decoder's error."""

    def __init__(self, reason: Exception) -> None:
        super().__init__(reason)
        self.reason = reason


class Text:
    """A window on the text of a file, which moves on and knows its line.

    `line` is the line of the next character that is no white space.
    """

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._decoder = getincrementaldecoder("utf-8")()
        self._text = ""
        self._at = 0
        self._ended = False
        self.line = 1

    def start(self, head: bytes) -> None:
        """Begin with the bytes that were read already."""
        self._append(head)
        self._skip_space()

    def comes(self, character: str) -> bool:
        """Whether a character comes next."""
        return self._text.startswith(character, self._at)

    def take(self, character: str) -> bool:
        """Move over one character if it comes next."""
        if not self.comes(character):
            return False
        self._move(self._at + 1)
        return True

    def expect(self, character: str) -> None:
        if not self.take(character):
            raise Broken(ValueError(f"{character!r} is missing"))

    def at_end(self) -> bool:
        return self._ended and self._at == len(self._text)

    def expect_end(self) -> None:
        if not self.at_end():
            raise Broken(ValueError("more after its end"))

    def take_value(self, decoder: Decode, most_bytes: int = MAX_LINE_BYTES) -> tuple[Any, str]:
        """Move over one value, of so many bytes at most, and return it with its text."""
        while True:
            try:
                value, end = decoder.decode(self._text, self._at)
            except RecursionError as error:
                raise Broken(error) from error
            except ValueError as error:
                if self._read_more(most_bytes):
                    continue
                raise self._broken(error, most_bytes) from error
            # A number at the edge of the window may go on behind it.
            if end < len(self._text) or not self._read_more(most_bytes):
                source = self._text[self._at : end]
                self._move(end)
                return value, source

    def _broken(self, error: Exception, most_bytes: int) -> Broken:
        if not self._ended:
            error = ValueError(f"one value takes more than {most_bytes} bytes")
        elif isinstance(error, json.JSONDecodeError):
            self.line += self._text.count("\n", self._at, error.pos)
            error = ValueError(error.msg)
        return Broken(error)

    def _move(self, end: int) -> None:
        self.line += self._text.count("\n", self._at, end)
        self._at = end
        self._skip_space()

    def _skip_space(self) -> None:
        while True:
            space = _SPACE.match(self._text, self._at)
            end = space.end() if space else self._at
            self.line += self._text.count("\n", self._at, end)
            self._at = end
            if end < len(self._text) or not self._read_more():
                return

    def _read_more(self, most_bytes: int = MAX_LINE_BYTES) -> bool:
        """Put more text behind the window; False at the end, or when one value fills too much."""
        waiting = len(self._text) - self._at
        if self._ended or waiting > most_bytes:
            return False
        # Twice as much each time, so that a large value is not tried again too often.
        self._append(self._stream.read(max(_CHUNK_BYTES, waiting)))
        return True

    def _append(self, raw: bytes) -> None:
        self._ended = not raw
        try:
            more = self._decoder.decode(raw, final=self._ended)
        except UnicodeDecodeError as error:
            self.line += self._text.count("\n", self._at) + error.object.count(
                b"\n", 0, error.start
            )
            raise Broken(error) from error
        self._text = self._text[self._at :] + more
        self._at = 0
