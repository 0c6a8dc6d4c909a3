"""A plan: its steps, then what it does to the bill."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.text import Text

from jpcli.cli.views.grid import Column, Grid
from jpcli.cli.views.screen import text
from jpcli.cli.views.words import ELSEWHERE, money
from jpcli.domain.answers import each_object
from jpcli.domain.words import month_name

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jpcli.cli.views.screen import Screen
    from jpcli.domain.contract.plan import PlanAnswer, StepObject

# Four columns that fold are to fit beside the step on 60 columns.
NARROW = 10
STYLES = {
    "issue": "green",
    "assign": "cyan",
    "transfer": "cyan",
    "unassign": "yellow",
    "revoke": "red",
    "client": "cyan",
}


def draw(data: PlanAnswer, screen: Screen) -> None:
    """A row a step, the bill below; the bill alone where nothing is to do."""
    screen.title(data["agency"], (data["file"], ""))
    if any(data["counts"].values()):
        dropped = _steps(data).draw(screen)
        if dropped:
            titles = " and ".join(title.lower() for title in dropped)
            screen.paragraph(f"No room here for {titles}: a wider screen or --json.", "dim")
        screen.write()
    _bill(data).draw(screen)


def _steps(data: PlanAnswer) -> Grid:
    """What is done, with what and where is never left out: the question below is about it."""
    moves = data["counts"]["client"] > 0
    grid = Grid(
        Column("Step"),
        Column("License", drop=1, optional=True),
        Column("Product", wraps=True, least=NARROW, optional=True),
        Column("Site", wraps=True, least=NARROW, optional=True),
        Column("From", wraps=True, least=NARROW, optional=True),
        Column("Client", drop=0 if moves else 2, wraps=True, least=NARROW, optional=True),
    )
    for row in each_object(data["steps"]):
        grid.add(
            text(row["action"], STYLES.get(row["action"], "")),
            row["license_key"],
            _product(row),
            row["site"],
            row["from"],
            text(row["client"], "dim"),
        )
    return grid


def _product(row: StepObject) -> Text:
    """A license that is not issued yet has no key to name it by."""
    new = row["license_key"] is None and row["product"] is not None
    shown = text(f"a new {row['product']}" if new else row["product"], "green" if new else "")
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
    bills = data["bill"]
    # An answer that an earlier jpcli remembered under a key has none.
    waiting = ((bill, "not closed yet") for bill in bills.get("earlier_months", ()))
    coming = ((bills["month"], "projected"), (bills["full_month"], "a full month"))
    for bill, what in (*waiting, *coming):
        change = bill["difference"]
        sign = "+" if change["amount_minor"] > 0 else ""
        grid.add(
            f"{month_name(bill['period'])}, {ELSEWHERE if bill['settled_elsewhere'] else what}",
            money(bill["now"]),
            money(bill["planned"]),
            Text(f"{sign}{money(change)}" if change["amount_minor"] else "", style="bold"),
        )
    return grid
