"""CSV files: one table with a header, in UTF-8, that a spreadsheet opens and runs nothing of."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from jpcli.domain.cells import guarded
from jpcli.reports.statement.text import clean

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence


def write_rows(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """The file, row by row."""
    yield _line(columns)
    for row in rows:
        yield _line([guarded(clean(cell)) for cell in row])


def _line(cells: Sequence[str]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow(cells)
    return out.getvalue()
