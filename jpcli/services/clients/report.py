"""What each client costs, is billed and brings, month by month of a year (I8, M5, W2).

Owns which months a year has and whose part of each is what. A closed month is what was kept at its
closing, with the markups of then; one that is not is what it comes to if nothing more changes. What
belongs to no client costs what it costs, and is billed to nobody.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from jpcli.domain.answers import Answer, Rows
from jpcli.domain.errors import misread
from jpcli.domain.events import LATEST_SEQ
from jpcli.domain.instants import FIRST_YEAR, LAST_YEAR
from jpcli.domain.money import money_json
from jpcli.domain.periods import month_of, months_between
from jpcli.ledger.queries import invoice_lines, invoices
from jpcli.ledger.queries.shares import labels_of, names_now
from jpcli.ledger.snapshots.details import clients_then
from jpcli.reports.clients.year import ClientsYear, Profit, YearClient, YearMonth, total
from jpcli.services.billing.books import elsewhere_note, first_day_billed, first_to_close
from jpcli.services.billing.compute import Question, compute
from jpcli.services.billing.forecast import months_from
from jpcli.services.billing.line_shares import invoice_shares, open_shares
from jpcli.services.clients.billed import Billed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from jpcli.domain.answers import Notes
    from jpcli.domain.calculator import Line
    from jpcli.domain.contract.clients_report import ClientsReportAnswer, ReportMonth
    from jpcli.domain.contract.clients_report import Profit as ProfitObject
    from jpcli.domain.shares import Holder, Share
    from jpcli.ledger.queries.invoices import Invoice
    from jpcli.ledger.queries.shares import HolderNames
    from jpcli.ledger.snapshots.details import ClientThen
    from jpcli.services.desk import Desk

    # Of each client, by row number, `(cost, billed)` in minor units.
    Sums = dict[int | None, tuple[int, int]]

CLOSED, WAITING, PROJECTED = "closed", "waiting", "projected"


class _Month(NamedTuple):
    """One month, and what each client has of it."""

    period: str
    state: str
    invoice: str | None
    clients: Sums


def report(desk: Desk, year: str | None = None) -> tuple[ClientsYear, Answer[ClientsReportAnswer]]:
    """A year `YYYY` up to the present month; the present one unless told; and the same in the JSON
    contract's shape.

    A client is one row, by what it is called now, whatever it was called then. Raises BadInput
    `bad_year`; Failed `no_price`.
    """
    ledger = desk.ledger
    this_month = month_of(ledger.calendar, desk.today)
    label = _checked_year(this_month[:4] if year is None else year)
    months = list(_months(desk, label, this_month))
    made = ClientsYear(
        year=label,
        agency=ledger.name,
        currency=ledger.currency,
        time_zone=ledger.zone,
        as_of_day=ledger.calendar.iso(desk.today),
        made_at=desk.now_at,
        months=tuple(
            YearMonth(
                month.period,
                month.state,
                month.invoice,
                total([Profit(*pair) for pair in month.clients.values()]),
            )
            for month in months
        ),
        clients=_clients(months, clients_then(ledger)),
    )
    return made, Answer(_data(made), _notes(desk, label))


def _data(made: ClientsYear) -> ClientsReportAnswer:
    months: list[ReportMonth] = [
        {
            "period": month.period,
            "state": month.state,
            "invoice": month.invoice,
            **_profit(month.profit, made.currency),
        }
        for month in made.months
    ]
    columns = ("client", "markup", "months", "cost", "billed", "margin")
    return {
        "year": int(made.year),
        "agency": made.agency,
        "currency": made.currency,
        "time_zone": made.time_zone,
        "as_of_day": made.as_of_day,
        "months": months,
        "clients": Rows(columns, _ClientRows(made)),
        **_profit(made.profit, made.currency),
    }


def _checked_year(text: str) -> str:
    if not re.fullmatch(r"[0-9]{4}", text) or not FIRST_YEAR <= int(text) <= LAST_YEAR:
        raise misread("bad_year", text, "a year", "Write it as YYYY, for example 2026.")
    return text


def _months(desk: Desk, year: str, this_month: str) -> Iterator[_Month]:
    """The months of a year from the first of the books to the present one."""
    first = first_to_close(desk.ledger)
    if first is None:
        return
    labels = months_between(max(first, f"{year}-01"), min(this_month, f"{year}-12"))
    closed = {label: invoices.of_period(desk.ledger, label) for label in labels}
    still_open = _open_months(desk, [label for label in labels if closed[label] is None])
    for label in labels:
        invoice = closed[label]
        if invoice is not None:
            yield _closed_month(desk, invoice)
        else:
            yield _Month(
                label, WAITING if label < this_month else PROJECTED, None, still_open[label]
            )


def _closed_month(desk: Desk, invoice: Invoice) -> _Month:
    lines = invoice_lines.lines_of(desk.ledger, invoice.id)
    shares, names = invoice_shares(desk, invoice)
    sums = _summed(desk, zip(lines, shares, strict=True), names, invoice.id)
    return _Month(invoice.period, CLOSED, invoice.number, sums)


def _open_months(desk: Desk, labels: list[str]) -> dict[str, Sums]:
    """What each month comes to that has no invoice yet, with the credit left to it."""
    found: dict[str, Sums] = {}
    if not labels:
        return found
    question = Question(month=labels[0])
    number = len(months_between(labels[0], labels[-1]))
    for computed in months_from(desk, question, compute(desk, question), number):
        if computed.invoice is None:
            names = names_now(desk.ledger)
            pairs = zip(computed.lines, open_shares(desk, computed), strict=True)
            found[computed.period.label] = _summed(desk, pairs, names, LATEST_SEQ)
    return found


def _summed(
    desk: Desk, lines: Iterable[tuple[Line, Mapping[Holder, Share]]], names: HolderNames, seq: int
) -> Sums:
    """What each client costs and is billed, with the markups that the events up to one have."""
    markups = {number: client.markup for number, client in clients_then(desk.ledger, seq).items()}
    billed = Billed(desk.ledger.currency, labels_of(desk.ledger, names), markups)
    for line, shares in lines:
        billed.add(line, shares)
    return billed.sums


def _clients(months: list[_Month], known: Mapping[int, ClientThen]) -> tuple[YearClient, ...]:
    """By name, what is nobody's last."""
    numbers = {number for month in months for number in month.clients}
    named = sorted((n for n in numbers if n is not None), key=lambda n: known[n].name)
    found = [
        YearClient(known[number].name, known[number].markup, _of(number, months))
        for number in named
    ]
    return (*found, *([YearClient(None, None, _of(None, months))] if None in numbers else []))


