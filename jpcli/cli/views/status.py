"""One screen: the bill, the licenses, the cards, and what to do next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from jpcli.cli.shared.escape import visible
from jpcli.cli.views.cards import expiry, number
from jpcli.cli.views.grid import Column, Grid
from jpcli.cli.views.screen import facts, steps, text
from jpcli.cli.views.words import ELSEWHERE, money
from jpcli.domain.money import display_amount
from jpcli.domain.words import month_of, short_day

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jpcli.cli.views.screen import Screen
    from jpcli.domain.contract.invoices import InvoiceHead
    from jpcli.domain.contract.status import LastMonth, StatusAnswer

# What is named one by one; the data has more of them.
LICENSES_NAMED = 5
MONTHS_NAMED = 3
WISHES_NAMED = 3
PRODUCTS_NAMED = 2
# Where values of facts begin.
INDENT = len("  Costs most   ")


def draw(data: StatusAnswer, screen: Screen) -> None:
    """Facts first, then the next steps with the commands that take them."""
    today = f"{short_day(data['today'])}, {data['today'][:4]}"
    screen.title(data["agency"], (today, "dim"), (f"days in {data['time_zone']}", "dim"))
    dot = screen.sign("·", "-")
    facts(
        screen,
        [
            *_bill(data, dot),
            *_compared(data, screen, screen.width - INDENT),
            *_late(data),
            *_wishes(data),
            *_licenses(data),
            *_cards(data, screen),
        ],
    )
    _draw_unassigned(data, screen)
    if data.get("next"):
        screen.write()
        screen.paragraph("Next", "bold")
        steps(screen, {step["why"]: step["command"] for step in data["next"]})


def _bill(data: StatusAnswer, dot: str) -> Iterator[tuple[str, Text]]:
    bill = data["bill"]
    line = Text(money(bill["to_date"]), style="not dim bold")
    line.append(f" so far in {month_of(bill['period'])} {dot} ", style="not bold not dim")
    line.append(money(bill["projected"]))
    line.append(" by its end if nothing changes", style="not bold not dim")
    if bill["settled_elsewhere"]:
        line.append(f", {ELSEWHERE}", style="not bold not dim")
    yield "Bill", line
    if bill["unassigned_projected"]["amount_minor"]:
        waste = Text(money(bill["unassigned_projected"]), style="not dim yellow")
        waste.append(" of that for licenses on no site", style="default")
        yield "", waste


def _compared(data: StatusAnswer, screen: Screen, room: int) -> Iterator[tuple[str, Text]]:
    """Against last month, and who costs most; what doesn't fit goes on in the next line."""
    if data["last_month"] is not None:
        for part in _against(data["last_month"]).wrap(screen.console, room):
            part.rstrip()
            yield "", part
    width = max((len(money(each["projected"])) for each in data["clients"]), default=0)
    for position, client in enumerate(data["clients"]):
        line = text(f"{money(client['projected']).rjust(width)}   {client['client']}", "not dim")
        for place, part in enumerate(line.wrap(screen.console, room)):
            part.rstrip()
            yield "" if position or place else "Costs most", part


def _against(last: LastMonth) -> Text:
    """`$12.00 more than October's $80.00: Scan Daily +$9.60, Backup +$2.40`."""
    difference = last["difference"]
    minor, currency = difference["amount_minor"], difference["currency"]
    month = f"{month_of(last['period'])}'s {money(last['total'])}"
    if not minor:
        line = Text(f"the same as {month}", style="not dim")
    else:
        line = Text(display_amount(abs(minor), currency), style="not dim")
        line.append(f" {'more' if minor > 0 else 'less'} than {month}")
    named = [
        f"{visible(each['name'])} {'+' if each['difference']['amount_minor'] > 0 else ''}"
        f"{money(each['difference'])}"
        for each in last["products"][:PRODUCTS_NAMED]
    ]
    more = len(last["products"]) - PRODUCTS_NAMED
    named += [f"{more:,} more"] if more > 0 else []
    line.append(f": {', '.join(named)}" if named else "")
    return line


