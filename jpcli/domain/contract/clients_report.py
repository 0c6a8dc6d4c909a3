"""What each client costs, is billed and brings, month by month."""

from __future__ import annotations

from typing import Annotated, TypedDict

from jpcli.domain.answers import Rows
from jpcli.domain.contract.values import (
    Currency,
    Date,
    InvoiceNumber,
    MoneyObject,
    Month,
    OneOf,
    Percent,
)

# Closed: as it was kept then. Waiting: over, and not closed. Projected: not over; to its end.
MonthState = Annotated[str, OneOf("closed", "waiting", "projected")]


class Profit(TypedDict):
    """What it costs, what is billed for it, and what is left."""

    cost: MoneyObject  # its part of the agency's bill
    billed: MoneyObject  # with the client's markup; what is nobody's is billed to nobody
    margin: MoneyObject  # `billed` less `cost`


class ReportMonth(Profit):
    """A month of all clients together; its cost is the invoice's total."""

    period: Month
    state: MonthState
    invoice: InvoiceNumber | None  # null: not closed


class ClientMonth(Profit):
    """A month of one client."""

    period: Month


class ReportClient(Profit):
    """A client, and its year."""

    client: str | None  # null: what belongs to no client
    markup: Percent | None  # that it has now; null: none, so it is billed what it costs
    months: list[ClientMonth]  # those of the report


class ClientsReportAnswer(Profit):
    """A year of every client; clients add up to months, and months to invoices."""

    year: int
    agency: str
    currency: Currency
    time_zone: str  # an IANA name
    as_of_day: Date
    months: list[ReportMonth]
    clients: Rows[ReportClient]
