"""What made the bill change: from one total to the other, then product by product."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.text import Text

from jpcli.cli.shared.escape import visible
from jpcli.cli.views.grid import Column, Grid
from jpcli.cli.views.invoice import TITLES, group_name
from jpcli.cli.views.months import more_rows
from jpcli.cli.views.screen import text
from jpcli.cli.views.words import ELSEWHERE, money
from jpcli.domain.answers import each_object
from jpcli.domain.words import count, month_name, month_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jpcli.cli.views.screen import Screen
    from jpcli.domain.contract.bill_change import ChangePart, DiffAnswer, DrawnDiff
    from jpcli.domain.contract.values import MoneyObject

_TITLES = {
    "issued": "Issued",
    "revoked": "Revoked",
    "price": "Price",
    "month_length": "Month length",
    "adjustments": "Adjustments",
    "credit": "Credit",
}
_SHORT = {"month_length": "Length", "adjustments": "Adjusted"}
_WHY = {
    "issued": "days of licenses that came",
    "revoked": "days of licenses that went",
    "price": "the same days at other prices",
    "month_length": "a longer or shorter month",
    "adjustments": "corrections of earlier months",
    "credit": "carried from bill to bill",
}


def draw(data: DrawnDiff, screen: Screen) -> None:
    """A sentence, the two totals with the parts between them, and a row a product, or a row for
    each whose part it is."""
    screen.paragraph(data["sentence"], "bold", "")
    screen.write()
    arrow = screen.sign("→", "to")
    months = f"{month_name(data['from'])} {arrow} {month_name(data['to'])}"
    screen.title(data["agency"], (months, ""), (f"days in {data['time_zone']}", "dim"))
    shown = [part for part in data["parts"] if part["amount"]["amount_minor"] or part["days"]]
    _steps(data, shown).draw(screen)
    if "groups" in data:
        screen.write()
        _draw_groups(data, screen)
    elif len(data["products"]) > 1 and shown:
        screen.write()
        _products(data, shown).draw(screen)


def _draw_groups(data: DrawnDiff, screen: Screen) -> None:
    """Those whose part changed, and how many there are with the same as before."""
    by = data["by"]
    changed = same = 0
    shown: list[Any] = []
    for group in each_object(data["groups"]):
        if not group["difference"]["amount_minor"]:
            same += 1
            continue
        changed += 1
        if changed <= (data["limit"] or changed):
            shown.append(group)
    grid = Grid(
        Column(TITLES[by], wraps=True),
        Column(month_of(data["from"])[:3], right=True, drop=2),
        Column(month_of(data["to"])[:3], right=True, drop=1),
        Column("Change", right=True),
    )
    for group in shown:
        amounts = (money(group["from_amount"]), money(group["to_amount"]))
        grid.add(group_name(by, group[by], data, screen), *amounts, _signed(group["difference"]))
    grid.total(
        "Total",
        money(data["from_total"]),
        money(data["to_total"]),
        _signed(data["difference"]),
    )
    grid.draw(screen)
    more_rows(screen, changed - len(shown), by)
    if same:
        screen.paragraph(f"{count(same, by)} with the same as before.", "dim")


def _steps(data: DiffAnswer, shown: list[ChangePart]) -> Grid:
    grid = Grid(
        Column(""), Column("Days", right=True), Column("Amount", right=True), Column("", drop=1)
    )
    grid.add(_month(data, "from"), "", money(data["from_total"]), "")
    for part in shown:
        reason = part["reason"]
        grid.add(
            _TITLES[reason],
            "" if part["days"] is None else f"{part['days']:+,}",
            _signed(part["amount"]),
            Text(_WHY[reason], style="dim"),
        )
    change = f"{_signed(data['difference'])} in all" if shown else "nothing changed"
    grid.total(_month(data, "to"), "", money(data["to_total"]), change)
    return grid


def _month(data: Mapping[str, Any], side: str) -> Text:
    title = Text(month_name(data[side]))
    if data[f"{side}_invoice"]:
        title.append(f", {visible(data[f'{side}_invoice'])}", style="dim")
    elif data[f"{side}_open"]:
        title.append(", projected", style="dim")
    if data[f"{side}_settled_elsewhere"]:
        title.append(f", {ELSEWHERE}", style="yellow")
    return title


def _products(data: DiffAnswer, shown: list[ChangePart]) -> Grid:
    """A column for each reason that there is."""
    reasons = [part["reason"] for part in shown]
    grid = Grid(
        Column("Product", wraps=True),
        Column(month_of(data["from"])[:3], right=True, drop=1),
        *(Column(_TITLES[name], right=True, short=_SHORT.get(name, "")) for name in reasons),
        Column(month_of(data["to"])[:3], right=True, drop=2),
        Column("Change", right=True),
    )
    for product in data["products"]:
        amounts = {part["reason"]: part["amount"] for part in product["parts"]}
        grid.add(
            text(product["name"]),
            money(product["from_amount"]),
            *(_signed(amounts.get(reason)) for reason in reasons),
            money(product["to_amount"]),
            _signed(product["difference"]),
        )
    grid.total(
        "Total",
        money(data["from_total"]),
        *(_signed(part["amount"]) for part in shown),
        money(data["to_total"]),
        _signed(data["difference"]),
    )
    return grid


def _signed(amount: MoneyObject | None) -> str:
    """`+$3.10`, `-$3.10`, nothing for zero."""
    if amount is None or not amount["amount_minor"]:
        return ""
    return ("+" if amount["amount_minor"] > 0 else "") + money(amount)
