"""What could be saved: a sentence and its amounts a row, and what they come to together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jpcli.cli.views.grid import Column, Grid
from jpcli.cli.views.screen import text
from jpcli.cli.views.words import money
from jpcli.domain.answers import each_object
from jpcli.domain.words import month_name

if TYPE_CHECKING:
    from jpcli.cli.views.screen import Screen
    from jpcli.domain.contract.savings import SavingsAnswer

_STYLES = {"bundle": "cyan", "singles": "cyan", "half-empty": "cyan"}


def draw(data: SavingsAnswer, screen: Screen) -> None:
    """A row a suggestion; nothing below the title where there is none."""
    screen.title(data["agency"], ("what could be saved", ""))
    if not data["total"]:
        return
    grid = Grid(
        Column("Kind", drop=2),
        Column("What", wraps=True),
        Column("Client", drop=1, wraps=True, optional=True),
        Column(month_name(data["month"]), right=True, short="A month"),
        Column("12 months", right=True, short="A year"),
    )
    for row in each_object(data["suggestions"]):
        grid.add(
            text(row["kind"], _STYLES.get(row["kind"], "yellow")),
            row["message"],
            text(row["client"], "dim"),
            money(row["saves_month"]),
            money(row["saves_year"]),
        )
    grid.total("Together", "", "", money(data["saves_month"]), money(data["saves_year"]))
    grid.draw(screen)
    screen.write()
    screen.paragraph(
        f"Whole months, from {month_name(data['month'])} to {month_name(data['last_month'])}, with"
        " the prices that are known. What ends today is still billed for today; no site loses a"
        " product.",
        "dim",
    )
