"""A closed invoice as double entry: what it cost, what clients were billed, and what was paid.

Owns which accounts take what. Cost and payable add up to the invoice, receivables and income to
the statements of the clients; what belongs to no client is the agency's own cost. What was
refunded or credited is cost that is gone; what the bank holds back in a dispute is owed again. So
the payable that is left is the total, less what was credited and collected, and what is disputed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jpcli.domain.errors import Refused
from jpcli.domain.events import (
    AFTER_CLOSING,
    INVOICE_PAID,
    INVOICE_REOPENED,
    INVOICE_SYNCED,
    INVOICE_VOIDED,
)
from jpcli.domain.invoice_status import VOID
from jpcli.domain.words import month_name
from jpcli.ledger.events.log import told
from jpcli.reports.journal.journal import (
    BANK,
    CREDIT,
    CREDITED,
    OWN_COST,
    PAYABLE,
    REFUNDED,
    Journal,
    Posting,
    Transaction,
    cost,
    income,
    receivable,
    transaction,
)
from jpcli.services.invoices.statements import Statements

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jpcli.domain.events import Event
    from jpcli.ledger.queries.invoices import Invoice
    from jpcli.reports.statement.statement import Statement
    from jpcli.services.desk import Desk
    from jpcli.services.invoices.each_client import Written

# The programs; a file of one ends in its name.
BOOKS = ("beancount", "hledger")
JETPACK = "Jetpack"


def export_journal(desk: Desk, name: str, books: str, markup: str | None = None) -> Iterator[str]:
    """The journal of one invoice for one of `BOOKS`. Raises as `Statements`; Refused
    `not_closed`."""
    from jpcli.services.invoices.each_client import in_order, planned

    statements = Statements(desk, name)
    check_closed(statements)
    found = [each.without_details() for each in planned(statements, (), markup)]
    return write_journal(journal(desk, statements, in_order(found)), books)


def check_closed(statements: Statements) -> Invoice:
    """The invoice; books take only what is closed (Refused `not_closed`)."""
    if statements.invoice is None:
        period = statements.computed.period.label
        raise Refused(
            "not_closed",
            f"{period} is not closed yet, and books take only what is",
            hint=f"See what it comes to:   jpcli invoice preview {period}",
            subject=period,
        )
    return statements.invoice


def journal(desk: Desk, statements: Statements, billed: list[Written]) -> Journal:
    """All that happened to an invoice up to now; `billed` are the statements of its clients, as
    they were sent. Raises Refused `not_closed`."""
    invoice = check_closed(statements)
    whole = statements.whole
    month = month_name(invoice.period)
    number, day = invoice.number, str(whole.issued)
    made = [
        *transaction(day, number, JETPACK, month, _cost(whole)),
        *(found for each in billed for found in _billed(each, day, month)),
    ]
    made += _settled(desk, invoice, tuple(made))
    return Journal(f"{whole.agency}, {number}: {month}", desk.ledger.currency, tuple(made))


def _cost(whole: Statement) -> list[Posting]:
    """What the month cost, each client's part; credit is money of other months."""
    postings = []
    for part in whole.clients:
        account = OWN_COST if part.client is None else cost(part.client)
        postings.append(Posting(account, part.amount_minor - part.credit_minor))
        postings.append(Posting(CREDIT, part.credit_minor, "credit"))
    return [*postings, Posting(PAYABLE, -whole.total_minor)]


def _billed(billed: Written, day: str, month: str) -> tuple[Transaction, ...]:
    """One client's statement; corrections stand by themselves."""
    made = billed.made
    assert made.whose is not None
    client = made.whose.client
    if client is None:
        return ()
    rest_minor = made.total_minor - sum(amount_minor for _, amount_minor in billed.corrections)
    postings = [
        Posting(receivable(client), made.total_minor),
        Posting(income(client), -rest_minor),
        *(
            Posting(income(client), -amount_minor, f"correction of {month_name(period)}")
            for period, amount_minor in billed.corrections
        ),
    ]
    return transaction(day, str(made.own_number), client, month, postings)


def _settled(
    desk: Desk, invoice: Invoice, booked: tuple[Transaction, ...]
) -> Iterator[Transaction]:
    """What came after the closing, as it was recorded, day by day."""
    calendar = desk.ledger.calendar
    state: dict[str, Any] = {}
    for event in told(desk.ledger, AFTER_CLOSING, subject=invoice.number, after_seq=invoice.id):
        before, state = state, {**state, **_state(event)}
        paid_at = state.get("paid_at") if event.kind == INVOICE_SYNCED else None
        moved = _moved(before, state)
        at = event.at if paid_at is None or not moved[0] else int(paid_at)
        yield from _movements(calendar.iso(calendar.day_of(at)), invoice.number, moved)
        if state.get("status") == VOID and before.get("status") != VOID:
            day = calendar.iso(calendar.day_of(event.at))
            yield from (_reversed(found, day) for found in booked)


_SUMS = ("amount_paid_minor", "refunded_minor", "disputed_minor", "credited_minor")


def _state(event: Event) -> dict[str, Any]:
    if event.kind == INVOICE_PAID:
        return {"amount_paid_minor": event.data["amount_minor"]}
    if event.kind == INVOICE_REOPENED:
        return {"amount_paid_minor": 0}
    if event.kind == INVOICE_VOIDED:
        return {"status": VOID}
    return dict(event.data)


def _moved(before: dict[str, Any], after: dict[str, Any]) -> list[int]:
    return [int(after.get(name) or 0) - int(before.get(name) or 0) for name in _SUMS]


def _movements(day: str, number: str, moved: list[int]) -> Iterator[Transaction]:
    """Money out, money back, money that the bank holds back, and what need not be paid."""
    paid, refunded, disputed, credited = moved
    for text, debit, account, amount_minor in (
        ("Payment" if paid >= 0 else "Payment undone", PAYABLE, BANK, paid),
        ("Refund", BANK, REFUNDED, refunded),
        ("Dispute", BANK, PAYABLE, disputed),
        ("Credit note", PAYABLE, CREDITED, credited),
    ):
        postings = [Posting(debit, amount_minor), Posting(account, -amount_minor)]
        yield from transaction(day, number, JETPACK, text, postings)


def _reversed(found: Transaction, day: str) -> Transaction:
    back = tuple(each._replace(amount_minor=-each.amount_minor) for each in found.postings)
    return found._replace(day=day, text=f"Void: {found.text}", postings=back)


def write_journal(made: Journal, books: str) -> Iterator[str]:
    """It as one of `BOOKS` reads it."""
    if books == "beancount":
        from jpcli.reports.journal.beancount import write_beancount

        return write_beancount(made)
    from jpcli.reports.journal.hledger import write_hledger

    return write_hledger(made)
