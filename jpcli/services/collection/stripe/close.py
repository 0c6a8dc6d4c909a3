"""Closing months of a ledger that collects through Stripe, and collecting all that is closed.

Owns that one invoice never holds up another: closing is committed before anything is collected, and
what could not be collected is reported beside what was.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jpcli.domain.answers import Answer, Note
from jpcli.domain.errors import AuthProblem, JpcliError
from jpcli.domain.invoice_status import OPEN, UNPAID
from jpcli.domain.money import display_amount
from jpcli.ledger.queries.attempts import attempts
from jpcli.ledger.queries.collection import was_mailed, way_of
from jpcli.services.billing.waiting import waiting_months
from jpcli.services.change import earlier_answer, keep
from jpcli.services.collection.gateway import stripe_gateway
from jpcli.services.collection.stripe.charge import collect
from jpcli.services.collection.stripe.customer import check_address
from jpcli.services.collection.stripe.mail import mail
from jpcli.services.collection.stripe.settle import NOT_CALLED
from jpcli.services.collection.stripe.strangers import check_not_billed
from jpcli.services.collection.unpaid import goes_out_today, uncollected
from jpcli.services.invoices import close as closing
from jpcli.services.invoices.invoices import invoice_object, invoices_data
from jpcli.services.invoices.known import known_invoice
from jpcli.services.invoices.money import page_notes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jpcli.domain.contract.invoices import ClosedAnswer, InvoiceObject, UncollectedObject
    from jpcli.ledger.queries.invoices import Invoice
    from jpcli.payments.gateway import Gateway
    from jpcli.services.desk import Desk


def close(desk: Desk, month: str | None, until: str | None = None) -> Answer[ClosedAnswer]:
    """Close one month, or with None all that wait (up to the month `until`), then push and collect
    at Stripe.

    Run again after a failure it goes on where it was: a closed month that is not collected yet is
    not refused. Naming a month raises as `closing.close`. What went wrong with an invoice is in the
    answer's `failures`, and as `problems` in its data. Where invoices are mailed and Stripe has no
    address, Refused `no_email`, before anything is closed.
    """
    gateway = stripe_gateway(desk)
    request = closing.request(month, until)
    earlier_answer(desk, request)  # a key of something else charges nobody
    if desk.dry_run:
        return _dry_close(desk, month, until)
    numbers, notes, failures = _closed(desk, gateway, month, until)
    for number in _fairly(desk, numbers):
        if known_invoice(desk, number).status not in UNPAID:
            continue  # a month without a line never gets to Stripe
        try:
            notes += _collect(desk, gateway, number)
        except JpcliError as error:
            failures.append(_about(error, number))
            notes += _pages(known_invoice(desk, number), error)
            if isinstance(error, AuthProblem):
                break  # the key is as wrong for all the others
    answer = Answer(_data(desk, numbers, failures), notes, tuple(failures))
    if month is not None:
        keep(desk, request, answer)  # unless closing has left its own
    return answer


def _closed(
    desk: Desk, gateway: Gateway, month: str | None, until: str | None
) -> tuple[list[str], tuple[Note, ...], list[JpcliError]]:
    """Close what waits: the numbers of all that is to be collected, and what went wrong where some
    of that was closed before."""
    left = uncollected(desk, month, until)
    numbers = [invoice.number for invoice in left]
    unsent = any(not was_mailed(desk.ledger, invoice) for invoice in left)
    if unsent or _waits(desk, month, until):
        check_address(desk, gateway)
    if month is not None and numbers:
        return numbers, (), []
    try:
        check_not_billed(desk, gateway, month, until)
        answer = closing.close_due(desk, until) if month is None else closing.close(desk, month)
    except JpcliError as error:
        if month is not None or isinstance(error, AuthProblem) or not numbers:
            raise
        return numbers, (), [error]  # what was closed before is collected all the same
    numbers += [item["number"] for item in answer.data["invoices"]]
    return list(dict.fromkeys(numbers)), tuple(answer.notes), []


def _waits(desk: Desk, month: str | None, until: str | None) -> bool:
    """Is there a month to close, so that its invoice will be mailed?"""
    return any(
        month in (None, label) and (until is None or label <= until)
        for label in waiting_months(desk)
    )


def _collect(desk: Desk, gateway: Gateway, number: str) -> tuple[Note, ...]:
    """On the ledger's own way: by mail, or from the cards on their days."""
    if way_of(desk.ledger).mails:
        return mail(desk, gateway, number)
    return collect(desk, gateway, number, by_hand=False)


def _pages(invoice: Invoice, error: JpcliError) -> tuple[Note, ...]:
    """Where the payer can pay what was not collected, unless the error says so itself."""
    told = invoice.page_url is not None and invoice.page_url in (error.hint or "")
    return () if told or invoice.status != OPEN else page_notes(invoice)


def _dry_close(desk: Desk, month: str | None, until: str | None) -> Answer[ClosedAnswer]:
    """What closing would bill, and what waits to be collected; Stripe is not asked."""
    waiting = uncollected(desk, month, until)
    closed: list[InvoiceObject] = []
    notes: list[Note] = []
    if month is None or not waiting:
        answer = closing.close_due(desk, until) if month is None else closing.close(desk, month)
        closed, notes = answer.data["invoices"], list(answer.notes)
    found = [invoice_object(desk, invoice) for invoice in waiting] + closed
    going = [invoice.number for invoice in waiting if goes_out_today(desk, invoice)]
    notes += _would_collect(desk, [i for i in found if i in closed or i["number"] in going])
    if all(note.code != NOT_CALLED.code for note in notes):  # nothing was to be closed
        notes.append(NOT_CALLED)
    return Answer({**invoices_data(found), "dry_run": True}, tuple(notes))


def _would_collect(desk: Desk, found: list[InvoiceObject]) -> Iterator[Note]:
    """What goes on to Stripe in the same run, whether it was closed before or is closed by it."""
    how = "mailed" if way_of(desk.ledger).mails else "collected"
    for invoice in found:
        if invoice["status"] in UNPAID:
            total = display_amount(invoice["total"]["amount_minor"], desk.ledger.currency)
            message = f"{invoice['number']} would be {how}: {total}"
            yield Note("would_collect", message, "info", invoice["number"])


def _fairly(desk: Desk, numbers: list[str]) -> list[str]:
    """Those with the fewest attempts first: a declined card is not tried again that day, and one
    invoice must not take that one attempt every time."""
    return sorted(numbers, key=lambda number: len(attempts(desk.ledger, number)))


def _about(error: JpcliError, number: str) -> JpcliError:
    """The same error, said of this invoice."""
    message = error.message if number in error.message else f"{number}: {error.message}"
    return type(error)(
        error.code, message, hint=error.hint, subject=number, problems=error.problems
    )


def _data(desk: Desk, numbers: list[str], failures: list[JpcliError]) -> ClosedAnswer:
    found = [invoice_object(desk, known_invoice(desk, number)) for number in numbers]
    problems: list[UncollectedObject] = [
        {"code": e.code, "subject": e.subject, "message": e.message, "hint": e.hint}
        for e in failures
    ]
    return {**invoices_data(found), "problems": problems}
