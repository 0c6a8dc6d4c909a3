"""JSON and NDJSON: the contract `jpcli/1`. Long tables are written while they are read."""

from __future__ import annotations

import json
import re
import sys
from typing import TYPE_CHECKING, Any

from jpcli.cli.render.json_rows import COMPACT, encoded_column, encoded_rows, row_template, text_of
from jpcli.cli.shared.failure import failure_from
from jpcli.cli.shared.named_ledger import naming
from jpcli.cli.shared.tables import BATCH, Table, batches_of
from jpcli.domain.answers import LongNotes, Note, Rows, as_objects
from jpcli.domain.errors import worst

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import TextIO

    from jpcli.cli.shared.failure import Failure
    from jpcli.cli.shared.output import Output
    from jpcli.domain.answers import Notes
    from jpcli.domain.errors import JpcliError

VERSION = "jpcli/1"
# Characters of an answer that are kept until it is whole.
HELD_BACK = 32_768
# Not empty while a part of a long answer is out.
_begun: list[bool] = []

_indented = json.JSONEncoder(ensure_ascii=False, indent=2)

# Legal in JSON as they are, but not on a terminal, and a lone surrogate not in UTF-8 either; and
# what a CI system takes for a command in the middle of a line.
_UNSAFE = re.compile(
    r"#(?=#(?:vso)?\[)"
    "|[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)


def write_json(
    out: TextIO,
    command: str,
    data: Mapping[str, Any],
    notes: Notes,
    indent: bool,
    failures: Sequence[JpcliError] = (),
    ledger: str = "",
) -> None:
    """One object: version, command, data and, where there are any, notes and the worst error.

    A short answer is written in one piece, so that an error in the middle of it leaves nothing.
    `ledger` is what names it in the commands of hints, if need be.
    """
    _begun.clear()
    write = _Writer(out, indent)
    write.open("{")
    write.field("version", VERSION)
    write.field("command", command)
    write.key("data")
    write.object(data)
    told = (note._replace(hint=_typed(note.hint, ledger)) for note in notes)
    if isinstance(notes, LongNotes):
        write.rows("notes", Rows(Note._fields, told))
    elif notes:
        write.field("notes", [note._asdict() for note in told])
    if failures:
        write.field("error", _error_object(failure_from(worst(failures)), ledger))
    write.close("}")
    write.end()


def write_ndjson(out: TextIO, table: Table) -> None:
    """One object a line, with the fields of the table."""
    template = row_template(table.columns)
    for batch in table.batches:
        out.write(_safe("\n".join(encoded_rows(template, batch)) + "\n"))
        out.flush()


def write_ndjson_object(out: TextIO, data: Mapping[str, Any]) -> None:
    """An answer without a table is one line."""
    out.write(_safe(COMPACT.encode(_without_rows(data))) + "\n")


def write_failure_json(failure: Failure, output: Output) -> None:
    """The error object on stdout, alone: it is left out after the beginning of a long answer."""
    if _begun:
        _begun.clear()
        return
    error = _error_object(failure, output.ledger)
    encoder = _indented if output.terminal else COMPACT
    sys.stdout.write(_safe(encoder.encode({"version": VERSION, "error": error})) + "\n")
    sys.stdout.flush()


def _error_object(failure: Failure, ledger: str) -> dict[str, Any]:
    error: dict[str, Any] = {
        "code": failure.code,
        "message": failure.message,
        "hint": _typed(failure.hint, ledger),
        "subject": failure.subject,
    }
    if failure.problems:
        named = (item._replace(hint=_typed(item.hint, ledger)) for item in failure.problems)
        error["problems"] = [item._asdict() for item in named]
    return error


def _typed(hint: str | None, ledger: str) -> str | None:
    """A hint, line by line, with the ledger in its commands."""
    return hint and "\n".join(naming(line, ledger) for line in hint.split("\n"))


class _Writer:
    """Writes nested objects field by field, either compact or indented by two."""

    def __init__(self, out: TextIO, indent: bool) -> None:
        self._out = out
        self._pieces: list[str] = []
        self._size = 0
        self._encoder = _indented if indent else COMPACT
        self._indent = indent
        self._depth = 0
        self._first = True

    def _write(self, text: str) -> None:
        self._pieces.append(text)
        self._size += len(text)
        if self._size > HELD_BACK:
            self._put()
            _begun.append(True)

    def _put(self) -> None:
        self._out.write("".join(self._pieces))
        self._pieces.clear()
        self._size = 0

    def end(self) -> None:
        """The last of it, and a line end."""
        self._pieces.append("\n")
        self._put()
        _begun.clear()

    def open(self, bracket: str) -> None:
        self._write(bracket)
        self._depth += 1
        self._first = True

    def close(self, bracket: str) -> None:
        self._depth -= 1
        if not self._first:
            self._new_line()
        self._write(bracket)
        self._first = False

    def key(self, name: str) -> None:
        self.separate()
        self._write(text_of(name) + (": " if self._indent else ":"))

    def field(self, name: str, value: Any) -> None:
        self.key(name)
        if isinstance(value, list) and len(value) > BATCH and not self._indent:
            self._long_list(value)
            return
        if isinstance(value, list) and any(map(_is_long, value)):
            self.open("[")
            self._objects(value)
            self.close("]")
            return
        if _is_long(value):
            self.object(value)
            return
        text = _safe(self._encoder.encode(value))
        self._write(text.replace("\n", "\n" + "  " * self._depth))

    def _long_list(self, values: list[Any]) -> None:
        """Piece by piece, so that the text of all of it is never in memory at once."""
        self.open("[")
        for start in range(0, len(values), BATCH):
            self.separate()
            self._write(_safe(self._encoder.encode(values[start : start + BATCH])[1:-1]))
        self.close("]")

    def _objects(self, objects: list[dict[str, Any]]) -> None:
        """Objects that have tables in them."""
        for item in objects:
            self.separate()
            self.object(item)

    def object(self, item: Mapping[str, Any]) -> None:
        """An object, whose tables are written while they are read."""
        self.open("{")
        for key, value in item.items():
            if isinstance(value, Rows):
                self.rows(key, value)
            else:
                self.field(key, value)
        self.close("}")

    def rows(self, name: str, rows: Rows[Any]) -> None:
        self.key(name)
        self.open("[")
        template = row_template(rows.columns)
        for batch in batches_of(rows.rows):
            if any(isinstance(cell, Rows) for cell in batch[0]):
                self._tables(rows.columns, batch)
                continue
            self.separate()
            if self._indent:
                objects: list[Any] = as_objects(Rows(rows.columns, batch))
                texts = [self._encoder.encode(entry) for entry in objects]
                joined = ",\n".join(texts).replace("\n", "\n" + "  " * self._depth)
            else:
                joined = ",".join(encoded_rows(template, batch))
            self._write(_safe(joined))
        self.close("]")

    def _tables(self, columns: Sequence[str], batch: Sequence[tuple[Any, ...]]) -> None:
        """Rows with tables in them."""
        if self._indent:
            self._objects([dict(zip(columns, row, strict=True)) for row in batch])
            return
        cells = [
            column if isinstance(column[0], Rows) else map(_safe, encoded_column(column))
            for column in zip(*batch, strict=True)
        ]
        for row in zip(*cells, strict=True):
            self.separate()
            self.open("{")
            for name, cell in zip(columns, row, strict=True):
                if isinstance(cell, Rows):
                    self.rows(name, cell)
                else:
                    self.key(name)
                    self._write(cell)
            self.close("}")

    def separate(self) -> None:
        if not self._first:
            self._write(",")
        self._first = False
        self._new_line()

    def _new_line(self) -> None:
        if self._indent:
            self._write("\n" + "  " * self._depth)


def _is_long(value: Any) -> bool:
    """Whether it is an object of which a part is written piece by piece."""
    return isinstance(value, dict) and any(
        isinstance(inner, Rows) or (isinstance(inner, list) and len(inner) > BATCH)
        for inner in value.values()
    )


def _safe(text: str) -> str:
    """Write out what would be acted on; in JSON text it can only be inside a string."""
    if text.isascii() and "\x7f" not in text and "##" not in text:
        return text
    return _UNSAFE.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def _without_rows(value: Any) -> Any:
    """The same with lists of objects for all tables in it."""
    if isinstance(value, Rows):
        value = as_objects(value)
    if isinstance(value, list):
        return [_without_rows(item) for item in value]
    if isinstance(value, dict):
        return {key: _without_rows(inner) for key, inner in value.items()}
    return value
