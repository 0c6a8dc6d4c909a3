"""One invoice, or the preview of one, as a statement: head, lines, clients, licenses a day."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

from rich.text import Text

from jpcli.cli.views.grid import Column, Grid
from jpcli.cli.views.invoice import line_name
from jpcli.cli.views.invoices import status_text
from jpcli.cli.views.screen import text
from jpcli.cli.views.words import BOTH_ENDS, ahead, bar, day_price, extent, money
from jpcli.domain.answers import each_object
from jpcli.domain.words import count, month_name, short_day
from jpcli.reports.statement.heat import shades
from jpcli.reports.statement.text import weekday_letter

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jpcli.cli.views.screen import Screen
    from jpcli.domain.answers import Table
    from jpcli.domain.contract.invoices import ClientPart, StatementAnswer

# Clients and sites together; with more of them sites are left out, then clients.
MOST_ROWS = 100
_GREENS = ("dim", "#7fb896", "#5cae7c", "#3aa363", "#1f9850", "#0b8c45")
# Room for a strip of two columns a day, with its title.
WIDE = 84


def draw(data: StatementAnswer, screen: Screen) -> None:
    """The statement; below its tables the month with a mark for every day."""
    invoice = data["invoice"]
    _draw_head(invoice, screen)
    _lines_grid(invoice).draw(screen)
    _draw_clients(invoice, screen)
    screen.write()
    _draw_strip(invoice, screen)
    screen.paragraph(BOTH_ENDS, "dim")


def _draw_head(invoice: Mapping[str, Any], screen: Screen) -> None:
    period, days = month_name(invoice["period"]), (f"days in {invoice['time_zone']}", "dim")
    below = []
    if "client" in invoice:
        name = invoice["client"]
        below.append(text(f"  For {name}" if name else "  For licenses without a client", "bold"))
    if invoice["number"] is None:
        about, settled = f"preview of {period}", invoice.get("settled_elsewhere")
        what = "Settled elsewhere" if settled else "Preview"
        day = short_day(invoice["as_of_day"])
        below.append(Text(f"  {what}, not an invoice, as of {day}", style="bold yellow"))
    else:
        number = invoice.get("statement_number") or invoice["number"]
        about, due = f"{number} for {period}", invoice["due_date"]
        status = (status_text(invoice), (f", due {short_day(due)}, {due[:4]}", "dim"))
        below.append(Text.assemble("  ", *status))
    screen.title(invoice["agency"] or "jpcli", (about, ""), days, below=below)


def _lines_grid(invoice: Mapping[str, Any]) -> Grid:
    grid = Grid(
        Column("Product", wraps=True),
        Column("Days", right=True),
        Column("Per day", right=True),
        Column("Amount", right=True),
    )
    for line in invoice["lines"]:
        # A correction is no product of days and a price.
        priced = line["kind"] not in ("adjustment", "credit")
        grid.add(
            line_name(line, invoice),
            "" if line["kind"] == "credit" else f"{line['days']:,}",
            day_price(line) if priced else "",
            money(line["amount"]),
        )
    grid.total("Total", "", "", money(invoice["total"]))
    return grid


def _draw_clients(invoice: Mapping[str, Any], screen: Screen) -> None:
    """Each client and, where that is not too much, its sites; on one client's only those."""
    parts, clients, sites = _counted(invoice["clients"])
    if not any(part["client"] or part["sites"] for part in parts):
        return
    screen.write()
    alone, named = "client" in invoice, clients + sites <= MOST_ROWS
    grid = Grid(
        Column("Site" if alone else "Client", wraps=True),
        Column("License-days", right=True),
        Column("Amount", right=True),
    )
    for part in parts:
        if not alone:
            name = text(part["client"], "bold") if part["client"] else Text("No client", "yellow")
            grid.add(name, f"{part['days']:,}", money(part["amount"]))
        for site in part["sites"] if named or alone else ():
            name = text("" if alone else "  ")
            name.append_text(_site(site["site"]))
            grid.add(name, f"{site['days']:,}", money(site["amount"]))
        if part["credit"]["amount_minor"]:
            grid.add("Credit" if alone else "  Credit", "", money(part["credit"]))
    grid.total("Total", "", money(invoice["total"]))
    grid.draw(screen)
    if not named:
        shown = "" if alone else f"{count(clients, 'client')}, "
        screen.paragraph(f"{shown}{count(sites, 'site')}: --format json has them all.", "dim")


def _counted(clients: Table[ClientPart]) -> tuple[list[dict[str, Any]], int, int]:
    """Those that are shown, with their sites that are, and how many clients and sites there are."""
    parts: list[dict[str, Any]] = []
    clients_found = sites_found = 0
    for part in each_object(clients):
        sites = each_object(part["sites"])
        shown = list(islice(sites, MOST_ROWS))
        if clients_found < MOST_ROWS:
            parts.append({**part, "sites": shown})
        clients_found += 1
        sites_found += len(shown) + sum(1 for _ in sites)
    return parts, clients_found, sites_found


def _site(url: str | None) -> Text:
    return Text("on no site", "yellow") if url is None else text(url)


def _draw_strip(invoice: Mapping[str, Any], screen: Screen) -> None:
    """Weekdays, a bar for each day, days of the month; days still to come have none."""
    days = invoice["licenses_per_day"]
    counts = [found["licenses"] for found in days]
    known = invoice["last_day"] if invoice["number"] else invoice["as_of_day"]
    width = 2 if screen.width >= WIDE else 1
    high = max(counts, default=0)
    letters, marks, numbers = Text("  Licenses a day   ", "default"), Text(" " * 19), ""
    for index, (found, shade) in enumerate(zip(days, shades(counts), strict=True)):
        letters.append(weekday_letter(found["day"]).ljust(width), style="dim")
        if found["day"] <= known:
            drawn = bar(found["licenses"], high, screen.unicode) * width
            marks.append(drawn, style=_GREENS[shade])
        else:
            marks.append(ahead(screen.unicode) * width, style="dim")
        number = int(found["day"][8:10])
        if number == 1 or number % 5 == 0:
            numbers = numbers.ljust(index * width) + str(number)
    marks.append_text(extent(counts, screen.unicode))
    letters.rstrip()
    screen.write(letters)
    screen.fold(marks, 19)
    screen.write(Text(" " * 19 + numbers, style="dim"))
