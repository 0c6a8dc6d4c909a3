"""The events, newest first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jpcli.cli.views.events import described, named
from jpcli.cli.views.grid import NARROWEST, Column, Grid
from jpcli.cli.views.screen import text
from jpcli.domain.answers import as_objects
from jpcli.domain.events import ABOUT_LICENSES

if TYPE_CHECKING:
    from jpcli.cli.views.screen import Screen
    from jpcli.domain.contract.licenses import EventsAnswer, LoggedEvent


def draw(data: EventsAnswer, screen: Screen) -> None:
    """When, what, on what, by whom, and the rest in words."""
    events: list[LoggedEvent] = as_objects(data["events"])
    if not events:
        screen.paragraph("No event is like that.", "dim")
        return
    keys = [event["subject"] for event in events if event["kind"] in ABOUT_LICENSES]
    grid = Grid(
        Column("No", drop=3),
        Column("When"),
        Column("Event", wraps=True),
        Column("On", wraps=True, least=max(map(len, keys), default=NARROWEST)),
        Column("By", drop=2),
        Column("", drop=1, wraps=True),
    )
    for event in events:
        when = text(screen.instant(event["at"]), "dim")
        kind = named(event["kind"])
        words = described(event, data["currency"])
        if event["undone_by"] is not None:
            undone = f"undone by event {event['undone_by']}"
            words = f"{words}; {undone}" if words else undone
        number = text(str(event["seq"]), "dim")
        grid.add(number, when, kind, event["subject"], event["actor"], words)
    screen.name_zone()
    grid.draw(screen)
