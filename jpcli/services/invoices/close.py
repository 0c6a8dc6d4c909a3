"""Closing a month: its lines are computed once more, sealed and numbered (I2, I3, I4).

Owns when a month may be closed and what is recorded. The lines come from the same function as a
preview's (I1).
"""

from __future__ import annotations

from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any

from jpcli.domain import events
from jpcli.domain.adjustments import is_charged
from jpcli.domain.answers import Answer, Note
from jpcli.domain.errors import Refused
from jpcli.domain.invoice_status import DRAFT, OPEN, PAID, invoice_number
from jpcli.domain.listed import Listed
from jpcli.domain.money import display_amount
from jpcli.domain.periods import month_period, parse_month
from jpcli.ledger.events.log import latest_at
from jpcli.ledger.queries import invoice_lines, invoices
from jpcli.ledger.queries.collection import way_of
from jpcli.ledger.queries.labels import first_names
from jpcli.ledger.queries.products import priced_offers
from jpcli.services.billing.books import books_begin, is_settled_elsewhere, move_hint
from jpcli.services.billing.compute import Question, compute
from jpcli.services.billing.kept_shares import KeptShares
from jpcli.services.billing.line_shares import open_shares
from jpcli.services.billing.waiting import waiting_months
from jpcli.services.change import change
from jpcli.services.invoices.invoices import invoice_object, invoices_data

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jpcli.domain.calculator import Line
    from jpcli.domain.contract.invoices import ClosedAnswer
    from jpcli.domain.periods import Period
    from jpcli.ledger.database.connection import Ask
    from jpcli.ledger.writer import Writer
    from jpcli.services.desk import Desk


# Of holders, or shares, the closing has at most so many itself. Of more, so many are in each of the
# events before it: small ones, because readers take some thousands of events at a time.
MOST_IN_CLOSING = 10_000
ROWS_LISTED = 100
# Events that are in memory at a time.
_LISTED_AT_ONCE = 50


def close(desk: Desk, month: str) -> Answer[ClosedAnswer]:
    """Close one month.

    Raises Refused `already_closed`, `settled_elsewhere`, `month_not_over` or `close_in_order`;
    BadInput `bad_month`.
    """
    period = month_period(desk.ledger.calendar, *parse_month(month))

    def do(writer: Writer) -> Answer[ClosedAnswer]:
        check_may_close(desk, period)
        number = _close(desk, writer, period)
        return _answer(desk, [number])

    asks = (lambda: check_may_close(desk, period), *_asks(desk, period.label))
    return change(desk, request(month), do, asks)


def close_due(desk: Desk, until: str | None = None) -> Answer[ClosedAnswer]:
    """Close every month that is over and waits, or those up to a month; nothing to close is fine
    (for cron)."""

    def do(writer: Writer) -> Answer[ClosedAnswer]:
        return _answer(desk, close_waiting(desk, writer, until))

    return change(desk, request(None, until), do, _asks(desk))


def request(month: str | None, until: str | None = None) -> dict[str, Any]:
    """What was asked for, where a key is told from that of another request."""
    if month is not None:
        return {"command": "invoice close", "month": month}
    last = {} if until is None else {"until": until}
    return {"command": "invoice close", "due": True, **last}


def close_waiting(desk: Desk, writer: Writer, until: str | None = None) -> list[str]:
    """The same within a transaction; the numbers of the invoices."""
    numbers = []
    for label in waiting_months(desk):
        if until is None or label <= until:
            period = month_period(desk.ledger.calendar, *parse_month(label))
            numbers.append(_close(desk, writer, period))
    return numbers


def _asks(desk: Desk, label: str | None = None) -> Iterator[Ask]:
    """What is asked to close a month."""
    ledger = desk.ledger
    yield partial(first_names, desk.ledger)
    yield partial(invoices.closed_periods, ledger)
    yield partial(latest_at, ledger)
    yield partial(priced_offers, ledger)
    yield partial(invoices.any_invoice, ledger)
    yield partial(invoices.credit_minor, ledger)
    yield partial(ledger.fact, "payment_terms_days")
    if label is not None:
        yield partial(invoices.of_period, ledger, label)
        yield partial(invoices.count_of_period, ledger, label)


