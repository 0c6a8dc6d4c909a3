"""What was undone, and the events that did it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jpcli.cli.views.events import described, named
from jpcli.cli.views.grid import NARROWEST, Column, Grid
from jpcli.cli.views.screen import text
from jpcli.domain.words import count

if TYPE_CHECKING:
    from jpcli.cli.views.screen import Screen
    from jpcli.domain.contract.undo import UndoneAnswer, UndoneEvent

# Of a command that did very much, and of what undid it.
MOST_SHOWN = 20


def draw(data: UndoneAnswer, screen: Screen) -> None:
    """The undone events, then those that say the opposite."""
    if not data["undone"]:
        screen.paragraph("Nothing was undone.", "dim")
        return
    grid = Grid(
        Column("Event"),
        Column("Kind", wraps=True),
        Column("On", wraps=True, least=NARROWEST),
        Column("", drop=1, wraps=True),
    )
    for event in data["undone"][:MOST_SHOWN]:
        _add(grid, event, "dim")
    for event in data["events"][:MOST_SHOWN]:
        _add(grid, event, "")
    grid.draw(screen)
    left = sum(max(0, len(found) - MOST_SHOWN) for found in (data["undone"], data["events"]))
    if left:
        more = f"{screen.sign('…', '...')} and {count(left, 'more event')}: "
        more += screen.typed("jpcli log")
        screen.paragraph(more, "dim")


def _add(grid: Grid, event: UndoneEvent, style: str) -> None:
    number = "(new)" if event["seq"] is None else f"{event['seq']}"
    kind = named(event["kind"])
    grid.add(
        text(number, "dim"),
        text(kind, style),
        text(event["subject"], style),
        text(described(event), style),
    )
