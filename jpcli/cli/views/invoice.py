"""The preview of an invoice: its lines, or its groups, and what a person should know about it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.text import Text

from jpcli.cli.shared.escape import visible
from jpcli.cli.views.grid import Column, Grid
from jpcli.cli.views.screen import text
from jpcli.cli.views.words import ELSEWHERE, day_range, money, sparkline
from jpcli.domain.words import count, month_name, month_of, short_day

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jpcli.cli.views.screen import Screen

# What a group without a key is called.
_NOBODY = {"client": "(no client)", "product": "(none)"}
_TITLES = {
    "site": "Site",
    "client": "Client",
    "license_key": "License",
    "product": "Product",
    "day": "Day",
}


def draw_preview(data: Mapping[str, Any], screen: Screen) -> None:
    """Lines, total, licenses a day, the rule about days, what the unassigned ones cost."""
    _draw_title(data, screen)
    if not data["lines"]:
        screen.paragraph(f"No license was active in {month_name(data['period'])}: nothing to pay.")
        return
    dropped = _lines_grid(data).draw(screen)
    if "So far" in dropped:
        screen.paragraph(f"So far   {money(data['total_to_date'])}", "bold")
    screen.write()
    _draw_licenses_a_day(data, screen)
    _draw_notes(data, screen)


def draw_groups(data: Mapping[str, Any], screen: Screen) -> None:
    """The bill split by one field."""
    _draw_title(data, screen)
    _groups_grid(data).draw(screen)
    screen.write()
    screen.paragraph("Days are license-days; the amounts add up to the invoice's exactly.", "dim")


def _draw_title(data: Mapping[str, Any], screen: Screen) -> None:
    dot = screen.sign("·", "-")
    title = Text(visible(data.get("agency") or "jpcli"), style="bold")
    what = f"{data['invoice']} for" if "invoice" in data else "preview of"
    title.append(f" {dot} {visible(what)} {month_name(data['period'])}", style="not bold")
    title.append(f" {dot} days in {visible(data['time_zone'])}", style="not bold dim")
    if _is_open(data):
        title.append(f", as of {short_day(data['as_of_day'])}", style="not bold dim")
    if data["settled_elsewhere"]:
        title.append(f" {dot} {ELSEWHERE}", style="not bold yellow")
    screen.write(title)
    for what, wishes in data.get("what_if", {}).items():
        for wish in wishes:
            screen.write(Text(f"  What if {what} {visible(wish)}", style="magenta"))
    screen.write()


def _is_open(data: Mapping[str, Any]) -> bool:
    """Whether days of the month are still to come."""
    return bool(data["as_of_day"] < data["last_day"])


def _lines_grid(data: Mapping[str, Any]) -> Grid:
    month, is_open = month_of(data["period"]), _is_open(data)
    marked = "total_with_markup" in data
    columns = [
        Column("Product", wraps=True),
        Column("Assigned", right=True, drop=3),
        Column("Unassigned", right=True),
        Column(f"Days in {month[:3]}", right=True, short="Days"),
        Column("Per day", right=True),
        Column(month, right=True, short=month[:3]),
    ]
    if is_open:
        columns.insert(3, Column("Days so far", right=True, drop=1))
        columns.insert(6, Column("So far", right=True, drop=2))
    if marked:
        columns.append(Column(f"+{data['markup_percent']}%", right=True))
    grid = Grid(*columns)
    for line in data["lines"]:
        cells = _line_cells(line, data)
        is_credit = line["kind"] == "credit"
        if is_open:
            cells.insert(3, text("" if is_credit else f"{line['days_to_date']:,}"))
            cells.insert(6, text(money(line["to_date"])))
        if marked:
            cells.append(text(money(line["amount_with_markup"])))
        grid.add(*cells)
    used = data["licenses"]
    total = ["Total", f"{used['assigned']:,}", f"{used['unassigned']:,}", "", "", ""]
    total[5] = money(data["total"])
    if is_open:
        total.insert(3, "")
        total.insert(6, money(data["total_to_date"]))
    if marked:
        total.append(money(data["total_with_markup"]))
    grid.total(*total)
    return grid


def _line_cells(line: Mapping[str, Any], data: Mapping[str, Any]) -> list[Text]:
    name = text(line["name"])
    if line["kind"] == "adjustment" and line.get("period"):
        name.append(f", correction of {month_name(line['period'])}")
    elif line["kind"] == "credit":
        return [name, text(""), text(""), text(""), text(""), text(money(line["amount"]))]
    elif (line["first_day"], line["last_day"]) != (data["first_day"], data["last_day"]):
        name.append(f", {day_range(line['first_day'], line['last_day'])}", style="dim")
    return [
        name,
        text(f"{line['assigned']:,}"),
        text(f"{line['unassigned']:,}", "yellow" if line["unassigned"] else "dim"),
        text(f"{line['days']:,}"),
        text(_price(line)),
        text(money(line["amount"])),
    ]


def _price(line: Mapping[str, Any]) -> str:
    from jpcli.domain.currency import symbol

    return f"{symbol(line['amount']['currency'])}{line['day_price']}"


def _groups_grid(data: Mapping[str, Any]) -> Grid:
    groups, month, is_open = data["groups"], month_of(data["period"]), _is_open(data)
    key = {"license": "license_key"}.get(data["by"], data["by"])
    marked = "total_with_markup" in data
    columns = [Column(_TITLES[key], wraps=key in ("client", "site"))]
    if is_open:
        columns += [
            Column("Days so far", right=True, drop=1),
            Column("So far", right=True, drop=2),
        ]
    columns += [
        Column(f"Days in {month[:3]}", right=True, short="Days"),
        Column(month, right=True, short=month[:3]),
    ]
    if marked:
        columns.append(Column(f"+{data['markup_percent']}%", right=True))
    grid = Grid(*columns)
    for group in groups:
        name = group[key]
        cells = [
            text(_NOBODY.get(key, "(unassigned)"), "yellow") if name is None else text(name),
            text(f"{group['days']:,}"),
            text(money(group["amount"])),
        ]
        if is_open:
            cells[1:1] = [text(f"{group['days_to_date']:,}"), text(money(group["to_date"]))]
        if marked:
            cells.append(text(money(group["amount_with_markup"])))
        grid.add(*cells)
    total = ["Total", "", money(data["total"])]
    if is_open:
        total[1:1] = ["", money(data["total_to_date"])]
    if marked:
        total.append(money(data["total_with_markup"]))
    grid.total(*total)
    return grid


def _draw_licenses_a_day(data: Mapping[str, Any], screen: Screen) -> None:
    details = data.get("details")
    if not details:
        return
    values = details["licenses_per_day"]
    known = len(values)
    if _is_open(data):
        known = _days_known(data)
    line = Text("  Licenses a day   ")
    line.append_text(sparkline(values, known, screen.unicode))
    arrow = screen.sign("→", "to")
    line.append(f"   {values[0]:,} {arrow} {values[-1]:,}")
    screen.write(line)


def _days_known(data: Mapping[str, Any]) -> int:
    """Days of the month up to and with the one it is."""
    if data["as_of_day"] < data["first_day"]:
        return 0
    return int(data["as_of_day"][8:10])


def _draw_notes(data: Mapping[str, Any], screen: Screen) -> None:
    sentence = (
        "A day is any calendar day on which a license was active, assigned or not; the day of"
        " issue and the day of revocation both count."
    )
    if _is_open(data):
        sentence += f" {month_of(data['period'])} assumes that nothing changes after today."
    screen.paragraph(sentence, "dim")
    unassigned = data["licenses"]["unassigned"]
    details = data.get("details")
    if unassigned and details:
        singular, plural = ("is", "are") if _is_open(data) else ("was", "were")
        verb = singular if unassigned == 1 else plural
        cost = money(details["unassigned_amount"])
        screen.advice(
            f"{count(unassigned, 'license')} {verb} unassigned: {cost} of this bill.",
            "jpcli licenses list --state unassigned" if _is_open(data) else "",
        )
