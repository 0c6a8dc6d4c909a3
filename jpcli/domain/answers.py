"""What a use case hands back: JSON-ready data and remarks, never text on a screen."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, Protocol, TypeAlias, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from jpcli.domain.errors import JpcliError

# What the JSON contract calls the data of an answer, and a row of a table.
Data_co = TypeVar("Data_co", bound="Mapping[str, object]", covariant=True)
Row_co = TypeVar("Row_co", covariant=True)


class Note(NamedTuple):
    """A remark beside the data. `kind` is `ok`, `info` or `warning`; `code` is for machines."""

    code: str
    message: str
    kind: str = "info"
    subject: str | None = None
    hint: str | None = None


class Rows(NamedTuple, Generic[Row_co]):
    """A table that may be longer than memory: column names and an iterable of tuples, read once.

    As JSON it is a list of objects keyed by `columns`; `Row_co` is what such an object is.
    """

    columns: tuple[str, ...]
    rows: Iterable[tuple[Any, ...]]


# Rows of a change: where they are few, a list that can be read again and again.
Table: TypeAlias = list[Row_co] | Rows[Row_co]


def as_objects(rows: Rows[Row_co]) -> list[Row_co]:
    """A table in memory, a row an object; for tables that are known to be short."""
    objects: list[Any] = [dict(zip(rows.columns, row, strict=True)) for row in rows.rows]
    return objects


def each_object(table: Table[Row_co]) -> Iterator[Row_co]:
    """The rows of a table of either kind, one by one."""
    if not isinstance(table, Rows):
        return iter(table)
    objects: Iterator[Any] = (dict(zip(table.columns, row, strict=True)) for row in table.rows)
    return objects


class Remarks(Protocol):
    """What can be counted and read again and again."""

    def __iter__(self) -> Iterator[Note]: ...

    def __len__(self) -> int: ...


class LongNotes(Sequence[Note]):
    """Remarks that may be more than memory holds: for reading from first to last."""

    def __init__(self, *parts: Remarks) -> None:
        self._parts = parts

    def __iter__(self) -> Iterator[Note]:
        return chain.from_iterable(self._parts)

    def __len__(self) -> int:
        return sum(map(len, self._parts))

    def __getitem__(self, index: Any) -> Any:
        return tuple(self)[index]


Notes: TypeAlias = Sequence[Note]


def joined(*parts: Notes) -> Notes:
    """All of these remarks; a tuple unless one of them is long."""
    if any(isinstance(part, LongNotes) for part in parts):
        return LongNotes(*parts)
    return tuple(chain.from_iterable(parts))


class Chosen(NamedTuple):
    """Which licenses a table of an answer has, by what a stored answer tells it again: all that the
    events of the change made (`made`), all that they touched (`touched`), in that order, or those
    of these row numbers (`listed`)."""

    how: str
    numbers: Iterable[int] = ()


class Answer(NamedTuple, Generic[Data_co]):
    """The outcome of one use case: `data` as the JSON contract has it, its remarks, what went wrong
    beside what was done, and of tables of licenses in the data which those are."""

    data: Data_co
    notes: Notes = ()
    failures: tuple[JpcliError, ...] = ()
    chosen: Mapping[str, Chosen] = {}
