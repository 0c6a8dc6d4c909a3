"""How many licenses there are, in which state."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.text import Text

from jpcli.cli.views.grid import Column, Grid
from jpcli.cli.views.licenses import STATE_STYLES
from jpcli.cli.views.screen import facts, text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jpcli.cli.views.screen import Screen

_NUMBERS = ("total", "assigned", "unassigned", "revoked")


def draw(data: Mapping[str, Any], screen: Screen) -> None:
    """Four numbers, or four for each group."""
    if "groups" not in data:
        width = max(len(f"{data[name]:,}") for name in _NUMBERS)
        facts(
            screen,
            [
                (
                    name.capitalize(),
                    text(f"{data[name]:,}".rjust(width), STATE_STYLES.get(name, "")),
                )
                for name in _NUMBERS
            ],
        )
        return
    by = data["by"]
    grid = Grid(
        Column(by.capitalize(), wraps=True),
        *(Column(name.capitalize(), right=True) for name in _NUMBERS),
    )
    for group in data["groups"]:
        name = group[by]
        title = Text("(none)", style="yellow") if name is None else text(name)
        grid.add(title, *(f"{group[number]:,}" for number in _NUMBERS))
    grid.total("Total", *(f"{data[number]:,}" for number in _NUMBERS))
    grid.draw(screen)
