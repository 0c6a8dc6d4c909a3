"""The preview of an invoice: its lines, or its groups, and what a person should know about it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.text import Text

from jpcli.cli.views.grid import Column, Grid
from jpcli.cli.views.screen import text
from jpcli.cli.views.words import (
    AHEAD,
    BOTH_ENDS,
    ELSEWHERE,
    ahead,
    day_price,
    day_range,
    money,
    sparkline,
)
from jpcli.domain.answers import as_objects
from jpcli.domain.money import percent_text
from jpcli.domain.words import count, month_name, month_of, short_day

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jpcli.cli.views.screen import Screen
    from jpcli.domain.contract.billing import DrawnPreview, PreviewAnswer, PreviewLine

# What a group without a key is called.
_NOBODY = {"client": "(no client)", "product": "(none)"}
_ENDS = ("first_day", "last_day")
# Where a group's key is not called as what it is split by.
KEYS = {"license": "license_key"}
TITLES = {
    "site": "Site",
    "client": "Client",
    "license_key": "License",
    "product": "Product",
    "day": "Day",
}


def draw_preview(data: DrawnPreview, screen: Screen) -> None:
    """Lines, total, licenses a day, the rule about days, what the unassigned ones cost."""
    _draw_title(data, screen)
    if not data["lines"]:
        screen.paragraph(f"No license was active in {month_name(data['period'])}: nothing to pay.")
        draw_difference(data, screen)
        return
    dropped = _lines_grid(data).draw(screen)
    if "So far" in dropped:
        screen.paragraph(f"So far   {money(data['total_to_date'])}", "bold")
    draw_difference(data, screen)
    screen.write()
    _draw_licenses_a_day(data, screen)
    _draw_notes(data, screen)


def draw_groups(data: DrawnPreview, screen: Screen) -> None:
    """The bill split by one field."""
    _draw_title(data, screen)
    _groups_grid(data, screen).draw(screen)
    draw_difference(data, screen)
    screen.write()
    if data["by"] == "day" and _is_open(data):
        screen.paragraph(f"{ahead(screen.unicode)}  {AHEAD}", "dim")
    screen.paragraph("Days are license-days; the amounts add up to the invoice's exactly.", "dim")


def group_name(key: str, name: Any, data: Mapping[str, Any], screen: Screen) -> Text:
    if name is None:
        return text(_NOBODY.get(key, "(unassigned)"), "yellow")
    if key == "day" and name > data["as_of_day"]:
        return text(f"{name} {ahead(screen.unicode)}", "dim")
    return text(name)


def _draw_title(data: PreviewAnswer, screen: Screen) -> None:
    what = f"{data['invoice']} for" if "invoice" in data else "preview of"
    as_of = f", as of {short_day(data['as_of_day'])}" if _is_open(data) else ""
    screen.title(
        data.get("agency") or "jpcli",
        (f"{what} {month_name(data['period'])}", ""),
        (whose(data), ""),
        (f"days in {data['time_zone']}{as_of}", "dim"),
        (ELSEWHERE if data["settled_elsewhere"] else "", "yellow"),
        below=what_if(data),
    )


def whose(data: Mapping[str, Any]) -> str:
    """Whose part of the bill it is, where it is one client's."""
    return data.get("client", "") or ("no client" if "client" in data else "")


def what_if(data: Mapping[str, Any]) -> list[Text]:
    """A line for each supposition that was asked for."""
    return [
        text(f"  What if {what} {wish}", "magenta")
        for what in ("revoke", "issue")
        for wish in data.get("what_if", {}).get(what, ())
    ]


def draw_difference(data: Mapping[str, Any], screen: Screen) -> None:
    """What a supposition makes of the month, where there is one."""
    if "what_if" not in data:
        return
    found = data["what_if"]
    change = found["difference"]["amount_minor"]
    sign = "+" if change > 0 else ""
    screen.paragraph(
        f"{month_name(data['period'])} without it {money(found['before'])},"
        f" with it {money(found['after'])}: {sign}{money(found['difference'])}",
        "bold",
    )


def _is_open(data: Mapping[str, Any]) -> bool:
    """Whether days of the month are still to come."""
    return bool(data["as_of_day"] < data["last_day"])


