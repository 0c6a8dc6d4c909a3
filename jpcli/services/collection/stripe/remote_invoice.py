"""Which invoice at Stripe is the one that was closed here, and is it as it was closed.

Owns the look that precedes every step there: what the ledger remembers is not enough, because it
may have been restored or copied, and Stripe's side edited by hand. What is found is taken for ours
only with our ledger's id, our content hash and our total.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jpcli.domain.addresses import restoring
from jpcli.domain.errors import Failed
from jpcli.domain.invoice_status import DRAFT, OPEN, PAID, UNPAID, VOID
from jpcli.domain.money import amount_text
from jpcli.domain.words import count
from jpcli.ledger.queries import invoices
from jpcli.services.collection.stripe.draft import line_items

if TYPE_CHECKING:
    from jpcli.ledger.queries.invoices import Invoice
    from jpcli.payments.gateway import Gateway, LineItem, RemoteInvoice
    from jpcli.services.desk import Desk

# How far Stripe's clock may be behind ours when invoices are looked for by date.
WEEK_MICROSECONDS = 7 * 86_400 * 1_000_000
# The way on from what no command of ours takes away.
IN_DASHBOARD = "Delete or void it in Stripe's dashboard; what was paid is refunded there"
# What `check_same` fails with; another failure is Stripe's own.
NOT_AS_CLOSED = ("other_contents", "total_mismatch")


def find_ours(
    desk: Desk, gateway: Gateway, invoice: Invoice, customer: str | None
) -> RemoteInvoice | None:
    """The invoice at Stripe for one of ours, whoever made it; a void one where there is no other.

    Raises Failed `two_at_stripe`: which of them is to be charged is for a person to say.
    """
    found = all_ours(desk, gateway, invoice, customer)
    standing = [remote for remote in found if remote.status != VOID]
    if len(standing) > 1:
        raise Failed(
            "two_at_stripe",
            f"There are {len(standing)} invoices {invoice.number} at Stripe:"
            f" {', '.join(f'{remote.id} ({remote.status})' for remote in standing)};"
            " nothing was charged",
            hint=f"Keep one of them:   jpcli invoice push {invoice.number} --replace",
            subject=invoice.number,
        )
    if standing:
        return standing[0]
    return found[-1] if found else None


def all_ours(
    desk: Desk, gateway: Gateway, invoice: Invoice, customer: str | None
) -> list[RemoteInvoice]:
    """Every invoice at Stripe with one number of ours, void ones too, the oldest first.

    The customer's come first, then the one that the ledger remembers; only where there is neither
    are all of the account's since then looked at, for one whose customer was deleted.
    """
    found = [] if customer is None else gateway.invoices_of(customer)
    found = [remote for remote in found if _has_number(desk, invoice, remote)]
    if invoice.gateway_id not in (None, *(remote.id for remote in found)):
        known = gateway.known_invoice(str(invoice.gateway_id))
        found += [known] if known is not None else []
    if not found:
        late = since_its_month(desk, gateway, invoice)
        found = [remote for remote in late if _has_number(desk, invoice, remote)]
    return found


def since_its_month(desk: Desk, gateway: Gateway, invoice: Invoice) -> list[RemoteInvoice]:
    """All that were made in the account since an invoice's month was over."""
    ended_at = desk.ledger.calendar.start_of(invoice.last_day)
    return gateway.invoices_since(ended_at - WEEK_MICROSECONDS)


def _has_number(desk: Desk, invoice: Invoice, remote: RemoteInvoice) -> bool:
    return remote.our_number == invoice.number and is_of_ledger(desk, remote)


def is_of_ledger(desk: Desk, remote: RemoteInvoice) -> bool:
    """Was it made for this ledger, or a copy of it?"""
    return remote.ledger_id == desk.ledger.meta["ledger_id"]


def can_be_pushed(invoice: Invoice) -> bool:
    """Not what is void, nor what was paid before the ledger collected through Stripe."""
    return invoice.status != VOID and (invoice.status != PAID or invoice.gateway_id is not None)


