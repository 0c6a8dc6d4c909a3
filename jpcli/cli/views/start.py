"""What to do first, where there is no ledger yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jpcli.cli.views.screen import steps

if TYPE_CHECKING:
    from jpcli.cli.views.screen import Screen
    from jpcli.domain.contract.front import StartAnswer


def draw(data: StartAnswer, screen: Screen) -> None:
    """The first steps in order, then where to look further."""
    screen.title("jpcli", ("the billing desk of an agency that runs Jetpack licenses", "dim"))
    screen.paragraph(f"There is no ledger yet at {data['ledger']}")
    screen.write()
    screen.paragraph("First", "bold")
    steps(screen, {step["why"]: step["command"] for step in data["next"]})
    screen.write()
    screen.paragraph("Or", "bold")
    steps(screen, {"See it at work first": "jpcli demo", "All commands": "jpcli help"})