def check_may_close(desk: Desk, period: Period) -> None:
    """I2, I7: only a month of the books that is over, only once, only in order."""
    ledger = desk.ledger
    closed = invoices.of_period(ledger, period.label)
    if closed is not None:
        raise Refused(
            "already_closed",
            f"{period.label} is closed already: {closed.number}",
            hint=f"See it:   jpcli invoice show {closed.number}",
            subject=closed.number,
        )
    if is_settled_elsewhere(ledger, period.label):
        raise Refused(
            "settled_elsewhere",
            f"{period.label} lies before the books, which begin with {books_begin(ledger)}:"
            " it was settled elsewhere",
            hint=move_hint(ledger, period.label)
            or f"See its days:   jpcli invoice preview {period.label}",
            subject=period.label,
        )
    over_at = ledger.calendar.end_of(period.last_day)
    if desk.now_at < over_at:
        raise Refused(
            "month_not_over",
            f"{period.label} is not over yet in {ledger.zone}; a month can be closed after its end",
            hint=f"See what it comes to:   jpcli invoice preview {period.label}",
            subject=period.label,
        )
    waiting = waiting_months(desk)
    if not waiting or waiting[0] != period.label:
        first = waiting[0] if waiting else None
        raise Refused(
            "close_in_order",
            f"{first} is closed before {period.label}"
            if first is not None and first < period.label
            else f"There is nothing to bill in {period.label}: no license was active yet",
            hint="Close all that wait, in order:   jpcli invoice close --due",
            subject=first or period.label,
        )


def _close(desk: Desk, writer: Writer, period: Period) -> str:
    ledger = desk.ledger
    computed = compute(desk, Question(month=period.label))
    lines = computed.lines
    number = invoice_number(period.label, invoices.count_of_period(ledger, period.label))
    content = invoice_lines.sealed_content(ledger, number, period, lines)
    total = content["total_minor"]
    kept = KeptShares(open_shares(desk, computed))
    del computed  # the parts of its corrections may be a million
    data = {
        "period": period.label,
        "first_day": period.first_day,
        "last_day": period.last_day,
        "status": _first_status(desk, lines),
        "due_day": desk.today + int(ledger.fact("payment_terms_days") or 0),
        "total_minor": total,
        "lines": content["lines"],
        "content_hash": invoice_lines.content_hash(content),
        **_kept(desk, writer, number, kept),
    }
    writer.record(*events.invoice_closed(number, data))
    writer.flush()
    return number


def _kept(desk: Desk, writer: Writer, number: str, kept: KeptShares) -> dict[str, Any]:
    """What the closing says of whose part is what: all of it, or how much of it was recorded before
    the closing, in events of their own, because it is too much for one text."""
    every = {"holders": kept.holders(desk.ledger), "shares": kept.shares()}
    if max(kept.counts) <= MOST_IN_CLOSING:
        return {name: list(rows) for name, rows in every.items()}
    listed = Listed(*kept.counts, ROWS_LISTED)
    left = listed.events
    for name, rows in every.items():
        first = 0
        while some := list(islice(rows, ROWS_LISTED)):
            writer.record(*events.invoice_listed(number, name, some, first=first, left=left))
            first, left = first + len(some), left - 1
            if left % _LISTED_AT_ONCE == 0:
                writer.flush()
    return {"listed": listed._asdict()}


def _first_status(desk: Desk, lines: tuple[Line, ...]) -> str:
    """I4: what goes out begins as a draft. Elsewhere it is open at once, or, over nothing, paid: it
    must never become past due. One without a line never gets to Stripe, which takes none.
    """
    if any(is_charged(line) for line in lines) and way_of(desk.ledger).goes_out:
        return DRAFT
    return OPEN if sum(line.amount_minor for line in lines) else PAID


def _answer(desk: Desk, numbers: list[str]) -> Answer[ClosedAnswer]:
    found = []
    notes = []
    for number in numbers:
        invoice = invoices.by_number(desk.ledger, number)
        assert invoice is not None
        found.append(invoice_object(desk, invoice))
        total = display_amount(invoice.total_minor, desk.ledger.currency)
        due = desk.ledger.calendar.iso(invoice.due_day)
        what = f"{total}, due {due}" if invoice.total_minor else "nothing to pay"
        notes.append(Note("closed", f"Closed {invoice.period} as {number}: {what}", "ok", number))
    if not numbers:
        notes.append(Note("nothing_to_close", "No month waits to be closed"))
    return Answer({**invoices_data(found), "problems": []}, tuple(notes))
