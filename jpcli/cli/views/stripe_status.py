"""Whose key it is, and whether anything hangs; what hangs is said in the remarks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jpcli.cli.views.screen import facts, text

if TYPE_CHECKING:
    from jpcli.cli.views.screen import Screen
    from jpcli.domain.contract.collection import StripeStatusAnswer


def draw(data: StripeStatusAnswer, screen: Screen) -> None:
    """A line for each."""
    hanging = len(data["troubles"])
    facts(
        screen,
        [
            ("Account", text(data["account"] or "unknown", "not dim")),
            ("Money", text(data["mode"], "not dim")),
            ("Hanging", text(hanging, "yellow") if hanging else text("nothing", "green")),
        ],
    )
