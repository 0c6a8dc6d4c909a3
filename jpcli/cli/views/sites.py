"""Sites and clients: lists, and one of each with its licenses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.text import Text

from jpcli.cli.views.grid import Column, Grid
from jpcli.cli.views.licenses import draw_list as draw_licenses
from jpcli.cli.views.screen import facts, text
from jpcli.domain.answers import Rows, as_objects

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from jpcli.cli.views.screen import Screen
    from jpcli.domain.contract.sites import (
        ClientAnswer,
        ClientListAnswer,
        SiteAnswer,
        SiteListAnswer,
    )
_KNOWN = {"address": "Address", "email": "E-mail", "tax_id": "Tax id", "markup": "Markup, percent"}


def draw_list(data: SiteListAnswer | ClientAnswer, screen: Screen) -> None:
    """One site a row, with what runs on it."""
    sites = _objects(data["sites"])
    if not sites:
        screen.paragraph("No site is like that.", "dim")
        return
    grid = Grid(
        Column("Site", wraps=True, least=30),
        Column("Client", wraps=True),
        Column("Licenses", right=True),
        Column("Products", drop=1, wraps=True),
    )
    for site in sites:
        products = ", ".join(site["products"])
        grid.add(text(site["site"]), text(site["client"]), f"{site['licenses']:,}", products)
    grid.draw(screen)


def draw_one(data: SiteAnswer, screen: Screen) -> None:
    """A site, whose it was and is, and its licenses."""
    title = text(data["site"], "bold")
    owner = text(data["client"] or "(no client)", "not bold dim")
    screen.fold(title + Text("   ") + owner, 3)
    if len(data.get("clients", ())) > 1:
        screen.write()
        grid = Grid(Column("Client", wraps=True), Column("From"), Column("To"))
        for spell in data["clients"]:
            grid.add(
                spell["client"] or "(no client)", spell["from"] or "ever", spell["to"] or "today"
            )
        grid.draw(screen)
    screen.write()
    draw_licenses(data, screen, "No license is on it.")


def draw_clients(data: ClientListAnswer, screen: Screen) -> None:
    """One client a row."""
    clients = _objects(data["clients"])
    if not clients:
        screen.paragraph("There is no client yet.", "dim")
        return
    grid = Grid(
        Column("Client", wraps=True), Column("Sites", right=True), Column("Licenses", right=True)
    )
    for client in clients:
        grid.add(text(client["client"]), f"{client['sites']:,}", f"{client['licenses']:,}")
    grid.draw(screen)


def draw_client(data: ClientAnswer, screen: Screen) -> None:
    """A client, its sites, and its licenses."""
    screen.fold(text(data["client"], "bold"))
    known = [(title, data.get(name)) for name, title in _KNOWN.items()]
    facts(screen, [(title, text(value, "not dim")) for title, value in known if value is not None])
    screen.write()
    draw_list(data, screen)
    screen.write()
    draw_licenses(data, screen, "No license is on a site of theirs.")


def _objects(found: Any) -> Sequence[Mapping[str, Any]]:
    objects: Sequence[Mapping[str, Any]] = as_objects(found) if isinstance(found, Rows) else found
    return objects
