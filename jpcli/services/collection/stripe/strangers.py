"""What stands at Stripe for this ledger and does not fit it: missing, twice, changed, unknown here.

Owns the remarks on it. A ledger that was restored from an older backup meets what it billed later
as strangers: it must not bill those months again with other contents.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jpcli.domain.addresses import restoring
from jpcli.domain.answers import Note
from jpcli.domain.errors import Failed, JpcliError, Refused
from jpcli.domain.invoice_status import DRAFT, UNPAID, VOID, month_of_number
from jpcli.domain.money import amount_text, display_amount
from jpcli.ledger.queries import invoices
from jpcli.services.collection.stripe.cards import known_customer
from jpcli.services.collection.stripe.draft import line_items
from jpcli.services.collection.stripe.remote_invoice import (
    IN_DASHBOARD,
    all_ours,
    can_be_pushed,
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
    if not mine and invoice.status in UNPAID:
        mine = all_ours(desk, gateway, invoice, None)  # of a customer that was deleted
    standing = [remote for remote in mine if remote.status != VOID]
    number = invoice.number
    if len(standing) > 1:
        replace = f"jpcli invoice push {number} --replace"
        hint = replace if can_be_pushed(invoice) else IN_DASHBOARD
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
    hint = f"Bring it there again:   jpcli invoice push {invoice.number}"
    if invoice.status not in UNPAID:
        hint = f"Compare both sides:   jpcli invoice reconcile {invoice.number}"
    return Note(
        "not_at_stripe",
        f"{invoice.number} is not at Stripe any more",
        "warning",
        invoice.number,
        hint,
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


def _standing_void_here(desk: Desk, there: list[RemoteInvoice]) -> list[RemoteInvoice]:
    """Invoices that are void here and not at Stripe: another process brought them there meanwhile,
    or a hand made them again."""
    void = {each.number for each in invoices.invoices(desk.ledger) if each.status == VOID}
    return [r for r in there if is_of_ledger(desk, r) and r.our_number in void and r.status != VOID]


def check_not_billed(
    desk: Desk, gateway: Gateway, month: str | None, until: str | None = None
) -> None:
    """Refuse to close a month that stands at Stripe already with other contents, or under a number
    that is void here (Refused `billed_before`); the same contents are adopted.

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
    void = {month_of_number(str(r.our_number)): r for r in _standing_void_here(desk, there)}
    if not by_number and not void:
        return
    trial = Desk(desk.ledger, now_at=desk.now_at, actor=desk.actor, dry_run=True)
    answer = close.close_due(trial, until) if month is None else close.close(trial, month)
    for item in answer.data["invoices"]:
        remote = by_number.get(item["number"])
        if remote is not None and remote.content_hash != item["content_hash"]:
            raise _billed_before(desk, item["period"], remote)
        if item["period"] in void:
            raise _void_and_standing(item["period"], void[item["period"]])


def check_month_unbilled(
    desk: Desk, gateway: Gateway, invoice: Invoice, customer: str | None
) -> None:
    """Refused `billed_before` where an invoice's month stands at Stripe under another number: one
    that is void here, or one that this ledger does not know, where what had ours before is gone
    without a trace, as a draft is that was voided."""
    there = [] if customer is None else gateway.invoices_of(customer)
    check_billed_once(desk, invoice, there + since_its_month(desk, gateway, invoice))


def check_billed_once(desk: Desk, invoice: Invoice, there: list[RemoteInvoice]) -> None:
    """The same of what was found there already."""
    unknown = unknown_here(desk, there)
    for remote in (*unknown, *_standing_void_here(desk, there)):
        if month_of_number(str(remote.our_number)) == invoice.period:
            raise _billed_otherwise(desk, invoice, remote, is_known=remote not in unknown)


def _billed_otherwise(
    desk: Desk, invoice: Invoice, remote: RemoteInvoice, *, is_known: bool
) -> Refused:
    total = display_amount(remote.total_minor, remote.currency)
    here = "void" if is_known else "not"
    void = f"over what was billed:   jpcli invoice void {invoice.number}"
    if is_known:
        hint = f"Take {void}\njpcli invoice sync"
    else:
        backup = f"Go on with its newest backup:   {restoring(desk.ledger.path)}"
        hint = f"{backup}\nOr take {void}\njpcli invoice close {invoice.period}"
    return Refused(
        "billed_before",
        f"{invoice.period} was billed as {remote.our_number} over {total}, which is"
        f" {remote.status} at Stripe and {here} in this ledger; {invoice.number} was not brought"
        " there",
        hint=hint,
        subject=invoice.number,
    )


def _void_and_standing(period: str, remote: RemoteInvoice) -> Refused:
    total = display_amount(remote.total_minor, remote.currency)
    return Refused(
        "billed_before",
        f"{remote.our_number} over {total} is void here and {remote.status} at Stripe;"
        f" {period} would be billed twice",
        hint="Take over what stands there:   jpcli invoice sync",
        subject=remote.our_number,
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
