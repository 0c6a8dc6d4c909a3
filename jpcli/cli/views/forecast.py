"""The months ahead, one a row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.text import Text

from jpcli.cli.shared.escape import visible
from jpcli.cli.views.grid import Column, Grid
from jpcli.cli.views.invoice import KEYS, TITLES, group_name, what_if, whose
from jpcli.cli.views.months import Across, draw_across, month_titles, more_rows
from jpcli.cli.views.screen import text
from jpcli.cli.views.words import AHEAD, ELSEWHERE, ahead, money
from jpcli.domain.answers import as_objects
from jpcli.domain.calculator import nobody_last
from jpcli.domain.money import display_amount, percent_text
from jpcli.domain.words import month_name, short_day

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from jpcli.cli.views.screen import Screen
    from jpcli.domain.contract.billing import DrawnMonths, ForecastMonth, PreviewAnswer


def draw(data: PreviewAnswer, screen: Screen) -> None:
    """A table, and what it supposes."""
    _draw_title(data, screen)
    _grid(data, screen).draw(screen)
    _draw_notes(data, screen)


def draw_groups(data: DrawnMonths, screen: Screen) -> None:
    """What each group has of each month."""
    _draw_title(data, screen)
    months = [month for month in data["months"] if _is_shown(month)] or data["months"]
    titles = month_titles(
        [month["period"] for month in months],
        [month["last_day"] > data["as_of_day"] for month in months],
        ahead(screen.unicode),
    )
    amount = "amount_with_markup" if "markup_percent" in data else "amount"
    key = KEYS.get(data["by"], data["by"])
    sums: dict[str | None, dict[int, int]] = {}
    for at, month in enumerate(months):
        found: list[Any] = as_objects(month["groups"])
        for group in found:
            sums.setdefault(group[key], {})[at] = group[amount]["amount_minor"]
    # What is settled elsewhere is no part of what is to be paid (I7).
    counts = [not month["settled_elsewhere"] for month in months]
    names = nobody_last(sums)
    shown = names[: data["limit"]] if data["limit"] else names
    rows = [
        _across(group_name(key, name, data, screen), sums[name], counts, data) for name in shown
    ]
    every = range(len(months))
    totals = {at: sum(cells.get(at, 0) for cells in sums.values()) for at in every}
    total = _across(Text("Total"), totals, counts, data)
    draw_across(screen, TITLES[key], titles, rows, total)
    more_rows(screen, len(names) - len(shown), "row")
    _draw_notes(data, screen)
    if not all(counts):
        screen.paragraph(
            "Months before the books were settled elsewhere: they are in no total.", "dim"
        )


def _is_shown(month: ForecastMonth) -> bool:
    return not month["settled_elsewhere"] or month["days"] != 0


def _across(
    name: Text, cells: Mapping[int, int], counts: Sequence[bool], data: DrawnMonths
) -> Across:
    currency = data["currency"]
    whole = sum(minor for at, minor in cells.items() if counts[at])
    written = [
        display_amount(cells[at], currency) if at in cells else "" for at in range(len(counts))
    ]
    return Across(name, written, display_amount(whole, currency))


def _draw_title(data: PreviewAnswer, screen: Screen) -> None:
    first, last = data["months"][0]["period"], data["months"][-1]["period"]
    is_year = (first[5:], last[5:], first[:4]) == ("01", "12", last[:4])
    span = first[:4] if is_year else f"{month_name(first)} to {month_name(last)}"
    screen.title(
        data["agency"],
        (span, ""),
        (whose(data), ""),
        (f"days in {data['time_zone']}, as of {short_day(data['as_of_day'])}", "dim"),
        below=what_if(data),
    )


def _draw_notes(data: PreviewAnswer, screen: Screen) -> None:
    if not any(month["last_day"] > data["as_of_day"] for month in data["months"]):
        return
    screen.write()
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