def check_origin(desk: Desk, invoice: Invoice, remote: RemoteInvoice) -> None:
    """Failed `other_contents` unless it was made for what was closed here."""
    if is_of_ledger(desk, remote) and remote.content_hash == invoice.content_hash:
        return
    currency = desk.ledger.currency
    ours = amount_text(invoice.total_minor, currency)
    theirs = amount_text(remote.total_minor, currency)
    raise Failed(
        "other_contents",
        f"{invoice.number} is {remote.status} at Stripe with other contents: {theirs} there, {ours}"
        " here. It was billed from another copy of this ledger, or a later state of it;"
        " nothing was charged",
        hint=f"Go on with that ledger, or with its backup:   {restoring(desk.ledger.path)}"
        + _or_else(invoice, remote),
        subject=invoice.number,
    )


def check_not_billed_again(desk: Desk, invoice: Invoice, remote: RemoteInvoice) -> None:
    """Failed `void_here` for what stands at Stripe under the number of an invoice that is void here
    and whose month was billed again since: it would be asked for twice."""
    again = invoices.of_period(desk.ledger, invoice.period)
    if remote.status == VOID or again is None or again.number == invoice.number:
        return
    raise Failed(
        "void_here",
        f"{invoice.number} is void, and {invoice.period} was billed again as {again.number};"
        f" at Stripe {remote.id} is {remote.status} under the first number, over"
        f" {amount_text(remote.total_minor, desk.ledger.currency)}",
        hint=IN_DASHBOARD,
        subject=invoice.number,
    )


def check_same(
    desk: Desk,
    gateway: Gateway,
    invoice: Invoice,
    remote: RemoteInvoice,
    items: list[LineItem] | None = None,
) -> None:
    """What Stripe charges, or would, is what was closed: contents, currency, total, every line.

    Raises Failed `other_contents` or `total_mismatch`; asked before anything is finalized or
    charged, and of whatever was finalized or charged by hand.
    """
    check_origin(desk, invoice, remote)
    wanted = line_items(desk, invoice) if items is None else items
    lines = gateway.lines(remote.id)
    currency = desk.ledger.currency
    ours = sorted((item.position, item.amount_minor) for item in wanted)
    theirs = sorted(
        (-1 if line.position is None else line.position, line.amount_minor) for line in lines
    )
    same_total = remote.total_minor == invoice.total_minor and remote.currency == currency
    if same_total and ours == theirs:
        return
    raise Failed(
        "total_mismatch",
        f"Stripe has {amount_text(remote.total_minor, currency)} {remote.currency.upper()} in"
        f" {count(len(lines), 'line')} for {invoice.number}, jpcli"
        f" {amount_text(invoice.total_minor, currency)} {currency.upper()} in {len(wanted)};"
        f" it stays {remote.status}",
        hint=f"See the difference:   jpcli invoice reconcile {invoice.number}"
        + _or_else(invoice, remote),
        subject=invoice.number,
    )


def _or_else(invoice: Invoice, remote: RemoteInvoice) -> str:
    """The way on from an invoice that is not as closed."""
    command = door(invoice, remote)
    return "" if command is None else f"\nOr bill what this ledger has:   {command}"


def door(invoice: Invoice, remote: RemoteInvoice) -> str | None:
    """The command that takes away at Stripe what is not as closed; none for what is paid, there or
    here, of which only a refund is left, or what is void here."""
    if invoice.status not in UNPAID:
        return None
    if remote.status == DRAFT:
        return f"jpcli invoice push {invoice.number} --replace"
    if remote.status == OPEN:
        return f"jpcli invoice void {invoice.number}"
    return None


def keep_one(
    desk: Desk, gateway: Gateway, invoice: Invoice, found: list[RemoteInvoice]
) -> RemoteInvoice | None:
    """Of several invoices of one number, the one that is as closed: a paid one before an open one,
    an open one before a draft."""
    order = {PAID: 0, OPEN: 1, DRAFT: 2}
    standing = [remote for remote in found if remote.status != VOID]
    for remote in sorted(standing, key=lambda remote: order.get(remote.status, 3)):
        if is_same(desk, gateway, invoice, remote):
            return remote
    return None


def is_same(desk: Desk, gateway: Gateway, invoice: Invoice, remote: RemoteInvoice) -> bool:
    """Is it as closed? See `check_same`."""
    try:
        check_same(desk, gateway, invoice, remote)
    except Failed as error:
        if error.code not in NOT_AS_CLOSED:
            raise
        return False
    return True
