"""A year of every client: what it costs, is billed and brings; then the months of all together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.text import Text

from jpcli.cli.shared.escape import visible
from jpcli.cli.views.grid import Column, Grid
from jpcli.cli.views.months import more_rows
from jpcli.cli.views.screen import text
from jpcli.cli.views.words import AHEAD, ahead, bar, money
from jpcli.domain.answers import as_objects
from jpcli.domain.money import part_of_100
from jpcli.domain.words import count, month_name, short_day

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jpcli.cli.views.screen import Screen


def draw(data: Mapping[str, Any], screen: Screen) -> None:
    """Both tables, and what the numbers are."""
    as_of = f"days in {data['time_zone']}, as of {short_day(data['as_of_day'])}"
    screen.title(data["agency"], (f"clients in {data['year']}", ""), (as_of, "dim"))
    clients: list[Any] = as_objects(data["clients"])
    if not clients:
        screen.paragraph(f"Nothing was active in {data['year']}.", "dim")
        return
    shown = clients[: data["limit"]] if data["limit"] else clients
    _clients(shown, data, screen).draw(screen)
    more_rows(screen, len(clients) - len(shown), "client")
    screen.write()
    _months(data, screen).draw(screen)
    screen.write()
    _notes(data, screen)


def _clients(clients: list[Any], data: Mapping[str, Any], screen: Screen) -> Grid:
    first, last = data["months"][0]["period"], data["months"][-1]["period"]
    span = month_name(first)[:3]
    if first != last:
        span += f" {screen.sign('–', '-')} {month_name(last)[:3]}"
    grid = Grid(
        Column("Client", wraps=True),
        Column(f"Billed {span}", drop=1),
        Column("Markup", right=True, drop=2, optional=True),
        Column("Cost", right=True),
        Column("Billed", right=True),
        Column("Margin", right=True),
        Column("Of billed", right=True, drop=3),
    )
    for client in clients:
        name = client["client"]
        billed = [month["billed"]["amount_minor"] for month in client["months"]]
        high = max(billed, default=0)
        bars = "".join(
            bar(max(minor, 0), high, screen.unicode) if high > 0 else "" for minor in billed
        )
        grid.add(
            text("(no client)", "yellow") if name is None else text(name),
            Text(bars, style="cyan"),
            "" if client["markup"] is None else f"{client['markup'].removesuffix('%')}%",
            *_sums(client),
        )
    grid.total("Total", "", "", *_sums(data))
    return grid


def _months(data: Mapping[str, Any], screen: Screen) -> Grid:
    grid = Grid(
        Column("Month"),
        Column("Cost", right=True),
        Column("Billed", right=True),
        Column("Margin", right=True),
        Column("Of billed", right=True, drop=1),
    )
    for month in data["months"]:
        name = text(month_name(month["period"]))
        if month["invoice"]:
            name.append(f", {visible(month['invoice'])}", style="dim")
        elif month["state"] == "waiting":
            name.append(", not closed", style="yellow")
        else:
            name.append(f" {ahead(screen.unicode)}", style="dim")
        grid.add(name, *_sums(month))
    grid.total("Total", *_sums(data))
    return grid


def _sums(found: Mapping[str, Any]) -> tuple[str | Text, ...]:
    """Cost, billed, margin, and the margin as a part of what is billed."""
    margin, billed = found["margin"]["amount_minor"], found["billed"]["amount_minor"]
    shown = Text(money(found["margin"]), style="red" if margin < 0 else "")
    share = part_of_100(margin, billed) if margin >= 0 and billed > 0 else ""
    return money(found["cost"]), money(found["billed"]), shown, share


def _notes(data: Mapping[str, Any], screen: Screen) -> None:
    if data["months"][-1]["state"] == "projected":
        screen.paragraph(f"{ahead(screen.unicode)}  {AHEAD}", "dim")
    screen.paragraph(
        "Billed is the cost with each client's markup, in a closed month with that of then. What"
        " belongs to no client is billed to nobody.",
        "dim",
    )
    open_months = sum(month["state"] == "waiting" for month in data["months"])
    if open_months:
        waits = "waits" if open_months == 1 else "wait"
        screen.advice(
            f"{count(open_months, 'month')} {waits} to be closed.", "jpcli invoice close --due"
        )
