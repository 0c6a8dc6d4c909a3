"""CSV and TSV: one table, with a header, in UTF-8, never shortened.

What is done to cells so that nothing acts on them, `services/files/table_rows.py` undoes.
"""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Any

from jpcli.cli.shared.escape import is_clean, printable, reversible, unmarked, visible
from jpcli.cli.shared.tables import Table, flat_columns
from jpcli.domain.cells import FORMULA, guarded

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import TextIO

_FIRST = FORMULA | {"'"}
_BYTE_ORDER_MARK = "\ufeff"


def write_excel(out: TextIO, table: Table) -> None:
    """CSV that spreadsheets take for UTF-8."""
    out.write(_BYTE_ORDER_MARK)
    write_csv(out, table)


def write_csv(out: TextIO, table: Table) -> None:
    """Rows end in a line feed; cells that a spreadsheet would run begin with an apostrophe, and
    control characters are written out. What a CI system would run where a line begins is in quotes,
    so that what is read back is what there was; no quotes help where it looks at all of a line."""
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(table.columns)
    for batch in table.batches:
        columns = flat_columns(batch)
        for index, column in enumerate(columns):
            texts = [cell for cell in column if type(cell) is str]
            if not texts:
                continue
            if not _FIRST.isdisjoint({cell[:1] for cell in texts}):
                columns[index] = _each(guarded, column)
            whole = "".join(texts)
            if "\\x" in whole:
                columns[index] = _each(reversible, columns[index])
            if not whole.isprintable():
                columns[index] = _each(printable, columns[index])
            if "##" in whole:
                columns[index] = _each(unmarked, columns[index])
        rows = zip(*columns, strict=True)
        if "::" in "".join(cell for cell in columns[0] if type(cell) is str):
            out.writelines(",".join(map(_quoted, row)) + "\n" for row in rows)
        else:
            writer.writerows(rows)
        out.flush()


def _each(write: Callable[[str], str], column: Sequence[Any]) -> list[Any]:
    return [write(cell) if type(cell) is str else cell for cell in column]


def _quoted(cell: Any) -> str:
    text = "" if cell is None else str(cell)
    if any(mark in text for mark in (",", '"', "::")):
        return '"' + text.replace('"', '""') + '"'
    return text


def write_tsv(out: TextIO, table: Table) -> None:
    r"""Control characters in cells are written out (`\t`, `\n`, `\x1b`), so a row is a line. A
    quote that begins a cell is doubled and the cell in quotes, as readers of tables expect."""
    out.write("\t".join(map(visible, table.columns)) + "\n")
    for batch in table.batches:
        columns = [_tsv_column(column) for column in flat_columns(batch)]
        rows = map("\t".join, zip(*columns, strict=True))
        out.write("\n".join(rows) + "\n")
        out.flush()


def _tsv_column(column: Sequence[Any]) -> Sequence[str]:
    kinds = set(map(type, column))
    texts = column if kinds == {str} else ["" if cell is None else str(cell) for cell in column]
    whole = "".join(texts)
    if "\\x" in whole or not is_clean(whole):
        texts = [visible(reversible(text)) for text in texts]
    if '"' in whole:
        texts = [_in_quotes(text) for text in texts]
    return texts


def _in_quotes(text: str) -> str:
    return '"' + text.replace('"', '""') + '"' if text.startswith('"') else text
