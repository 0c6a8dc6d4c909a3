"""A Markdown table, for issues, chats and what is pasted from there into a spreadsheet. Data is
shown as it is: its markup is escaped, and a formula guarded as in CSV."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from jpcli.cli.shared.escape import reversible, visible
from jpcli.cli.shared.tables import Table, flat_cell
from jpcli.domain.cells import guarded

if TYPE_CHECKING:
    from typing import TextIO

_MARKUP = re.compile(r"[\\|<`*\[\]]|(?<![0-9A-Za-z])_|_(?![0-9A-Za-z])")


def write_markdown(out: TextIO, table: Table) -> None:
    """Columns whose first row is a number or money are aligned right."""
    first = next(table.batches, ())
    sample = first[0] if first else (None,) * len(table.columns)
    marks = ["---:" if _is_numeric(cell) else "---" for cell in sample]
    out.write(_line(table.columns) + "| " + " | ".join(marks) + " |\n")
    out.writelines(map(_line, first))
    for batch in table.batches:
        out.writelines(map(_line, batch))


def _is_numeric(cell: Any) -> bool:
    return isinstance(cell, (int, dict)) and not isinstance(cell, bool)


def _line(row: tuple[Any, ...]) -> str:
    return "| " + " | ".join(map(_cell, row)) + " |\n"


def _cell(value: Any) -> str:
    flat = flat_cell(value)
    if flat is None:
        return ""
    return _MARKUP.sub(r"\\\g<0>", visible(reversible(guarded(str(flat)))))
