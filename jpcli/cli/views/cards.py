"""The cards on file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from jpcli.cli.shared.escape import visible
from jpcli.cli.views.grid import Column, Grid

if TYPE_CHECKING:
    from jpcli.cli.views.screen import Screen
    from jpcli.domain.contract.collection import CardObject, CardsAnswer


def draw(data: CardsAnswer, screen: Screen) -> None:
    """One card a row; without any, what that means."""
    if not data["cards"]:
        screen.paragraph("There is no card on file.")
        return
    grid = Grid(Column("Card"), Column("Number"), Column("Expires"), Column(""))
    for card in data["cards"]:
        primary = Text("primary", style="green") if card["primary"] else Text()
        grid.add(card["id"], number(card, screen), expiry(card), primary)
    grid.draw(screen)


def number(card: CardObject, screen: Screen) -> Text:
    """`visa ···· 4242`."""
    return Text(f"{visible(card['brand'])} {screen.sign('····', '....')} {visible(card['last4'])}")


def expiry(card: CardObject) -> Text:
    """`12/2030`, and that it is over."""
    date = f"{card['exp_month']:02}/{card['exp_year']}"
    return Text(f"{date} expired", style="red") if card["expired"] else Text(date)
