"""Statements: one month's bill as something to mail, whole or one client's part (M5, W2).

Owns the shape of it in the JSON contract. What is on it is in `statements`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jpcli.domain.answers import Answer, Rows
from jpcli.domain.instants import format_instant
from jpcli.domain.money import format_day_price, money_json
from jpcli.services.billing.books import elsewhere_note
from jpcli.services.billing.preview import line_object
from jpcli.services.invoices.invoices import invoice_head
from jpcli.services.invoices.known import known_invoice
from jpcli.services.invoices.statements import Statements

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jpcli.domain.contract.invoices import (
        OpenMonth,
        StatementAnswer,
        StatementBody,
        StatementHead,
    )
    from jpcli.domain.contract.invoices import StatementLine as StatementLineObject
    from jpcli.reports.statement.statement import ClientPart, Statement, StatementLine
    from jpcli.services.desk import Desk

CLIENT_FIELDS = ("client", "days", "amount", "credit", "sites")
SITE_FIELDS = ("site", "days", "amount")


def statement(
    desk: Desk, name: str, client: str | None = None, markup: str | None = None
) -> Statement:
    """The statement of an invoice, by its number or month; of an open month, a preview.

    `client` is one client's name, `""` for what belongs to no client; None is the whole bill.
    `markup` (percent) goes onto every line before it is divided, so clients' statements add up to
    the whole one; without it a client's statement has the client's own. Raises BadInput
    `unknown_invoice`, `unknown_client`, `bad_percent`; Failed `no_price`.
    """
    return Statements(desk, name).named(client, markup)


def export(
    desk: Desk, name: str, client: str | None = None, markup: str | None = None
) -> tuple[Statement, Answer[StatementAnswer]]:
    """A statement, and the same in the JSON contract's shape; errors as `statement`.

    The shape is that of `invoice show`, with the clients and the licenses a day. `number` is null
    and `status` is `preview` for a month that is not closed. `lines` and `total` are those of the
    statement: one client's part where it is for one, with the markup in them.
    """
    statements = Statements(desk, name)
    made = statements.named(client, markup)
    about: StatementHead = {
        "agency": made.agency,
        "time_zone": made.time_zone,
        "currency": made.currency,
        "settled_elsewhere": made.settled_elsewhere,
    }
    if made.whose is not None:
        about["client"] = made.whose.client
        about["statement_number"] = made.own_number
    if made.markup is not None:
        about["markup_percent"] = made.markup.removesuffix("%")
    whole = made.whose is None and markup is None
    body: StatementBody = {
        "lines": [line_object(desk, line) for line in statements.computed.lines]
        if whole
        else [_line_object(line, made.currency) for line in made.lines],
        "clients": Rows(CLIENT_FIELDS, _ClientRows(made)),
        "head": made.head,
        "licenses_per_day": [
            {"day": count.day, "licenses": count.licenses} for count in made.per_day
        ],
        "total": money_json(made.total_minor, made.currency),
    }
    notes = elsewhere_note(desk, made.period) if made.settled_elsewhere else ()
    if made.number is None:
        return made, Answer({"invoice": {**_open_month(made), **about, **body}}, notes)
    invoice = invoice_head(desk, known_invoice(desk, made.number))
    return made, Answer({"invoice": {**invoice, **about, **body}}, notes)


def _open_month(made: Statement) -> OpenMonth:
    return {
        "number": None,
        "period": made.period,
        "first_day": made.first_day,
        "last_day": made.last_day,
        "status": "preview",
        "past_due": False,
        "due_date": None,
        "as_of": format_instant(made.made_at),
        "as_of_day": made.as_of_day,
    }


def _line_object(line: StatementLine, currency: str) -> StatementLineObject:
    price = line.day_price_e12
    return {
        "kind": line.kind,
        "product": line.product,
        "name": line.name,
        "bundle_size": line.bundle_size if line.bundle_size > 1 else None,
        "day_price": None if price is None else format_day_price(price, currency),
        "first_day": line.first_day,
        "last_day": line.last_day,
        "days": line.days,
        "license_days": line.license_days,
        "amount": money_json(line.amount_minor, currency),
        "period": line.period,
    }


class _ClientRows:
    """What each client has, made as it is read: there may be very many, and more sites."""

    def __init__(self, made: Statement) -> None:
        self._made = made

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        currency = self._made.currency
        for part in self._made.clients:
            amount = money_json(part.amount_minor, currency)
            credit = money_json(part.credit_minor, currency)
            sites = Rows(SITE_FIELDS, _site_rows(part, currency))
            yield part.client, part.days, amount, credit, sites


def _site_rows(part: ClientPart, currency: str) -> Iterator[tuple[Any, ...]]:
    return ((site, days, money_json(minor, currency)) for site, days, minor in part.sites)
