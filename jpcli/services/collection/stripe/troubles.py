"""What hangs between this ledger and Stripe, each with the command that gets on.

Owns the looking: every invoice that is not settled, the customer, and wishes whose outcome is not
known. A wish that came true by another road is no trouble. Nothing is changed by looking.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from jpcli.domain import outside_events
from jpcli.domain.addresses import restoring
from jpcli.domain.errors import Failed, Refused
from jpcli.domain.invoice_status import DRAFT, OPEN, PAID, VOID
from jpcli.domain.words import quoted
from jpcli.ledger.queries import invoices
from jpcli.ledger.queries.collection import was_mailed, way_of
from jpcli.ledger.queries.outbox import DONE, WISHED, open_wishes, wish
from jpcli.services.collection.stripe.cards import known_customer
from jpcli.services.collection.stripe.draft import line_items
from jpcli.services.collection.stripe.mail import is_sent
from jpcli.services.collection.stripe.remote_invoice import (
    NOT_AS_CLOSED,
    all_ours,
    check_not_billed_again,
    check_origin,
    check_same,
    door,
    find_ours,
    is_of_ledger,
)
from jpcli.services.collection.stripe.strangers import check_month_unbilled, unknown_here

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jpcli.ledger.queries.invoices import Invoice
    from jpcli.ledger.queries.outbox import Wish
    from jpcli.payments.gateway import Gateway, RemoteInvoice
    from jpcli.services.desk import Desk


class Trouble(NamedTuple):
    """One thing that hangs: what it is about, a code, a sentence, and what to type."""

    subject: str
    what: str
    message: str
    command: str | None


def troubles(desk: Desk, gateway: Gateway) -> list[Trouble]:
    """Everything that hangs, looked up at Stripe."""
    customer = known_customer(desk, gateway)
    found = list(_customers(desk, gateway, customer))
    for invoice in invoices.invoices(desk.ledger, newest_first=False):
        if invoice.status in (DRAFT, OPEN):
            found += _invoice(desk, gateway, invoice, customer)
    there = [] if customer is None else gateway.invoices_of(customer)
    found += dict.fromkeys(_void_here(desk, there))
    for remote in unknown_here(desk, there):
        message = f"{remote.our_number} is {remote.status} at Stripe and not in this ledger"
        found.append(
            Trouble(str(remote.our_number), "unknown_here", message, restoring(desk.ledger.path))
        )
    return found


def unfinished(desk: Desk, gateway: Gateway) -> list[Trouble]:
    """Wishes whose outcome the ledger does not know, and that did not come true by another road."""
    customer = known_customer(desk, gateway)
    found = []
    for one in open_wishes(desk.ledger):
        command = _still_wanted(desk, gateway, customer, one)
        if command is not None:
            message = f"It is not known whether this was done: {one.name}"
            found.append(Trouble(one.name, "unfinished", message, command))
    return found


def settle(desk: Desk, gateway: Gateway) -> None:
    """Note that wishes which came true by another road, or can't any more, are settled."""
    customer = known_customer(desk, gateway)
    settled = [
        (one.name, found)
        for one in open_wishes(desk.ledger)
        if _still_wanted(desk, gateway, customer, one) is None
        for found in [_what_it_came_to(desk, customer, one.name)]
        if found is not None
    ]
    if not settled:
        return
    with desk.writing() as writer:
        for name, found in settled:
            known = wish(desk.ledger, name)
            if known is not None and known.state == WISHED:
                writer.record(*outside_events.outbox_done(name, {"id": found}))


def _what_it_came_to(desk: Desk, customer: str | None, name: str) -> str | None:
    """The object that a settled wish is about."""
    kind, _, rest = name.partition("/")
    if kind == "invoice":
        invoice = invoices.by_number(desk.ledger, rest.split("/")[0])
        return None if invoice is None else invoice.gateway_id or invoice.number
    return rest.split("/")[0] if kind == "card" else customer


def _customers(desk: Desk, gateway: Gateway, customer: str | None) -> Iterator[Trouble]:
    remembered = wish(desk.ledger, "customer")
    if remembered is not None and remembered.state == DONE:
        before = str(remembered.result["id"])
        if before != customer and not gateway.has_customer(before):
            message = f"The customer {before} was deleted at Stripe, and its cards with it"
            yield Trouble(before, "customer_deleted", message, "jpcli cards add")
    for other in gateway.find_customers(desk.ledger.meta["ledger_id"]):
        if other != customer:
            message = (
                f"{other} is a second customer of this ledger at Stripe; {customer} is the one that"
                " is used. Delete the other one in Stripe's dashboard"
            )
            yield Trouble(other, "second_customer", message, "jpcli invoice reconcile")


def _void_here(desk: Desk, there: list[RemoteInvoice]) -> Iterator[Trouble]:
    for remote in there:
        invoice = invoices.by_number(desk.ledger, str(remote.our_number))
        if invoice is None or not is_of_ledger(desk, remote):
            continue
        try:
            check_not_billed_again(desk, invoice, remote)
        except Failed as error:
            command = f"jpcli invoice reconcile {invoice.number}"
            yield Trouble(invoice.number, error.code, error.message, command)
        else:
            if invoice.status == VOID != remote.status:
                yield _other_status(invoice, remote)


def _invoice(desk: Desk, gateway: Gateway, invoice: Invoice, customer: str | None) -> list[Trouble]:
    number = invoice.number
    try:
        remote = find_ours(desk, gateway, invoice, customer)
        if remote is None:
            if not line_items(desk, invoice):
                return []
            check_month_unbilled(desk, gateway, invoice, customer)
            return [_absent(invoice)]
        trouble = _differs(desk, gateway, invoice, remote, customer)
    except Refused as error:
        return [Trouble(number, error.code, error.message, f"jpcli invoice void {number}")]
    except Failed as error:
        if error.code != "two_at_stripe":
            raise  # what Stripe would not tell says nothing of the invoice
        command = f"jpcli invoice push {number} --replace"
        return [Trouble(number, error.code, error.message, command)]
    return [] if trouble is None else [trouble]


