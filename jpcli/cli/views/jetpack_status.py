"""The Licensing API, and what waits there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jpcli.cli.views.grid import Column, Grid
from jpcli.cli.views.screen import facts, text

if TYPE_CHECKING:
    from jpcli.cli.views.screen import Screen
    from jpcli.domain.contract.jetpack import JetpackStatusAnswer, WishObject

_TOKENS = {
    "environment": ("in the environment", "not dim"),
    "keyring": ("in the keyring", "not dim"),
    "missing": ("missing", "yellow"),
}


def draw(data: JetpackStatusAnswer, screen: Screen) -> None:
    """Facts first, then each wish with what may have come of it and the commands that settle it."""
    number = len(data["wishes"])
    facts(
        screen,
        [
            ("Address", text(data["base"], "not dim")),
            ("Token", text(*_TOKENS[data["token"]])),
            ("Waiting", text(number, "yellow") if number else text("nothing", "green")),
        ],
    )
    for wish in data["wishes"]:
        screen.write()
        _draw(wish, screen)


def _draw(wish: WishObject, screen: Screen) -> None:
    screen.paragraph(f"{wish['wish']}   {wish['message']}", "bold")
    request = wish["request_id"]
    asked = f"Asked at {screen.instant(wish['wished_at'])} {screen.zone}"
    screen.paragraph(asked + (f", Jetpack's request {request}" if request else ""), "dim")
    if wish["candidates"]:
        grid = Grid(Column("It may be"), Column("Issued"))
        for found in wish["candidates"]:
            grid.add(found["license_key"], text(screen.instant(found["issued_at"]), "dim"))
        grid.draw(screen)
    for command in wish["commands"]:
        screen.fold(text(f"    {screen.typed(command)}", "bold cyan"), 6)
