"""A table in padded text, for long lists and pipes: streams, cuts nothing, loads no Rich."""

from __future__ import annotations

import unicodedata
from itertools import islice
from typing import TYPE_CHECKING, Any

from jpcli.cli.shared.escape import visible
from jpcli.cli.shared.tables import flat_cell, is_money

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import TextIO

# Widths are those of the first rows; a longer cell further down pushes its line to the right.
SAMPLE_ROWS = 200
GAP = "  "


def write_plain_table(
    out: TextIO, columns: Sequence[str], rows: Iterable[tuple[Any, ...]], color: bool
) -> None:
    """A header and one line a row; numbers and money are aligned right."""
    iterator = iter(rows)
    sample = list(islice(iterator, SAMPLE_ROWS))
    right = [_is_numeric(column) for column in zip(*sample, strict=True)]
    right = right or [False] * len(columns)
    header = [heading(name) for name in columns]
    lines = [tuple(map(cell_text, row)) for row in sample]
    widths = [max(map(cell_width, column)) for column in zip(header, *lines, strict=True)]
    title = _padded(header, widths, right)
    out.write(f"\x1b[1m{title}\x1b[0m\n" if color else f"{title}\n")
    out.writelines(_padded(line, widths, right) + "\n" for line in lines)
    out.writelines(_padded(tuple(map(cell_text, row)), widths, right) + "\n" for row in iterator)


def heading(name: str) -> str:
    """`license_key` as `License key`."""
    return visible(name.replace("_", " ")).capitalize()


def cell_text(value: Any) -> str:
    """A cell as a person reads it: money with its sign, yes and no, nothing as nothing."""
    if value is None:
        return ""
    if isinstance(value, str):
        return visible(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict) and is_money(value):
        from jpcli.domain.money import display_amount

        return display_amount(value["amount_minor"], value["currency"])
    return visible(str(flat_cell(value)))


def cell_width(text: str) -> int:
    """Columns that a text takes on a terminal: wide characters two, combining marks none."""
    if text.isascii():
        return len(text)
    wide = sum(unicodedata.east_asian_width(character) in "WF" for character in text)
    marks = sum(unicodedata.combining(character) > 0 for character in text)
    return len(text) + wide - marks


def _padded(cells: Sequence[str], widths: Sequence[int], right: Sequence[bool]) -> str:
    parts = []
    for text, width, from_right in zip(cells, widths, right, strict=True):
        space = " " * (width - cell_width(text))
        parts.append(space + text if from_right else text + space)
    return GAP.join(parts).rstrip()


def _is_numeric(column: Iterable[Any]) -> bool:
    present = [cell for cell in column if cell is not None]
    return bool(present) and all(
        isinstance(cell, (int, dict)) and not isinstance(cell, bool) for cell in present
    )
