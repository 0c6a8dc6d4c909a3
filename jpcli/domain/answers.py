"""What a use case hands back: JSON-ready data and remarks, never text on a screen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from jpcli.domain.errors import JpcliError


class Note(NamedTuple):
    """A remark beside the data. `kind` is `ok`, `info` or `warning`; `code` is for machines."""

    code: str
    message: str
    kind: str = "info"
    subject: str | None = None
    hint: str | None = None


class Rows(NamedTuple):
    """A table that may be longer than memory: column names and an iterable of tuples, read once.

    As JSON it is a list of objects keyed by `columns`.
    """

    columns: tuple[str, ...]
    rows: Iterable[tuple[Any, ...]]


class Answer(NamedTuple):
    """The outcome of one use case: `data` as the JSON contract has it, its remarks, and what went
    wrong beside what was done."""

    data: Mapping[str, Any]
    notes: tuple[Note, ...] = ()
    failures: tuple[JpcliError, ...] = ()
