"""What stands at Stripe for this ledger and does not fit it: missing, twice, changed, unknown here.

Owns the remarks on it. A ledger that was restored from an older backup meets what it billed later
as strangers: it must not bill those months again with other contents.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jpcli.domain.addresses import restoring
from jpcli.domain.answers import Note
from jpcli.domain.errors import Failed, JpcliError, Refused
from jpcli.domain.invoice_status import DRAFT, OPEN, VOID, month_of_number
from jpcli.domain.money import amount_text, display_amount
from jpcli.ledger.queries import invoices
from jpcli.services.collection.stripe.cards import known_customer
from jpcli.services.collection.stripe.draft import line_items
from jpcli.services.collection.stripe.remote_invoice import (
    all_ours,
    check_not_billed_again,
    check_origin,
    is_of_ledger,
    since_its_month,
)
from jpcli.services.desk import Desk
from jpcli.services.invoices import close

if TYPE_CHECKING:
    from jpcli.ledger.queries.invoices import Invoice
    from jpcli.payments.gateway import Gateway, RemoteInvoice

# Remarks on an invoice of which nothing was taken over, because it is not said which one it is.
UNDECIDED = ("two_at_stripe", "other_contents")


def matched(
    desk: Desk, gateway: Gateway, invoice: Invoice, there: list[RemoteInvoice]
) -> tuple[RemoteInvoice | None, Note | None]:
    """The one of Stripe's invoices whose state an invoice of ours has, and a remark where that is
    not plain. Nothing is taken over from one that was made from other contents."""
    mine = [r for r in there if r.our_number == invoice.number and is_of_ledger(desk, r)]
    if invoice.gateway_id not in (None, *(remote.id for remote in mine)):
        known = gateway.known_invoice(str(invoice.gateway_id))
        mine += [known] if known is not None else []
    if not mine and invoice.status in (DRAFT, OPEN):
        mine = all_ours(desk, gateway, invoice, None)  # of a customer that was deleted
    standing = [remote for remote in mine if remote.status != VOID]
    number = invoice.number
    if len(standing) > 1:
        hint = f"jpcli invoice push {number} --replace"
        message = f"There are {len(standing)} invoices {number} at Stripe"
        return None, Note("two_at_stripe", message, "warning", number, hint)
    if not mine:
        return None, _missing(desk, invoice)
    remote = (standing or mine)[-1]
    if remote.status == VOID:
        return remote, None
    try:
        check_not_billed_again(desk, invoice, remote)
        check_origin(desk, invoice, remote)
    except Failed as error:
        return None, Note(error.code, error.message, "warning", number, error.hint)
    if remote.status != DRAFT and remote.total_minor != invoice.total_minor:
        return remote, _other_total(desk, invoice, remote)
    return remote, None


def _missing(desk: Desk, invoice: Invoice) -> Note | None:
    """Only what was there once is missing; a void one, or one without a line, need not be there."""
    if invoice.gateway_id is None or invoice.status == VOID or not line_items(desk, invoice):
        return None
    return Note(
        "not_at_stripe",
        f"{invoice.number} is not at Stripe any more",
        "warning",
        invoice.number,
        f"Bring it there again:   jpcli invoice push {invoice.number}",
    )


def _other_total(desk: Desk, invoice: Invoice, remote: RemoteInvoice) -> Note:
    currency = desk.ledger.currency
    theirs = amount_text(remote.total_minor, currency)
    ours = amount_text(invoice.total_minor, currency)
    return Note(
        "total_mismatch",
        f"{invoice.number} is {remote.status} over {theirs} at Stripe, and was closed at {ours}",
        "warning",
        invoice.number,
        f"See the difference:   jpcli invoice reconcile {invoice.number}",
    )


def unknown_here(desk: Desk, there: list[RemoteInvoice]) -> list[RemoteInvoice]:
    """Invoices of this ledger at Stripe that it does not know; void ones charge nobody."""
    known = {invoice.number for invoice in invoices.invoices(desk.ledger)}
    return [
        remote
        for remote in there
        if is_of_ledger(desk, remote)
        and remote.our_number is not None
        and remote.our_number not in known
        and remote.status != VOID
    ]


def strangers(desk: Desk, there: list[RemoteInvoice]) -> list[Note]:
    """A warning for each."""
    return [
        Note(
            "unknown_here",
            f"{remote.our_number} is {remote.status} at Stripe over"
            f" {display_amount(remote.total_minor, remote.currency)}, and this ledger does not know"
            " it: the ledger is older than that",
            "warning",
            remote.our_number,
            f"Go on with its newest backup:   {restoring(desk.ledger.path)}",
        )
        for remote in unknown_here(desk, there)
    ]


def check_not_billed(
    desk: Desk, gateway: Gateway, month: str | None, until: str | None = None
) -> None:
    """Refuse to close a month that stands at Stripe already with other contents
    (Refused `billed_before`); the same contents are adopted.

    Without an answer from Stripe the month is closed all the same: it is looked for once more
    before anything is made there.
    """
    try:
        customer = known_customer(desk, gateway)
        there = [] if customer is None else gateway.invoices_of(customer)
    except JpcliError as error:
        if error.exit_code == 75:
            return
        raise
    by_number = {str(remote.our_number): remote for remote in unknown_here(desk, there)}
    if not by_number:
        return
    trial = Desk(desk.ledger, now_at=desk.now_at, actor=desk.actor, dry_run=True)
    answer = close.close_due(trial, until) if month is None else close.close(trial, month)
    for item in answer.data["invoices"]:
        remote = by_number.get(item["number"])
        if remote is not None and remote.content_hash != item["content_hash"]:
            raise _billed_before(desk, item["period"], remote)


def check_month_unbilled(
    desk: Desk, gateway: Gateway, invoice: Invoice, customer: str | None
) -> None:
    """Refused `billed_before` where an invoice's month stands at Stripe under another number, which
    this ledger does not know: what had ours before is gone without a trace, as a draft is that was
    voided."""
    there = [] if customer is None else gateway.invoices_of(customer)
    there += since_its_month(desk, gateway, invoice)
    for remote in unknown_here(desk, there):
        if month_of_number(str(remote.our_number)) == invoice.period:
            total = display_amount(remote.total_minor, remote.currency)
            raise Refused(
                "billed_before",
                f"{invoice.period} was billed as {remote.our_number} over {total}, which is"
                f" {remote.status} at Stripe and not in this ledger; {invoice.number} was not"
                " brought there",
                hint=f"Go on with its newest backup:   {restoring(desk.ledger.path)}\n"
                f"Or take over what was billed:   jpcli invoice void {invoice.number}\n"
                f"jpcli invoice close {invoice.period}",
                subject=invoice.number,
            )


def _billed_before(desk: Desk, period: str, remote: RemoteInvoice) -> Refused:
    total = display_amount(remote.total_minor, remote.currency)
    return Refused(
        "billed_before",
        f"{period} was billed before, as {remote.our_number} over {total}, and has other contents"
        f" in this ledger; it is {remote.status} at Stripe. This ledger is older than that invoice,"
        " or a copy that went its own way",
        hint=f"Go on with its newest backup:   {restoring(desk.ledger.path)}",
        subject=remote.our_number,
    )
