"""Tables that fit a width without cutting anything; Rich draws them.

A column is as wide as its longest cell. Where all of them together are too wide, the columns that
may go are left out one after another, and then those that may be folded get narrower. Where that
is not enough, as on a very narrow screen, every row is a list of its cells.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from rich.box import SIMPLE, Box
from rich.table import Table
from rich.text import Text

from jpcli.cli.views.folds import folded
from jpcli.cli.views.screen import INDENT, facts, text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jpcli.cli.views.screen import Screen

GAP = 2
NARROWEST = 12
COMFORTABLE = 20

_PLAIN = Box(str(SIMPLE).replace("─", "-"), ascii=True)


class Column(NamedTuple):
    """`drop` says in which order columns go when there is no room: 1 first, 0 never. A column
    that `wraps` is folded when that is not enough, never below `least`. Keys and amounts have
    neither. `short` is the title where there is little room. One that is `optional` is left out
    where no row has anything in it."""

    title: str
    right: bool = False
    drop: int = 0
    wraps: bool = False
    short: str = ""
    least: int = NARROWEST
    optional: bool = False


class Grid:
    """Rows under columns, and a total."""

    def __init__(self, *columns: Column) -> None:
        self._columns = columns
        self._rows: list[list[Text]] = []
        self._total: list[Text] | None = None

    def add(self, *cells: Text | str | None) -> None:
        """One row; a cell is Text, or data that becomes Text with control characters shown."""
        self._rows.append([cell if isinstance(cell, Text) else text(cell) for cell in cells])

    def total(self, *cells: Text | str | None) -> None:
        """The last row, below a rule, in bold."""
        self.add(*cells)
        self._total = self._rows.pop()

    def draw(self, screen: Screen) -> tuple[str, ...]:
        """Draw it; the titles of the columns for which there was no room."""
        filled = [
            index
            for index, column in enumerate(self._columns)
            if not column.optional or any(row[index] for row in self._rows)
        ]
        titles = [column.title for column in self._columns]
        widths = self._widths(titles)
        if _needed(widths, filled) > screen.width:
            titles = [column.short or column.title for column in self._columns]
            widths = self._widths(titles)
        kept = self._kept(filled, widths, screen.width)
        self._squeeze(widths, kept, screen.width)
        if _needed(widths, kept) > screen.width:
            self._draw_records(screen, filled)
            return ()
        screen.draw(self._table(screen, titles, widths, kept), _needed(widths, kept) - INDENT)
        return tuple(self._columns[index].title for index in filled if index not in kept)

    def _draw_records(self, screen: Screen, filled: Sequence[int]) -> None:
        """Where no table fits: a row below the other, its cells beside their titles."""
        rows = self._rows if self._total is None else [*self._rows, self._total]
        for number, row in enumerate(rows):
            if number:
                screen.write()
            facts(screen, [(self._columns[i].title, row[i]) for i in filled if row[i]])

    def _table(
        self, screen: Screen, titles: Sequence[str], widths: Sequence[int], kept: Sequence[int]
    ) -> Table:
        table = Table(
            box=SIMPLE if screen.unicode else _PLAIN,
            border_style="dim",
            show_edge=False,
            show_footer=self._total is not None,
            pad_edge=False,
            padding=(0, GAP - 1, 0, 0),
        )
        for index in kept:
            table.add_column(
                Text(titles[index]),
                self._total[index] if self._total else "",
                header_style="bold",
                footer_style="bold",
                justify="right" if self._columns[index].right else "default",
                overflow="fold",
                width=widths[index],
            )
        for row in self._rows:
            table.add_row(*(_fitted(row[index], widths[index]) for index in kept))
        return table

    def _widths(self, titles: Sequence[str]) -> list[int]:
        rows = self._rows if self._total is None else [*self._rows, self._total]
        return [
            max([len(title), *(row[index].cell_len for row in rows)])
            for index, title in enumerate(titles)
        ]

    def _kept(self, filled: Sequence[int], widths: Sequence[int], width: int) -> list[int]:
        """Which columns stay. One that may be folded counts with a width that still reads well."""
        needs = [
            min(needed, max(COMFORTABLE, column.least)) if column.wraps else needed
            for column, needed in zip(self._columns, widths, strict=True)
        ]
        kept = list(filled)
        for index in sorted(filled, key=lambda index: self._columns[index].drop):
            if self._columns[index].drop and _needed(needs, kept) > width:
                kept.remove(index)
        return kept

    def _squeeze(self, widths: list[int], kept: Sequence[int], width: int) -> None:
        """Fold the widest of the columns that may be, as long as there is no room for all."""
        while _needed(widths, kept) > width:
            wide = [
                index
                for index in kept
                if self._columns[index].wraps and widths[index] > self._columns[index].least
            ]
            if not wide:
                return
            widths[max(wide, key=widths.__getitem__)] -= 1


def _fitted(cell: Text, width: int) -> Text:
    return cell if cell.cell_len <= width else Text("\n").join(folded(cell, width))


def _needed(widths: Sequence[int], kept: Sequence[int]) -> int:
    return INDENT + sum(widths[index] for index in kept) + GAP * (len(kept) - 1)
