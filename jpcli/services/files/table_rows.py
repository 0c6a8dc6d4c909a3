"""The rows of CSV and TSV: a header that names the columns, then a record a row."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

from jpcli.domain.errors import BadInput, Problem
from jpcli.domain.limits import MAX_CELL_CHARACTERS, MAX_COLUMNS, MAX_LINE_BYTES
from jpcli.domain.words import shortened
from jpcli.services.files.rows import Row, named, refuse_problems

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from jpcli.services.files.rows import Expected


def rows_of_table(lines: Iterable[bytes], source: str, expected: Expected) -> Iterator[Row]:
    """Rows by the header's names. A bad record is noted, and the next one is read."""
    texts = _Texts(lines, expected)
    first = next((text for text in texts if text.strip()), "")
    if texts.take_fault():
        refuse_problems(source, expected.problems)
    delimiter = "\t" if "\t" in first else ","
    header = _header(first, delimiter, texts.number, source, expected)
    csv.field_size_limit(MAX_CELL_CHARACTERS)
    records = csv.reader(texts, delimiter=delimiter, strict=True)
    while True:
        line = texts.number + 1
        try:
            cells = next(records)
        except StopIteration:
            return
        except csv.Error as error:
            expected.add("bad_csv", f"not valid CSV: {error}", line)
            continue
        if not cells or texts.take_fault():
            continue
        if len(cells) != len(header):
            message = f"{_counted(len(cells))}, but the header names {_counted(len(header))}"
            expected.add("wrong_cells", message, line)
            continue
        yield Row(line, {name: cell or None for name, cell in zip(header, cells, strict=True)})


class _Texts:
    """The decoded lines, and the number of the last one that was handed over."""

    def __init__(self, lines: Iterable[bytes], expected: Expected) -> None:
        self._lines = iter(lines)
        self._expected = expected
        self._faulty = False
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
        return text

    def _note(self, code: str, message: str) -> None:
        self._faulty = True
        self._expected.add(code, message, self.number)

    def take_fault(self) -> bool:
        """True if a line since the last call was faulty and has been noted."""
        faulty, self._faulty = self._faulty, False
        return faulty


def _header(first: str, delimiter: str, line: int, source: str, expected: Expected) -> list[str]:
    """The names of the columns. Raises BadInput with every fault, for no row has a meaning then."""
    found: list[Problem] = []
    header: list[str] = []
    try:
        cells = next(csv.reader([first], delimiter=delimiter, strict=True), [])
        header = [cell.strip() for cell in cells]
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
        for name in sorted(expected.required - set(header))
    ]
    if found:
        raise BadInput(
            found[0].code,
            f"{named(source)}, line {line}: {found[0].message}",
            hint=f"The first line names the columns, with commas or tabs: {_listed(expected)}",
            subject=found[0].subject,
            problems=tuple(found),
        )
    return header


def _listed(expected: Expected) -> str:
    optional = sorted(expected.known - expected.required)
    return ", ".join([*sorted(expected.required), *(f"[{name}]" for name in optional)])


def _counted(cells: int) -> str:
    return "1 cell" if cells == 1 else f"{cells} cells"
