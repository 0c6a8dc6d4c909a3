"""The rows of CSV, TSV and Markdown tables: a header that names the columns, then a record a row.

Owns what spreadsheets make of such a file, and what `cli/render` does to cells so that nothing acts
on them: it is undone here.
"""

from __future__ import annotations

import csv
import re
from typing import TYPE_CHECKING, Any, NamedTuple

from jpcli.domain.errors import BadInput, Problem
from jpcli.domain.limits import MAX_CELL_CHARACTERS, MAX_COLUMNS, MAX_LINE_BYTES
from jpcli.domain.texts import clean
from jpcli.domain.words import shortened
from jpcli.services.files.rows import Row, named, refuse_problems

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from jpcli.services.files.rows import Expected

_DELIMITERS = "\t,;|"
_TOLD = re.compile(r'"?sep=(.)"?', re.IGNORECASE)
_NOTHING = _DELIMITERS + " \r\n\f"
_GUARDED = re.compile("''*[=+@-]")
_WRITTEN_OUT = re.compile(r"\\x(3a|23|5c)")
_RULE = re.compile(":?-+:?")


def rows_of_table(
    lines: Iterable[bytes], source: str, expected: Expected, *, marked: bool = False
) -> Iterator[Row]:
    """Rows by the header's names. A bad record is noted, and the next one is read. `marked` files
    begin with a byte order mark, which only spreadsheets set."""
    texts = _Texts(lines, expected)
    first, delimiter = _first_line(texts)
    if texts.take_fault():
        refuse_problems(source, expected.problems)
    form = _form(first, delimiter, marked, expected)
    header = _header(first, form, texts.number, source, expected)
    csv.field_size_limit(MAX_CELL_CHARACTERS)
    records = csv.reader(texts, **form.reading())
    texts.take_quirk()
    while True:
        line = texts.number + 1
        try:
            cells = next(records)
        except StopIteration:
            return
        except csv.Error as error:
            expected.add("bad_csv", f"not valid CSV: {error}", line)
            continue
        if texts.take_fault():
            continue
        cells = _stripped(cells, len(header), form)
        if not any(cells):
            continue
        if len(cells) != len(header):
            message = f"{_counted(len(cells))}, but the header names {_counted(len(header))}"
            expected.add("wrong_cells", message, line)
            continue
        if texts.take_quirk():
            cells = [form.plain(cell) for cell in cells]
        values = [clean(cell) or None if cell else None for cell in cells]
        yield Row._make((line, dict(zip(header, values, strict=True))))


class _Form(NamedTuple):
    """How the cells of a file are parted, and whether formulas are guarded in it."""

    delimiter: str
    is_markdown: bool
    is_guarded: bool

    def reading(self) -> dict[str, Any]:
        """What the csv module has to know."""
        if self.is_markdown:
            return {"delimiter": "|", "quoting": csv.QUOTE_NONE, "escapechar": "\\"}
        return {"delimiter": self.delimiter, "strict": True}

    def plain(self, cell: str) -> str:
        """What a cell was before it was written so that nothing acts on it."""
        if self.is_guarded and _GUARDED.match(cell):
            cell = cell[1:]
        return _WRITTEN_OUT.sub(lambda match: chr(int(match[1], 16)), cell)


class _Texts:
    """The decoded lines, and the number of the last one that was handed over."""

    def __init__(self, lines: Iterable[bytes], expected: Expected) -> None:
        self._lines = iter(lines)
        self._expected = expected
        self._faulty = False
        self._quirky = False
        self.number = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        raw = next(self._lines)
        self.number += 1
        try:
            text = raw.decode()
        except UnicodeDecodeError:
            self._note("bad_utf8", "not UTF-8 text")
            return raw.decode(errors="replace")
        if "\0" in text:
            self._note("not_text", "a NUL character is no text")
        if len(raw) >= MAX_LINE_BYTES:
            self._note("line_too_long", f"more than {MAX_LINE_BYTES} bytes")
            raise StopIteration
        if "'" in text or "\\" in text:
            self._quirky = True
        return text

    def _note(self, code: str, message: str) -> None:
        self._faulty = True
        self._expected.add(code, message, self.number)

    def take_fault(self) -> bool:
        """True if a line since the last call was faulty and has been noted."""
        faulty, self._faulty = self._faulty, False
        return faulty

    def take_quirk(self) -> bool:
        """True if a line since the last call may have cells that were written out or guarded."""
        quirky, self._quirky = self._quirky, False
        return quirky