def _absent(invoice: Invoice) -> Trouble:
    if invoice.gateway_id is None:
        message = f"{invoice.number} was closed and is not at Stripe yet"
        return Trouble(
            invoice.number, "not_pushed", message, f"jpcli invoice close {invoice.period}"
        )
    message = f"{invoice.number} was deleted at Stripe"
    return Trouble(invoice.number, "deleted", message, f"jpcli invoice push {invoice.number}")


def _differs(
    desk: Desk,
    gateway: Gateway,
    invoice: Invoice,
    remote: RemoteInvoice,
    customer: str | None,
) -> Trouble | None:
    number = invoice.number
    if remote.status != VOID:
        try:
            check_origin(desk, invoice, remote)
        except Failed as error:
            further = door(invoice, remote) or restoring(desk.ledger.path)
            return Trouble(number, error.code, error.message, further)
    if remote.status == VOID or remote.status not in (invoice.status, DRAFT):
        return _other_status(invoice, remote)
    owner = remote.customer_id
    if owner not in (None, customer) and not gateway.has_customer(str(owner)):
        command = f"jpcli invoice {'push' if remote.status == DRAFT else 'void'} {number}"
        message = f"The customer of {number} was deleted at Stripe"
        return Trouble(number, "customer_deleted", message, command)
    try:
        check_same(desk, gateway, invoice, remote)
    except Failed as error:
        if error.code not in NOT_AS_CLOSED:
            raise
        if remote.status == DRAFT and _is_beginning(desk, gateway, invoice, remote):
            message = f"{number} is a draft at Stripe, and lines of it are missing there"
            return Trouble(number, "incomplete", message, f"jpcli invoice push {number}")
        return Trouble(number, error.code, error.message, door(invoice, remote))
    if remote.status == DRAFT:
        message = f"{number} is a draft at Stripe, complete and not finalized"
        return Trouble(number, "not_finalized", message, f"jpcli invoice push {number}")
    return unmailed(desk, gateway, invoice, remote)


def _other_status(invoice: Invoice, remote: RemoteInvoice) -> Trouble:
    message = f"{invoice.number} is {remote.status} at Stripe, and {invoice.status} here"
    return Trouble(invoice.number, "status", message, "jpcli invoice sync")


def unmailed(
    desk: Desk, gateway: Gateway, invoice: Invoice, remote: RemoteInvoice
) -> Trouble | None:
    """Pushed, and the payer was told nothing yet."""
    if not way_of(desk.ledger).mails or remote.status != OPEN or remote.due_minor <= 0:
        return None
    if was_mailed(desk.ledger, invoice) or is_sent(gateway, remote):
        return None
    message = f"{invoice.number} is at Stripe and was not mailed"
    return Trouble(invoice.number, "not_mailed", message, f"jpcli invoice close {invoice.period}")


def _is_beginning(desk: Desk, gateway: Gateway, invoice: Invoice, remote: RemoteInvoice) -> bool:
    """Are all lines there ours and as closed, and only some not there yet? What it was made for was
    looked at before."""
    ours = {item.position: item.amount_minor for item in line_items(desk, invoice)}
    lines = gateway.lines(remote.id)
    return all(line.position in ours and ours[line.position] == line.amount_minor for line in lines)


def _still_wanted(desk: Desk, gateway: Gateway, customer: str | None, one: Wish) -> str | None:
    """The command that settles a wish, None for one that came true or can't any more."""
    kind, _, rest = one.name.partition("/")
    if kind == "invoice":
        return _wanted_of_invoice(desk, gateway, customer, *rest.split("/")[:2])
    if kind == "card":
        card, what = rest.split("/")[:2]
        word = quoted(card)
        on_file = set() if customer is None else {card.id for card in gateway.cards(customer)}
        if what == "attach":
            return None if card in on_file else f"jpcli cards add {word}"
        if what == "detach":
            return f"jpcli cards remove {word}" if card in on_file else None
        primary = None if customer is None else gateway.primary_card(customer)
        return f"jpcli cards primary {word}" if card in on_file and card != primary else None
    if one.name == "customer" and customer is None:
        return "jpcli cards sync"
    return None  # details of the customer: the command that sets them looks for itself


def _wanted_of_invoice(
    desk: Desk, gateway: Gateway, customer: str | None, number: str, step: str
) -> str | None:
    """An invoice's step is settled when the invoice is, or when Stripe is past it."""
    invoice = invoices.by_number(desk.ledger, number)
    if invoice is None or invoice.status not in (DRAFT, OPEN):
        return None
    found = [r for r in all_ours(desk, gateway, invoice, customer) if r.status != VOID]
    push = f"jpcli invoice push {number}"
    if step in ("create", "lines", "line"):
        complete = [r for r in found if r.status != DRAFT or r.total_minor == invoice.total_minor]
        return None if complete or (step == "create" and found) else push
    if step == "finalize":
        return None if any(r.status != DRAFT for r in found) else push
    if step == "pay":
        return f"jpcli invoice pay {number}" if any(r.status == OPEN for r in found) else None
    if step == "paid-outside":
        return f"jpcli invoice mark-paid {number}" if any(r.status == OPEN for r in found) else None
    if step == "send":
        unsent = [r for r in found if r.status == OPEN and not is_sent(gateway, r)]
        return f"jpcli invoice close {invoice.period}" if unsent else None
    if step == "void":
        return f"jpcli invoice void {number}" if any(r.status != PAID for r in found) else None
    return None
