"""A statement's lines as a CSV file, each with whose it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jpcli.domain.money import amount_text, format_day_price
from jpcli.reports.statement.rows import write_rows

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jpcli.reports.statement.statement import Statement, StatementLine

COLUMNS = (
    "number",
    "client",
    "month",
    "due",
    "kind",
    "product",
    "name",
    "bundle_size",
    "period",
    "days",
    "day_price",
    "amount",
    "currency",
)


def write_lines(statement: Statement) -> Iterator[str]:
    """The file, line by line; amounts have the currency's decimals and no symbol."""
    client = "" if statement.whose is None else statement.whose.client or ""
    head = (
        statement.own_number or statement.number or "",
        client,
        statement.period,
        statement.due or "",
    )
    currency = statement.currency
    return write_rows(
        COLUMNS, ((*head, *_cells(line, currency), currency) for line in statement.lines)
    )


def _cells(line: StatementLine, currency: str) -> tuple[str, ...]:
    price = line.day_price_e12
    return (
        line.kind,
        line.product or "",
        line.name,
        str(line.bundle_size) if line.bundle_size > 1 else "",
        line.period or "",
        str(line.days),
        "" if price is None else format_day_price(price, currency),
        amount_text(line.amount_minor, currency),
    )
