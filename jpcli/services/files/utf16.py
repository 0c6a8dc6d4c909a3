"""A file in UTF-16, as some spreadsheets save it, read as UTF-8."""

from __future__ import annotations

from codecs import getincrementaldecoder
from io import BufferedReader, RawIOBase
from typing import IO, Any

_PART_BYTES = 64 * 2**10
# In no text in UTF-8: what can't be read is noted with its line, as in other files.
_UNREADABLE = b"\xff"


def as_utf8(head: bytes, stream: IO[bytes]) -> IO[bytes]:
    """The bytes of `head`, which begins with a byte order mark, and of the rest, as UTF-8."""
    return BufferedReader(_Recoded(head, stream))


class _Recoded(RawIOBase):
    def __init__(self, head: bytes, stream: IO[bytes]) -> None:
        self._decoder = getincrementaldecoder("utf-16")("surrogatepass")
        self._stream = stream
        self._raw = head
        self._ready = b""
        self._ended = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._ready and not self._ended:
            self._recode(self._raw or self._stream.read(_PART_BYTES))
            self._raw = b""
        part = self._ready[: len(buffer)]
        self._ready = self._ready[len(part) :]
        buffer[: len(part)] = part
        return len(part)

    def _recode(self, raw: bytes) -> None:
        self._ended = not raw
        try:
            text = self._decoder.decode(raw, final=self._ended)
            self._ready = text.encode(errors="surrogatepass")
        except UnicodeDecodeError:
            self._ended = True
            self._ready = _UNREADABLE
