"""A year of every client, ready to be written, and what documents say of it.

Owns the shape and the words. Amounts are minor units; clients add up to months (M5).
"""

from __future__ import annotations

from typing import NamedTuple

from jpcli.domain.words import count, long_day, month_name
from jpcli.reports.statement.text import clean, money

# Past so many months of clients a document has the year of each client only.
MOST_MONTHS = 1_200


class Profit(NamedTuple):
    """What it costs and what is billed for it."""

    cost_minor: int
    billed_minor: int

    @property
    def margin_minor(self) -> int:
        """What is left."""
        return self.billed_minor - self.cost_minor


class YearMonth(NamedTuple):
    """A month of all clients together; `state` is `closed`, `waiting` or `projected`."""

    period: str
    state: str
    invoice: str | None
    profit: Profit


class YearClient(NamedTuple):
    """A client, None for nobody, and its months; `markup` is the percent it has now, as typed."""

    client: str | None
    markup: str | None
    months: tuple[Profit, ...]

    @property
    def profit(self) -> Profit:
        """Its whole year."""
        return total(self.months)


class ClientsYear(NamedTuple):
    """All of it. `made_at` is the instant (microseconds) that it is seen from."""

    year: str
    agency: str
    currency: str
    time_zone: str
    as_of_day: str
    made_at: int
    months: tuple[YearMonth, ...]
    clients: tuple[YearClient, ...]

    @property
    def profit(self) -> Profit:
        """The whole year."""
        return total([month.profit for month in self.months])


def total(profits: list[Profit] | tuple[Profit, ...]) -> Profit:
    """The sum."""
    return Profit(
        sum(profit.cost_minor for profit in profits),
        sum(profit.billed_minor for profit in profits),
    )


def amount(minor: int, year: ClientsYear) -> str:
    """`$81.27`, with a real minus."""
    return money(minor, year.currency)


def agency(year: ClientsYear) -> str:
    """Whose report it is."""
    return clean(year.agency) or "Jetpack licenses"


def file_title(year: ClientsYear) -> str:
    """What a reader of documents shows in its title bar."""
    return f"{agency(year)} · Clients · {year.year}"


def period(year: ClientsYear) -> str:
    """`January to November 2026`."""
    if not year.months:
        return year.year
    first, last = year.months[0].period, year.months[-1].period
    if first == last:
        return month_name(first)
    return f"{month_name(first).split()[0]} to {month_name(last)}"


def facts(year: ClientsYear) -> list[tuple[str, str]]:
    """The head."""
    profit = year.profit
    return [
        ("Period", period(year)),
        ("As of", long_day(year.as_of_day)),
        ("Cost", amount(profit.cost_minor, year)),
        ("Billed", amount(profit.billed_minor, year)),
        ("Time zone", clean(year.time_zone)),
    ]


def client_name(client: YearClient) -> str:
    """A client, or nobody."""
    return "No client" if client.client is None else clean(client.client)


def client_note(client: YearClient) -> str:
    """What is set small below the name."""
    if client.client is None:
        return "Billed to nobody"
    if client.markup is None:
        return "No markup"
    figures = client.markup.removesuffix("%")
    return f"Discount {figures[1:]}%" if figures.startswith("-") else f"Markup {figures}%"


def month_note(month: YearMonth) -> str:
    """Where the numbers of a month come from."""
    if month.invoice is not None:
        return clean(month.invoice)
    return "Not closed" if month.state == "waiting" else "Projected to its end"


def lists_months(year: ClientsYear) -> bool:
    """Whether each client's months are named one by one."""
    return len(year.months) > 1 and len(year.months) * len(year.clients) <= MOST_MONTHS


def shown_months(year: ClientsYear, client: YearClient) -> list[tuple[YearMonth, Profit]]:
    """The months in which a client has anything."""
    pairs = zip(year.months, client.months, strict=True)
    return [(month, profit) for month, profit in pairs if any(profit)]


def small_print(year: ClientsYear) -> list[str]:
    """What the numbers are."""
    what = (
        "Cost is each client's part of the agency's bill, and adds up to the invoices exactly."
        " Billed is the same with the client's markup; in a closed month as it was when that was"
        " closed. What belongs to no client is billed to nobody."
    )
    found = [what]
    if any(month.state == "projected" for month in year.months):
        found.append("A month that is not over counts with what it comes to if nothing changes.")
    if len(year.months) > 1 and not lists_months(year):
        found.append(
            f"The months of {count(len(year.clients), 'client')} are too many to name them here;"
            " the CSV form has them all."
        )
    return found