def _of(number: int | None, months: list[_Month]) -> tuple[Profit, ...]:
    return tuple(Profit(*month.clients.get(number, (0, 0))) for month in months)


class _ClientRows:
    """The rows of the clients, made as they are read; they can be counted and read again."""

    def __init__(self, made: ClientsYear) -> None:
        self._made = made

    def __len__(self) -> int:
        return len(self._made.clients)

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        currency = self._made.currency
        for client in self._made.clients:
            months = [
                {"period": month.period, **_profit(profit, currency)}
                for month, profit in zip(self._made.months, client.months, strict=True)
            ]
            sums = _profit(client.profit, currency)
            yield (client.client, client.markup, months, *sums.values())


def _profit(profit: Profit, currency: str) -> ProfitObject:
    return {
        "cost": money_json(profit.cost_minor, currency),
        "billed": money_json(profit.billed_minor, currency),
        "margin": money_json(profit.margin_minor, currency),
    }


def _notes(desk: Desk, year: str) -> Notes:
    """Where some of the year's days lie before the books."""
    active = invoices.first_active_day(desk.ledger)
    first_day = first_day_billed(desk.ledger)
    if active is None or active >= first_day:
        return ()
    calendar = desk.ledger.calendar
    before = months_between(month_of(calendar, active), month_of(calendar, first_day - 1))
    return elsewhere_note(desk, *(month for month in before if month[:4] == year))
