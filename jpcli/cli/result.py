"""What a command hands to the renderer. Commands return one of these and never print."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from jpcli.domain.answers import Note


class Result(NamedTuple):
    """The outcome of one command.

    `data` is the JSON object under "data"; a value may be a `Rows`, which is streamed as an array
    of objects and can be read once. `rows_key` names the table in `data` that NDJSON, CSV, TSV,
    Markdown and the plain table show; without it they show the object's own fields. `columns`
    gives that table's header where it may be empty. `view` is `module:function` below
    `jpcli.cli.views`, used for a table only. `payload` (text or bytes, streamed) replaces all of
    it: the bytes are the answer, as with an export. `total` is how many rows there are where the
    table holds only the first of them.
    """

    data: Mapping[str, Any]
    rows_key: str | None = None
    columns: tuple[str, ...] | None = None
    notes: tuple[Note, ...] = ()
    view: str | None = None
    payload: Iterable[str | bytes] | None = None
    exit_code: int = 0
    total: int | None = None
