"""Statements: one month's bill as something to mail, whole or one client's part (M5, W2).

Owns which numbers are on a statement. Its lines come from the same computation as a preview's and a
closing's (I1); how they are divided is in `shares`, how they look in `reports`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jpcli.domain.answers import Answer
from jpcli.domain.errors import BadInput
from jpcli.domain.instants import format_instant
from jpcli.domain.money import format_day_price, money_json, parse_markup
from jpcli.domain.periods import parse_month
from jpcli.ledger.events.log import head
from jpcli.ledger.queries import invoices
from jpcli.reports.statement.statement import DayCount, Statement, Whose
from jpcli.services.billing.books import elsewhere_note, is_settled_elsewhere
from jpcli.services.billing.compute import Question, compute, of_invoice
from jpcli.services.billing.preview import line_object
from jpcli.services.invoices.invoices import invoice_head, late
from jpcli.services.invoices.known import known_invoice
from jpcli.services.invoices.shares import days_of, divided
from jpcli.services.meant import check_client_known

if TYPE_CHECKING:
    from jpcli.domain.contract.invoices import ClientPart as ClientPartObject
    from jpcli.domain.contract.invoices import (
        OpenMonth,
        StatementAnswer,
        StatementBody,
        StatementHead,
    )
    from jpcli.domain.contract.invoices import StatementLine as StatementLineObject
    from jpcli.reports.statement.statement import ClientPart, StatementLine
    from jpcli.services.billing.period import Computed
    from jpcli.services.desk import Desk


def statement(
    desk: Desk, name: str, client: str | None = None, markup: str | None = None
) -> Statement:
    """The statement of an invoice, by its number or month; of an open month, a preview.

    `client` is one client's name, `""` for what belongs to no client; None is the whole bill.
    `markup` (percent) goes onto every line before it is divided, so clients' statements add up to
    the whole one. Raises BadInput `unknown_invoice`, `unknown_client`, `bad_percent`; Failed
    `no_price`.
    """
    return _made(desk, name, client, markup)[0]


def export(
    desk: Desk, name: str, client: str | None = None, markup: str | None = None
) -> tuple[Statement, Answer[StatementAnswer]]:
    """A statement, and the same in the JSON contract's shape; errors as `statement`.

    The shape is that of `invoice show`, with the clients and the licenses a day. `number` is null
    and `status` is `preview` for a month that is not closed. `lines` and `total` are those of the
    statement: one client's part where it is for one, with the markup in them.
    """
    made, computed = _made(desk, name, client, markup)
    about: StatementHead = {
        "agency": made.agency,
        "time_zone": made.time_zone,
        "currency": made.currency,
        "settled_elsewhere": made.settled_elsewhere,
    }
    if made.whose is not None:
        about["client"] = made.whose.client
    if markup is not None:
        about["markup_percent"] = markup.removesuffix("%")
    whole = made.whose is None and markup is None
    body: StatementBody = {
        "lines": [line_object(desk, line) for line in computed.lines]
        if whole
        else [_line_object(line, made.currency) for line in made.lines],
        "clients": [_client_object(part, made.currency) for part in made.clients],
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


def _made(
    desk: Desk, name: str, client: str | None, markup: str | None
) -> tuple[Statement, Computed]:
    markup_e6 = None if markup is None else parse_markup(markup)
    whose = _whose(desk, client)
    computed = _computed(desk, name)
    lines, clients = divided(desk, computed, whose, markup_e6)
    made = _statement(desk, computed, whose, lines, clients)
    if markup_e6 is not None and markup_e6 < 0 and markup is not None:
        made = made._replace(discount=markup.removeprefix("-").removesuffix("%"))
    return made, computed


def _whose(desk: Desk, client: str | None) -> Whose | None:
    if client is None:
        return None
    if client:
        check_client_known(desk.ledger, client)
    return Whose(client or None)


def _computed(desk: Desk, name: str) -> Computed:
    """An invoice as it was billed, or a month that has none as it stands."""
    invoice = invoices.by_number(desk.ledger, name)
    if invoice is not None:
        return of_invoice(desk, invoice)
    try:
        parse_month(name)
    except BadInput:
        known_invoice(desk, name)  # says that there is none
        raise
    return compute(desk, Question(month=name))


def _statement(
    desk: Desk,
    computed: Computed,
    whose: Whose | None,
    lines: tuple[StatementLine, ...],
    clients: tuple[ClientPart, ...],
) -> Statement:
    ledger, invoice, period = desk.ledger, computed.invoice, computed.period
    calendar = ledger.calendar
    counts = days_of(desk, computed, whose)
    # A closed invoice knows its whole month, whatever the clock says.
    today = period.last_day if invoice is not None else computed.today
    return Statement(
        agency=ledger.name or "",
        number=None if invoice is None else invoice.number,
        period=period.label,
        first_day=calendar.iso(period.first_day),
        last_day=calendar.iso(period.last_day),
        as_of_day=calendar.iso(computed.today),
        time_zone=ledger.zone,
        currency=ledger.currency,
        status="preview" if invoice is None else invoice.status,
        past_due=invoice is not None and late(desk, invoice),
        issued=None if invoice is None else calendar.iso(calendar.day_of(invoice.closed_at)),
        due=None if invoice is None else calendar.iso(invoice.due_day),
        paid=None
        if invoice is None or invoice.paid_at is None
        else calendar.iso(calendar.day_of(invoice.paid_at)),
        made_at=computed.as_of_at if invoice is None else invoice.closed_at,
        content_hash=None if invoice is None else invoice.content_hash,
        head=head(ledger) if invoice is None else invoice.head.hex(),
        whose=whose,
        lines=lines,
        clients=clients,
        per_day=tuple(
            DayCount(calendar.iso(day), count, day <= today)
            for day, count in enumerate(counts, period.first_day)
        ),
        total_minor=sum(line.amount_minor for line in lines),
        amount_paid_minor=0 if invoice is None else invoice.amount_paid_minor,
        settled_elsewhere=invoice is None and is_settled_elsewhere(ledger, period.label),
    )


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


def _client_object(part: ClientPart, currency: str) -> ClientPartObject:
    return {
        "client": part.client,
        "days": part.days,
        "amount": money_json(part.amount_minor, currency),
        "credit": money_json(part.credit_minor, currency),
        "sites": [
            {
                "site": site.site,
                "days": site.days,
                "amount": money_json(site.amount_minor, currency),
            }
            for site in part.sites
        ],
    }
