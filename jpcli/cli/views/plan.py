"""A plan: its steps, then what it does to the bill."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.text import Text

from jpcli.cli.shared.escape import visible
from jpcli.cli.views.grid import Column, Grid
from jpcli.cli.views.screen import text
from jpcli.cli.views.words import ELSEWHERE, money
from jpcli.domain.words import month_name

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jpcli.cli.views.screen import Screen

STYLES = {
    "issue": "green",
    "assign": "cyan",
    "transfer": "cyan",
    "unassign": "yellow",
    "revoke": "red",
    "client": "cyan",
}


def draw(data: Mapping[str, Any], screen: Screen) -> None:
    """A row a step, the bill below; the bill alone where nothing is to do."""
    title = Text(visible(data["agency"]), style="bold")
    title.append(f" {screen.sign('·', '-')} {visible(data['file'])}", style="not bold")
    screen.write(title)
    screen.write()
    if data["steps"]:
        _steps(data).draw(screen)
        screen.write()
    _bill(data).draw(screen)


def _steps(data: Mapping[str, Any]) -> Grid:
    rows = data["steps"]
    columns = (
        (Column("Step"), [text(row["action"], STYLES.get(row["action"], "")) for row in rows]),
        (Column("License", drop=2), [_license(row) for row in rows]),
        (Column("Product", drop=1), [text(row["product"], "dim") for row in rows]),
        (Column("Site", wraps=True), [text(row["site"]) for row in rows]),
        (Column("From", wraps=True), [text(row["from"]) for row in rows]),
        (Column("Client", drop=3, wraps=True), [text(row["client"], "dim") for row in rows]),
    )
    filled = [(column, cells) for column, cells in columns if any(cells)]
    grid = Grid(*(column for column, _ in filled))
    for line in zip(*(cells for _, cells in filled), strict=True):
        grid.add(*line)
    return grid


def _license(row: Mapping[str, Any]) -> Text:
    """A license that is not issued yet is named by its product."""
    if row["license_key"] is None:
        return text(None if row["product"] is None else f"a new {row['product']}", "green")
    shown = text(row["license_key"])
    if row["bundle_size"]:
        shown.append(f", bundle of {row['bundle_size']}", style="cyan")
    return shown


def _bill(data: Mapping[str, Any]) -> Grid:
    grid = Grid(
        Column("Bill"),
        Column("Now", right=True),
        Column("Then", right=True),
        Column("Change", right=True),
    )
    for name, what in (("month", "projected"), ("full_month", "a full month")):
        bill = data["bill"][name]
        change = bill["difference"]
        sign = "+" if change["amount_minor"] > 0 else ""
        grid.add(
            f"{month_name(bill['period'])}, {ELSEWHERE if bill['settled_elsewhere'] else what}",
            money(bill["now"]),
            money(bill["planned"]),
            Text(f"{sign}{money(change)}" if change["amount_minor"] else "", style="bold"),
        )
    return grid
