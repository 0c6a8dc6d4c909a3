"""Tables of text that fit a width without cutting anything.

A column is as wide as its longest cell. Where all of them together are too wide, the columns that
may go are left out one after another, and then the cells of one column are wrapped.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from rich.text import Text

from jpcli.cli.views.screen import text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from jpcli.cli.views.screen import Screen

INDENT = 2
GAP = 2
NARROWEST = 12
COMFORTABLE = 20


class Column(NamedTuple):
    """`drop` says in which order columns go when there is no room: 1 first, 0 never. A column
    that `wraps` is folded when that is not enough. Keys and amounts have neither. `short` is the
    title where there is little room."""

    title: str
    right: bool = False
    drop: int = 0
    wraps: bool = False
    short: str = ""


class Grid:
    """Rows under columns, a total and the rules between them."""

    def __init__(self, *columns: Column) -> None:
        self._columns = columns
        self._rows: list[tuple[Text, ...]] = []
        self._footer: tuple[Text, ...] | None = None

    def add(self, *cells: Text | str | None) -> None:
        """One row; a cell is Text, or data that becomes Text with control characters shown."""
        self._rows.append(_as_cells(cells))

    def total(self, *cells: Text | str | None) -> None:
        """The last row, below a rule, in bold."""
        self._footer = tuple(_bold(cell) for cell in _as_cells(cells))

    def draw(self, screen: Screen) -> tuple[str, ...]:
        """Draw it; the titles of the columns for which there was no room."""
        titles = [column.title for column in self._columns]
        widths = self._widths(titles)
        if _total(widths, range(len(widths))) > screen.width:
            titles = [column.short or column.title for column in self._columns]
            widths = self._widths(titles)
        kept = self._kept(widths, screen.width)
        self._squeeze(widths, kept, screen.width)
        length = _total(widths, kept) - INDENT
        rule = Text(" " * INDENT + screen.sign("─", "-") * length, style="dim")
        self._line(screen, [Text(title, style="bold") for title in titles], widths, kept)
        screen.write(rule)
        for row in self._rows:
            self._line(screen, row, widths, kept)
        if self._footer is not None:
            screen.write(rule)
            self._line(screen, self._footer, widths, kept)
        return tuple(
            column.title for index, column in enumerate(self._columns) if index not in kept
        )

    def _widths(self, titles: Sequence[str]) -> list[int]:
        return [
            max([len(title), *(row[index].cell_len for row in self._all_rows())])
            for index, title in enumerate(titles)
        ]

    def _all_rows(self) -> Iterable[tuple[Text, ...]]:
        return self._rows if self._footer is None else [*self._rows, self._footer]

    def _kept(self, widths: Sequence[int], width: int) -> list[int]:
        """Which columns stay. One that may be folded counts with a width that still reads well."""
        needs = [
            min(needed, COMFORTABLE) if column.wraps else needed
            for column, needed in zip(self._columns, widths, strict=True)
        ]
        kept = list(range(len(self._columns)))
        order = sorted((column.drop, i) for i, column in enumerate(self._columns) if column.drop)
        for _, index in order:
            if _total(needs, kept) <= width:
                break
            kept.remove(index)
        return kept

    def _squeeze(self, widths: list[int], kept: Sequence[int], width: int) -> None:
        excess = _total(widths, kept) - width
        for index in kept:
            if excess > 0 and self._columns[index].wraps:
                taken = min(excess, max(widths[index] - NARROWEST, 0))
                widths[index] -= taken
                excess -= taken

    def _line(
        self, screen: Screen, row: Sequence[Text], widths: Sequence[int], kept: Sequence[int]
    ) -> None:
        cells = {
            index: list(row[index].wrap(screen.console, widths[index], overflow="fold"))
            if self._columns[index].wraps and row[index].cell_len > widths[index]
            else [row[index]]
            for index in kept
        }
        for height in range(max(len(lines) for lines in cells.values())):
            line = Text(" " * INDENT)
            for position, index in enumerate(kept):
                cell = cells[index][height] if height < len(cells[index]) else Text()
                space = Text(" " * max(widths[index] - cell.cell_len, 0))
                line.append_text(space + cell if self._columns[index].right else cell + space)
                if position < len(kept) - 1:
                    line.append(" " * GAP)
            line.rstrip()
            screen.write(line)


def _total(widths: Sequence[int], kept: Sequence[int]) -> int:
    return INDENT + sum(widths[index] for index in kept) + GAP * (len(kept) - 1)


def _as_cells(cells: Iterable[Text | str | None]) -> tuple[Text, ...]:
    return tuple(cell if isinstance(cell, Text) else text(cell) for cell in cells)


def _bold(cell: Text) -> Text:
    cell.stylize("bold")
    return cell
