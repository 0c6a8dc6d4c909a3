"""The months ahead, one a row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.text import Text

from jpcli.cli.shared.escape import visible
from jpcli.cli.views.grid import Column, Grid
from jpcli.cli.views.invoice import what_if
from jpcli.cli.views.screen import text
from jpcli.cli.views.words import AHEAD, ELSEWHERE, ahead, money
from jpcli.domain.money import display_amount, percent_text
from jpcli.domain.words import month_name, short_day

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from jpcli.cli.views.screen import Screen
    from jpcli.domain.contract.billing import ForecastMonth, PreviewAnswer


def draw(data: PreviewAnswer, screen: Screen) -> None:
    """A table, and what it supposes."""
    days = f"days in {data['time_zone']}, as of {short_day(data['as_of_day'])}"
    screen.title(data["agency"], ("forecast", ""), (days, "dim"), below=what_if(data))
    _grid(data, screen).draw(screen)
    screen.write()
    if any(month["last_day"] > data["as_of_day"] for month in data["months"]):
        screen.paragraph(f"{ahead(screen.unicode)}  {AHEAD}", "dim")
    screen.paragraph(
        "The licenses that are active now, at the prices that are known for each month: as if"
        " nothing else changed.",
        "dim",
    )


def _grid(data: PreviewAnswer, screen: Screen) -> Grid:
    months = data["months"]
    corrected = any(month["corrections"]["amount_minor"] for month in months)
    marked = "total_with_markup" in data
    grid = Grid(
        Column("Month"),
        Column("Licenses", right=True, drop=2),
        Column("Unassigned", right=True, drop=1),
        Column("Days", right=True),
        Column("Corrections", right=True, optional=True),
        Column("Total", right=True),
        Column(percent_text(data.get("markup_percent", "")), right=True, optional=True),
    )
    for month in months:
        idle = f"{month['unassigned']:,}"
        grid.add(
            _name(month, data, screen),
            f"{month['licenses']:,}",
            Text(idle, style="yellow" if month["unassigned"] else "dim"),
            f"{month['days']:,}",
            money(month["corrections"]) if corrected else "",
            money(month["total"]),
            money(month["total_with_markup"]) if marked else "",
        )
    # What is settled elsewhere is no part of what is to be paid (I7).
    months = [month for month in months if not month["settled_elsewhere"]]
    if len(months) > 1:
        days = f"{sum(month['days'] for month in months):,}"
        with_markup = _sum(months, "total_with_markup") if marked else ""
        grid.total(
            "Total", "", "", days, _sum(months, "corrections"), _sum(months, "total"), with_markup
        )
    return grid


def _name(month: ForecastMonth, data: PreviewAnswer, screen: Screen) -> Text:
    """The month, and whether it is settled, closed, under way or still to come."""
    name = text(month_name(month["period"]))
    if month["settled_elsewhere"]:
        return name.append(f", {ELSEWHERE}", style="yellow")
    if month["invoice"]:
        return name.append(f", {visible(month['invoice'])}", style="dim")
    if month["last_day"] > data["as_of_day"]:
        name.append(f" {ahead(screen.unicode)}", style="dim")
    return name


def _sum(months: Sequence[Mapping[str, Any]], name: str) -> str:
    minor = sum(month[name]["amount_minor"] for month in months)
    return display_amount(minor, months[0][name]["currency"])
