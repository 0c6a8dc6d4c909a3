"""Which license keys a history file had so far, and on which lines; flat in memory.

Owns nothing but that. The keys of the last rows are kept as they are, those before them are in the
ledger's own tables by then, and a mark tells most keys that were on no line without a look there.
"""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING

from jpcli.ledger.queries import licenses

if TYPE_CHECKING:
    from jpcli.ledger.writer import Writer

KEPT_KEYS = 20_000
# One byte a hash; never written, never in memory.
_MARKS = 1 << 24


class SeenKeys:
    """The keys of one file that is recorded by `writer`, whose licenses it finds by number."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        self._last: dict[str, int] = {}
        self._marks = bytearray(_MARKS)
        self._first_id = writer.last_seq
        self._lines = {False: array("I"), True: array("I")}  # of old ones, and of new ones

    def line_of(self, key: str, line: int) -> int | None:
        """The line on which the key was before, or None, and then it is on this `line`."""
        earlier = self._last.get(key)
        if earlier is not None:
            return earlier
        mark = hash(key) & (_MARKS - 1)
        if self._marks[mark]:
            earlier = self._stored_line(key)
        self._marks[mark] = 1
        if earlier is None:
            self._last[key] = line
        return earlier

    def is_license(self, license_id: int, line: int) -> None:
        """The key on this line is this license's, which is new or was there before."""
        lines, position = self._place(license_id)
        line = min(line, 2**32 - 1)
        if position == len(lines):
            lines.append(line)
            return
        if position > len(lines):
            lines.frombytes(bytes((position + 1 - len(lines)) * lines.itemsize))
        lines[position] = line

    def is_full(self) -> bool:
        """Whether it is time to `forget`."""
        return len(self._last) >= KEPT_KEYS

    def forget(self) -> None:
        """Forget the last keys: the ledger has them now."""
        self._writer.flush()
        self._last.clear()

    def _stored_line(self, key: str) -> int | None:
        license_id = licenses.number_of(self._writer.ledger, key)
        if license_id is None:
            return None
        lines, position = self._place(license_id)
        return (lines[position] or None) if position < len(lines) else None

    def _place(self, license_id: int) -> tuple[array[int], int]:
        is_new = license_id > self._first_id
        return self._lines[is_new], license_id - (self._first_id + 1 if is_new else 0)
