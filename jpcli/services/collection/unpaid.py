"""What is closed and not collected: how it reads, and the command that collects it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jpcli.domain.dunning import PENDING
from jpcli.domain.invoice_status import UNPAID
from jpcli.domain.money import display_amount
from jpcli.ledger.queries import invoices
from jpcli.ledger.queries.collection import was_mailed, way_of
from jpcli.services.invoices.attempts import next_attempt_day
from jpcli.services.invoices.invoices import late

if TYPE_CHECKING:
    from jpcli.domain.contract.status import NextStep
    from jpcli.ledger.queries.invoices import Invoice
    from jpcli.services.desk import Desk


def uncollected(desk: Desk, month: str | None, until: str | None = None) -> list[Invoice]:
    """What is closed and not collected, the oldest month first (up to the month `until`), or that
    of one month: where it is collected by itself, closing goes on with it."""
    found = invoices.invoices(desk.ledger, newest_first=False)
    unpaid = [invoice for invoice in found if invoice.status in UNPAID]
    return [
        i
        for i in unpaid
        if month in (None, i.period, i.number) and (until is None or i.period <= until)
    ]


def goes_out_today(desk: Desk, invoice: Invoice) -> bool:
    """Does closing collect this one: was it not mailed yet, and is it declined on no card, so that
    none is charged for it today without a person asking?"""
    from jpcli.ledger.queries.attempts import attempts

    if was_mailed(desk.ledger, invoice):
        return False
    declined = way_of(desk.ledger).charges and bool(attempts(desk.ledger, invoice.number))
    return not declined or next_attempt_day(desk, invoice) == desk.today


def unpaid_step(desk: Desk, invoice: Invoice) -> NextStep:
    """Why it is one of the next steps, and the command."""
    iso = desk.ledger.calendar.iso
    amount = display_amount(invoice.total_minor, desk.ledger.currency)
    why = f"{invoice.number} over {amount} "
    if late(desk, invoice):
        why += f"is past due since {iso(invoice.due_day + 1)}"
    elif invoice.due_day == desk.today:
        why += "is due today (issuing waits from tomorrow)"
    else:
        why += f"is due on {iso(invoice.due_day)}"
    way = way_of(desk.ledger)
    command = way.command(invoice.number)
    if not way.mails:
        return {"why": why + _attempts(desk, invoice), "command": command}
    # Nobody is told to note as paid what the payer may not even have got.
    if not was_mailed(desk.ledger, invoice):
        return {"why": f"{why}, and not mailed", "command": f"jpcli invoice close {invoice.period}"}
    return {"why": f"{why}; {way.when[:1].lower()}{way.when[1:]}", "command": command}


def _attempts(desk: Desk, invoice: Invoice) -> str:
    """What jpcli does about it by itself, where it holds cards that were tried."""
    from jpcli.ledger.queries.attempts import attempts

    made = attempts(desk.ledger, invoice.number)
    if not made:
        return ""
    day = next_attempt_day(desk, invoice)
    if day is None:
        return ", and no card is charged again by itself"
    what = "its payment not finished" if made[-1].outcome == PENDING else "declined"
    return f", {what}; tried again on {desk.ledger.calendar.iso(day)}"
