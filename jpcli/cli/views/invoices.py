"""Closed invoices: the list of them, and one whose state has just changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.text import Text

from jpcli.cli.views.grid import Column, Grid
from jpcli.cli.views.screen import text
from jpcli.cli.views.words import money
from jpcli.domain.words import short_day

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jpcli.cli.views.screen import Screen
    from jpcli.domain.contract.invoices import InvoiceAnswer, InvoiceListAnswer, InvoicesAnswer

_STYLES = {"paid": "green", "open": "yellow", "void": "dim", "uncollectible": "red"}


def draw_list(data: InvoiceListAnswer, screen: Screen) -> None:
    """One invoice a row, the newest month first."""
    if not data["invoices"]:
        screen.paragraph("No month is closed yet.")
        return
    _grid(list(data["invoices"])).draw(screen)


def draw_closed(data: InvoicesAnswer, screen: Screen) -> None:
    """The invoices that were closed; nothing where none was."""
    if data["invoices"]:
        _grid(list(data["invoices"])).draw(screen)


def draw_changed(data: InvoiceAnswer, screen: Screen) -> None:
    """One invoice as it is now."""
    _grid([data["invoice"]]).draw(screen)


def status_text(invoice: Mapping[str, Any]) -> Text:
    """`open`, `paid` …, or `past due`, which is what matters of an open one."""
    if invoice["past_due"]:
        return Text("past due", style="bold red")
    return text(invoice["status"], _STYLES.get(invoice["status"], ""))


# What is shown of an invoice's money only where some invoice has it.
_SOMETIMES = {"credited": "Credited", "refunded": "Refunded", "disputed": "Disputed"}


def _grid(invoices: list[Mapping[str, Any]]) -> Grid:
    found = [name for name in _SOMETIMES if any(i[name]["amount_minor"] for i in invoices)]
    went_back = [name for name in found if name != "credited"]
    extra = [*found, "net"] if went_back else found
    grid = Grid(
        Column("Invoice"),
        Column("Month", drop=2),
        Column("Status"),
        Column("Due", drop=1),
        Column("Total", right=True),
        Column("Paid", right=True),
        *(Column(_SOMETIMES.get(name, "Net"), right=True) for name in extra),
    )
    for invoice in invoices:
        grid.add(
            invoice["number"],
            invoice["period"],
            status_text(invoice),
            f"{short_day(invoice['due_date'])}, {invoice['due_date'][:4]}",
            money(invoice["total"]),
            money(invoice["amount_paid"]),
            *(money(invoice[name]) for name in extra),
        )
    return grid
