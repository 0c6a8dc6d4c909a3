"""Rows on the way from a change to its answer: kept until they are read, and not in memory.

Owns where they wait. The first are in memory, as in nearly every command; of a million all but the
last few are in a file without a name, which is gone with the process. So an answer is complete
before its change is kept, whoever writes meanwhile and however slowly it is read.
"""

from __future__ import annotations

import marshal
import os
from typing import IO, TYPE_CHECKING, Any, Generic, TypeVar

from jpcli.domain.answers import LongNotes, Rows, as_objects

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from jpcli.domain.answers import Note, Notes, Table

Item = TypeVar("Item")

# So many rows are written in one piece; as long as there are fewer, there is no file.
BATCH = 2048
_VERSION = 2  # of marshal: without looking for equal objects, which takes most of the time


class Spool(Generic[Item]):
    """A sized collection of rows that can be read again and again; `make` is what an item is, from
    a tuple of texts, numbers and None."""

    def __init__(self, make: Callable[[tuple[Any, ...]], Item]) -> None:
        self._make = make
        self._last: list[tuple[Any, ...]] = []
        self._file: IO[bytes] | None = None
        self._ends = [0]

    def __del__(self) -> None:
        if self._file is not None:
            self._file.close()

    def append(self, row: tuple[Any, ...]) -> None:
        """Put one more row behind the others; raises OSError where there is no room for it."""
        self._last.append(tuple(row))
        if len(self._last) == BATCH:
            self._put()

    def extend(self, rows: Iterable[tuple[Any, ...]]) -> None:
        """Put all of them behind the others."""
        for row in rows:
            self.append(row)

    @property
    def is_short(self) -> bool:
        """Whether all of it is in memory."""
        return self._file is None

    def __len__(self) -> int:
        return (len(self._ends) - 1) * BATCH + len(self._last)

    def __iter__(self) -> Iterator[Item]:
        return map(self._make, self.rows())

    def rows(self) -> Iterator[tuple[Any, ...]]:
        """The rows themselves."""
        if self._file is not None:
            number = self._file.fileno()
            for start, end in zip(self._ends, self._ends[1:], strict=False):
                yield from marshal.loads(os.pread(number, end - start, start))  # noqa: S302
        yield from self._last

    def _put(self) -> None:
        if self._file is None:
            from tempfile import TemporaryFile

            self._file = TemporaryFile(buffering=0)  # noqa: SIM115
        left = memoryview(marshal.dumps(self._last, _VERSION))
        self._ends.append(self._ends[-1] + len(left))
        while left:
            left = left[self._file.write(left) :]
        self._last.clear()


def table(columns: tuple[str, ...], rows: Iterable[tuple[Any, ...]]) -> Table[Any]:
    """All of these rows: a list of objects where there are few, else a table that is streamed."""
    spool: Spool[tuple[Any, ...]] = Spool(tuple)
    spool.extend(rows)
    found: Rows[Any] = Rows(columns, spool)
    return as_objects(found) if spool.is_short else found


def noted(spool: Spool[Note]) -> Notes:
    """Remarks that were found one by one."""
    return tuple(spool) if spool.is_short else LongNotes(spool)