def _first_line(texts: _Texts) -> tuple[str, str | None]:
    """The header, and the delimiter where a line before it tells that, as `sep=;`."""
    delimiter = None
    for text in texts:
        told = _TOLD.fullmatch(text.strip("\r\n"))
        if told and delimiter is None:
            delimiter = told[1]
        elif text.strip(_NOTHING):
            return text, delimiter
    return "", delimiter


def _form(first: str, delimiter: str | None, marked: bool, expected: Expected) -> _Form:
    """What parts the header into the most names that are known."""
    if delimiter is None:
        found = [sign for sign in _DELIMITERS if sign in first] or [","]
        delimiter = max(found, key=lambda sign: _known_in(first, sign, expected))
    is_markdown = delimiter == "|" and first.lstrip().startswith("|")
    return _Form(delimiter, is_markdown, marked or delimiter != "\t")


def _known_in(first: str, delimiter: str, expected: Expected) -> int:
    names = {_name(cell.strip().strip('"'), expected) for cell in first.split(delimiter)}
    return len(names & expected.known)


def _name(cell: str, expected: Expected) -> str:
    """The column that is meant, in whichever case; what is no known one stays as it is."""
    cell = clean(cell)
    name = "_".join(cell.lower().replace("_", " ").split())
    return name if name in expected.known else cell


def _stripped(cells: list[str], wanted: int, form: _Form) -> list[str]:
    """The cells without blanks around them, nor what a spreadsheet has behind them; none for the
    line below a Markdown header."""
    if form.is_markdown:
        cells = _within_pipes(cells) if cells else cells
        if all(_RULE.fullmatch(cell.strip()) for cell in cells):
            return []
    cells = [cell.strip() for cell in cells]
    return cells if len(cells) == wanted else _without_empty(cells, wanted)


def _within_pipes(cells: list[str]) -> list[str]:
    """The cells of a Markdown row, which has a pipe at both ends."""
    return cells[1 : -1 if not cells[-1].strip() else None]


def _without_empty(cells: list[str], wanted: int) -> list[str]:
    """Cells without empty ones at their end, if they are more than `wanted`."""
    while len(cells) > wanted and not cells[-1]:
        cells.pop()
    return cells


def _header(first: str, form: _Form, line: int, source: str, expected: Expected) -> list[str]:
    """The names of the columns. Raises BadInput with every fault, for no row has a meaning then."""
    found: list[Problem] = []
    header: list[str] = []
    try:
        cells = next(csv.reader([first], **form.reading()), [])
        cells = _within_pipes(cells) if form.is_markdown else cells
        header = _without_empty([_name(cell, expected) for cell in cells], 1)
    except csv.Error as error:
        found.append(Problem("bad_csv", None, f"not valid CSV: {error}", line))
    if len(header) > MAX_COLUMNS:
        found.append(Problem("too_many_columns", None, f"more than {MAX_COLUMNS} columns", line))
        header = []
    for name in dict.fromkeys(header):
        if not name:
            number = header.index(name) + 1
            found.append(Problem("unnamed_column", None, f"column {number} has no name", line))
        elif name not in expected.known:
            found.append(Problem("unknown_column", shortened(name), expected.unknown(name), line))
        if name and header.count(name) > 1:
            found.append(
                Problem(
                    "duplicate_column", shortened(name), f"two columns {shortened(name)!r}", line
                )
            )
    found += [
        Problem("missing_column", name, f"no column {name!r}", line)
        for name in expected.lacks(header)
    ]
    if found:
        raise BadInput(
            found[0].code,
            f"{named(source)}, line {line}: {found[0].message}",
            hint="The first line names the columns, with commas, semicolons or tabs:"
            f" {_listed(expected)}",
            subject=found[0].subject,
            problems=tuple(found),
        )
    return header


def _listed(expected: Expected) -> str:
    optional = sorted(expected.known - expected.required)
    return ", ".join([*sorted(expected.required), *(f"[{name}]" for name in optional)])


def _counted(cells: int) -> str:
    return "1 cell" if cells == 1 else f"{cells} cells"
