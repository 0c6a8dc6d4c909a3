"""What a use case hands back: JSON-ready data and remarks, never text on a screen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

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


def as_objects(rows: Rows[Row_co]) -> list[Row_co]:
    """A table in memory, a row an object; for tables that are known to be short."""
    objects: list[Any] = [dict(zip(rows.columns, row, strict=True)) for row in rows.rows]
    return objects


class Answer(NamedTuple, Generic[Data_co]):
    """The outcome of one use case: `data` as the JSON contract has it, its remarks, and what went
    wrong beside what was done."""

    data: Data_co
    notes: tuple[Note, ...] = ()
    failures: tuple[JpcliError, ...] = ()