def _late(data: StatusAnswer) -> Iterator[tuple[str, Text]]:
    """R2, I2: invoices that are past due, or not paid yet, and months without one."""
    for position, invoice in enumerate(data["past_due"]):
        line = Text(visible(invoice["number"]), style="not dim bold red")
        waits = "" if position else ": issuing waits"
        due = f" over {money(invoice['total'])}, due {invoice['due_date']}{waits}"
        line.append(due, "not bold")
        yield "" if position else "Past due", line
        yield from _pages(invoice)
    for position, invoice in enumerate(i for i in data["uncollected"] if not i["past_due"]):
        line = Text(visible(invoice["number"]), style="not dim yellow")
        due = f"due {invoice['due_date']}"
        if invoice["due_date"] == data["today"]:
            due = "due today: issuing waits from tomorrow"
        line.append(f" over {money(invoice['total'])}, {due}", "not bold")
        yield "" if position else "Unpaid", line
        yield from _pages(invoice)
    if data["waiting"]:
        months = ", ".join(data["waiting"][:MONTHS_NAMED])
        more = len(data["waiting"]) - MONTHS_NAMED
        months += f" and {more:,} more" if more > 0 else ""
        yield "Waiting", Text(f"{months}: over, not closed yet", style="not dim yellow")


def _pages(invoice: InvoiceHead) -> Iterator[tuple[str, Text]]:
    """Where the payer sees it, and has it as a file."""
    for url in (invoice["hosted_url"], invoice["pdf_url"]):
        if url is not None:
            yield "", text(f"  {url}", "not bold not dim")


def _draw_unassigned(data: StatusAnswer, screen: Screen) -> None:
    """The oldest licenses on no site, and what all of them have cost so far this month."""
    named = data["unassigned"][:LICENSES_NAMED]
    if not named:
        return
    screen.write()
    month = month_of(data["bill"]["period"])
    screen.paragraph(f"On no site, the oldest first: what that has cost in {month}", "bold")
    grid = Grid(
        Column("License"),
        Column("Product", drop=1),
        Column("Issued", drop=2),
        Column("Days", right=True),
        Column("So far", right=True),
    )
    for found in named:
        grid.add(
            found["license_key"],
            text(found["product"], "dim"),
            text(screen.instant(found["issued_at"])[:10], "dim"),
            f"{found['days']:,}",
            money(found["to_date"]),
        )
    wasted = data["bill"]["unassigned_to_date"]
    days = sum(found["days"] for found in data["unassigned"]) + data["unassigned_others"]["days"]
    shown = sum(found["to_date"]["amount_minor"] for found in named)
    if shown != wasted["amount_minor"]:
        rest = display_amount(wasted["amount_minor"] - shown, wasted["currency"])
        others = days - sum(found["days"] for found in named)
        grid.add(text("all others", "dim"), "", "", f"{others:,}", rest)
    grid.total("All unassigned days", "", "", f"{days:,}", money(wasted))
    grid.draw(screen)


def _wishes(data: StatusAnswer) -> Iterator[tuple[str, Text]]:
    """Calls to Jetpack that wait to be settled."""
    for position, wish in enumerate(data["wishes"][:WISHES_NAMED]):
        unknown = wish["state"] == "unknown"
        line = text(wish["wish"], "not dim bold red" if unknown else "not dim yellow")
        waits = ": issuing waits" if unknown else ""
        line.append_text(text(f" {wish['message']}{waits}", "not bold not dim default"))
        yield "" if position else "Jetpack", line
    more = len(data["wishes"]) - WISHES_NAMED
    if more > 0:
        yield "", text(f"and {more:,} more", "not dim")


def _licenses(data: StatusAnswer) -> Iterator[tuple[str, Text]]:
    found = data["licenses"]
    line = Text(f"{found['total']:,}", style="not dim bold")
    line.append(
        f"   {found['assigned']:,} assigned, {found['unassigned']:,} unassigned,"
        f" {found['revoked']:,} revoked",
        style="not bold not dim",
    )
    yield "Licenses", line


def _cards(data: StatusAnswer, screen: Screen) -> Iterator[tuple[str, Text]]:
    ends = {stop["subject"] for stop in data["stops"] if stop["code"] == "card_expired"}
    if not data["cards"]:
        yield "Cards", Text("none: issuing new licenses is paused", style="not dim red")
    for position, card in enumerate(data["cards"]):
        line = number(card, screen)
        line.append("   ")
        line.append_text(expiry(card))
        if card["id"] in ends:
            line.append(", the last month of it", style="yellow")
        if card["primary"]:
            line.append("   primary", style="green")
        line.stylize("not dim")
        yield "" if position else "Cards", line
