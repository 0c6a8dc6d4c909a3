"""Products, bundles and their prices."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from jpcli.cli.views.grid import Column, Grid
from jpcli.cli.views.screen import text
from jpcli.cli.views.words import since
from jpcli.domain.currency import symbol

if TYPE_CHECKING:
    from jpcli.cli.views.screen import Screen
    from jpcli.domain.contract.products import OfferListAnswer, OfferObject, OffersAnswer


def draw_list(data: OfferListAnswer, screen: Screen) -> None:
    """Every way that something is sold, with the price of today and one that is to come."""
    if not data["products"]:
        screen.advice("The price list is empty.", "jpcli products import FILE")
        return
    grid = Grid(
        Column("Product"),
        Column("Name", wraps=True),
        Column("Bundle of", right=True, short="Of"),
        Column("Per day", right=True),
        Column("Next price", optional=True),
    )
    for offer in data["products"]:
        grid.add(
            offer["product"],
            offer["name"],
            str(offer["bundle_size"] or ""),
            _price(offer["day_price"], offer),
            _next_price(offer),
        )
    grid.draw(screen)


def draw_one(data: OffersAnswer, screen: Screen) -> None:
    """Every price that a product ever had, offer by offer."""
    for number, offer in enumerate(data["products"]):
        if number:
            screen.write()
        title = text(offer["name"], "bold")
        title.append_text(text(f"   {offer['product']}", "not bold dim"))
        screen.write(title)
        grid = Grid(Column("From"), Column("Per day", right=True), Column(""))
        for price in offer["prices"]:
            now = price["from"] == offer["since"]
            mark = Text("today", style="green") if now else Text()
            grid.add(since(price["from"]), _price(price["day_price"], offer), mark)
        grid.draw(screen)


def _price(amount: str | None, offer: OfferObject) -> Text:
    if amount is None:
        return Text("none yet", style="yellow")
    return text(f"{symbol(offer['currency'])}{amount}")


def _next_price(offer: OfferObject) -> Text:
    """The first of those that begin after today's; dates in ISO form sort by themselves."""
    later = [price for price in offer["prices"] if price["from"] > (offer["since"] or "")]
    if not later:
        return Text()
    return text(f"{symbol(offer['currency'])}{later[0]['day_price']} from {later[0]['from']}")
