"""The statements of a month, one a line: whose, over how much, in which files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from jpcli.cli.views.grid import Column, Grid
from jpcli.cli.views.screen import text
from jpcli.cli.views.words import money
from jpcli.domain.words import count

if TYPE_CHECKING:
    from jpcli.cli.views.screen import Screen
    from jpcli.domain.contract.month_end import EachClientAnswer, MonthEndAnswer


def draw(data: MonthEndAnswer | EachClientAnswer, screen: Screen) -> None:
    """The statements, and how many files there are."""
    if not data["statements"]:
        if data["files"]:
            screen.paragraph("No license was active: there is no statement.")
        return
    grid = Grid(
        Column("Statement"),
        Column("Client", wraps=True),
        Column("Cost", right=True, drop=1),
        Column("Billed", right=True),
        Column("Files", right=True, drop=2),
    )
    for found in data["statements"]:
        client = found["client"]
        grid.add(
            found["number"] or "preview",
            text(client) if client else Text("No client", "yellow"),
            money(found["cost"]),
            money(found["billed"]) if client else "",
            count(len(found["files"]), "file"),
        )
    grid.draw(screen)
