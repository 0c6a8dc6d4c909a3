"""Names down, months across, in as many tables below each other as the width asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from rich.text import Text

from jpcli.cli.views.grid import COMFORTABLE, GAP, Column, Grid
from jpcli.cli.views.screen import INDENT
from jpcli.domain.words import count, month_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jpcli.cli.views.screen import Screen


class Across(NamedTuple):
    """One row: its name, a cell a month and the sum of them."""

    name: Text
    cells: Sequence[str]
    sum: str


def draw_across(
    screen: Screen, title: str, months: Sequence[Text], rows: Sequence[Across], total: Across
) -> None:
    """All of it; the sums stand in the last of the tables."""
    every = [*rows, total]
    name_width = min(max(row.name.cell_len for row in every), COMFORTABLE)
    widths = [
        max(month.cell_len, *(len(row.cells[at]) for row in every))
        for at, month in enumerate(months)
    ]
    sum_width = max(len(row.sum) for row in every)
    room = screen.width - INDENT - name_width - GAP - sum_width
    most = max(1, room // (max(widths) + GAP))
    blocks = -(-len(months) // most)
    size = -(-len(months) // blocks)
    for begin in range(0, len(months), size):
        end = min(begin + size, len(months))
        last = end == len(months)
        grid = Grid(
            Column(title, wraps=True),
            *(Column(str(month), right=True) for month in months[begin:end]),
            *((Column("Total", right=True),) if last else ()),
        )
        for row in rows:
            grid.add(row.name, *row.cells[begin:end], *((row.sum,) if last else ()))
        grid.total(total.name, *total.cells[begin:end], *((total.sum,) if last else ()))
        if begin:
            screen.write()
        grid.draw(screen)


def month_titles(periods: Sequence[str], ahead: Sequence[bool], sign: str) -> list[Text]:
    """`Nov`, with the year where there are several, and the sign of what is still to come."""
    several = len({period[:4] for period in periods}) > 1
    return [
        Text(
            month_name(period)[:3]
            + (f" {period[2:4]}" if several else "")
            + (f" {sign}" if is_ahead else "")
        )
        for period, is_ahead in zip(periods, ahead, strict=True)
    ]


def more_rows(screen: Screen, left_out: int, what: str) -> None:
    """That not all rows are shown."""
    if left_out:
        dots = screen.sign("…", "...")
        screen.paragraph(f"{dots} and {count(left_out, what)} more   --limit 0 shows all", "dim")