def _lines_grid(data: DrawnPreview) -> Grid:
    month, is_open, used = month_of(data["period"]), _is_open(data), data["licenses"]
    grid = Grid(
        Column("Product", wraps=True),
        Column("Assigned", right=True, drop=3),
        Column("Unassigned", right=True),
        Column("Days so far", right=True, drop=1, optional=True),
        Column(f"Days in {month[:3]}", right=True, short="Days"),
        Column("Per day", right=True),
        Column("So far", right=True, drop=2, optional=True),
        Column(month, right=True, short=month[:3]),
        Column(percent_text(data.get("markup_percent", "")), right=True, optional=True),
    )
    for line in data["lines"]:
        grid.add(
            line_name(line, data),
            *(("",) * 5 if line["kind"] == "credit" else _line_figures(line, is_open)),
            money(line["to_date"]) if is_open else "",
            money(line["amount"]),
            _money_of(line, "amount_with_markup"),
        )
    grid.total(
        "Total",
        f"{used['assigned']:,}",
        f"{used['unassigned']:,}",
        *("",) * 3,
        money(data["total_to_date"]),
        money(data["total"]),
        _money_of(data, "total_with_markup"),
    )
    return grid


def line_name(line: Mapping[str, Any], data: Mapping[str, Any]) -> Text:
    """The product, and its days where the line is not about all of those of the month."""
    name = text(line["name"])
    if line["kind"] == "adjustment" and line.get("period"):
        name.append(f", correction of {month_name(line['period'])}")
    elif line["kind"] != "credit" and any(line[end] != data[end] for end in _ENDS):
        name.append(f", {day_range(line['first_day'], line['last_day'])}", style="dim")
    return name


def _line_figures(line: PreviewLine, is_open: bool) -> tuple[Text | str, ...]:
    return (
        f"{line['assigned']:,}",
        text(f"{line['unassigned']:,}", "yellow" if line["unassigned"] else "dim"),
        f"{line['days_to_date']:,}" if is_open else "",
        f"{line['days']:,}",
        day_price(line),
    )


def _money_of(found: Mapping[str, Any], name: str) -> str:
    """An amount that is only there with a markup."""
    return money(found[name]) if name in found else ""


def _groups_grid(data: Mapping[str, Any], screen: Screen) -> Grid:
    month, is_open = month_of(data["period"]), _is_open(data)
    key = KEYS.get(data["by"], data["by"])
    grid = Grid(
        Column(TITLES[key], wraps=key in ("client", "site")),
        Column("Days so far", right=True, drop=1, optional=True),
        Column("So far", right=True, drop=2, optional=True),
        Column(f"Days in {month[:3]}", right=True, short="Days"),
        Column(month, right=True, short=month[:3]),
        Column(percent_text(data.get("markup_percent", "")), right=True, optional=True),
    )
    groups: list[Any] = as_objects(data["groups"])
    for group in groups:
        grid.add(
            group_name(key, group[key], data, screen),
            f"{group['days_to_date']:,}" if is_open else "",
            money(group["to_date"]) if is_open else "",
            f"{group['days']:,}",
            money(group["amount"]),
            _money_of(group, "amount_with_markup"),
        )
    grid.total(
        "Total",
        "",
        money(data["total_to_date"]),
        "",
        money(data["total"]),
        _money_of(data, "total_with_markup"),
    )
    return grid


def _draw_licenses_a_day(data: DrawnPreview, screen: Screen) -> None:
    details = data.get("details")
    if not details:
        return
    values = details["licenses_per_day"]
    known = len(values)
    if _is_open(data):
        known = _days_known(data)
    line = Text("  Licenses a day   ")
    line.append_text(sparkline(values, known, screen.unicode))
    screen.fold(line, 19)


def _days_known(data: PreviewAnswer) -> int:
    """Days of the month up to and with the one it is."""
    if data["as_of_day"] < data["first_day"]:
        return 0
    return int(data["as_of_day"][8:10])


def _draw_notes(data: DrawnPreview, screen: Screen) -> None:
    sentence = BOTH_ENDS
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
