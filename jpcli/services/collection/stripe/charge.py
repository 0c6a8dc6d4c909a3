"""Charging the cards on file for an invoice at Stripe (I5), and what became of it, in words.

Owns the order of the cards, and that a run which nobody asked for keeps to the calendar of
`jpcli.domain.dunning`. Returning at all means that the invoice is settled; whatever else happened
is raised.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jpcli.domain import dunning
from jpcli.domain.answers import Note
from jpcli.domain.cards import describe
from jpcli.domain.errors import Declined, Failed, Refused
from jpcli.domain.invoice_status import OPEN, PAID
from jpcli.domain.money import display_amount
from jpcli.ledger.queries.attempts import attempts
from jpcli.ledger.queries.cards import cards
from jpcli.services.collection.stripe import attempts as tries
from jpcli.services.collection.stripe.cards import sync_cards
from jpcli.services.collection.stripe.outbox import carry_out
from jpcli.services.collection.stripe.push import push, sync_invoice
from jpcli.services.invoices.attempts import next_attempt_day, when_next
from jpcli.services.invoices.known import check_open, known_invoice
from jpcli.services.invoices.money import money_notes, page_notes

if TYPE_CHECKING:
    from jpcli.domain.cards import Card
    from jpcli.domain.dunning import Attempt
    from jpcli.ledger.queries.invoices import Invoice
    from jpcli.payments.gateway import Gateway, RemoteInvoice
    from jpcli.services.desk import Desk

# A key whose failure Stripe has stored gives it again; a ledger that was put back may have to pass
# as many as it has forgotten attempts.
MOST_REPLAYS = 10


def collect(desk: Desk, gateway: Gateway, number: str, *, by_hand: bool) -> tuple[Note, ...]:
    """Bring an invoice to Stripe where that is missing, and charge it; how it was paid.

    Raises Refused `no_card`, or as `check_open` where Stripe says that it is void or given up;
    Declined with the last card's reason, or `retry_later` and `dunning_ended` where no card may be
    charged today without a person asking (`by_hand` is one who does); Failed `payment_pending`.
    """
    remote = push(desk, gateway, known_invoice(desk, number))
    invoice = known_invoice(desk, number)
    if invoice.status == OPEN and remote.due_minor > 0:
        _charge_in_order(desk, gateway, invoice, remote, by_hand=by_hand)
    elif remote.attempted:
        tries.take_over(desk, gateway, invoice, remote)
    invoice = known_invoice(desk, number)
    if invoice.status != PAID:
        check_open(invoice)
        raise _not_paid(invoice, "nothing was charged")
    return settled_notes(desk, invoice)


def _charge_in_order(
    desk: Desk, gateway: Gateway, invoice: Invoice, remote: RemoteInvoice, *, by_hand: bool
) -> None:
    """The primary card, then the others, until one is not declined."""
    sync_cards(desk, gateway)
    tries.take_over(desk, gateway, invoice, remote)
    on_file = sorted(cards(desk.ledger), key=lambda card: not card.primary)
    if not on_file:
        raise _no_card(desk, invoice)
    declined: list[tuple[Card, Declined]] = []
    for card in on_file:
        if remote.status != OPEN or not (by_hand or _is_due(desk, invoice, card)):
            continue
        try:
            _charge(desk, gateway, invoice, card)
        except Declined as error:
            declined.append((card, error))
        remote = sync_invoice(desk, gateway, invoice, gateway.invoice(remote.id))
    if remote.status == OPEN:
        raise (
            _declined(desk, invoice, remote, declined)
            if declined
            else _waiting(desk, invoice, remote)
        )


def _is_due(desk: Desk, invoice: Invoice, card: Card) -> bool:
    known = attempts(desk.ledger)
    return dunning.next_day(invoice.number, card.id, known, desk.today) == desk.today


def _charge(desk: Desk, gateway: Gateway, invoice: Invoice, card: Card) -> None:
    """One attempt with one card, written down with its outcome.

    A decline that is known already is Stripe's memory of an earlier try under the same key, and no
    attempt of today: then it is tried once more, under the next key.
    """
    named = card.id, describe(card)
    for _ in range(MOST_REPLAYS):
        known = tries.known_charges(desk, invoice)
        try:
            was_found = _ask(desk, gateway, invoice, card.id)
        except Declined as error:
            if error.decline.charge is not None and error.decline.charge in known:
                last = error
                continue
            tries.record(desk, invoice, named, dunning.DECLINED, error.decline)
            raise
        except Failed as error:
            if error.code == "payment_pending":
                tries.record(desk, invoice, named, dunning.PENDING)
            raise
        if was_found:  # by which card, or by none, Stripe knows
            remote = gateway.invoice(str(invoice.gateway_id))
            tries.take_over(desk, gateway, invoice, remote)
        else:
            tries.record(desk, invoice, named, dunning.PAID)
        return
    raise last


def _ask(desk: Desk, gateway: Gateway, invoice: Invoice, card_id: str) -> bool:
    """Charge one card; whether it was found paid instead."""
    assert invoice.gateway_id is not None
    invoice_id, asked = invoice.gateway_id, []

    def perform(key: str) -> dict[str, Any]:
        asked.append(key)
        return _paid_or_pending(invoice, gateway.pay(invoice_id, card_id, key))

    carry_out(
        desk,
        f"invoice/{invoice.number}/pay/{card_id}",
        {"invoice": invoice_id, "card": card_id},
        perform=perform,
        find=lambda: _brief_if_paid(gateway.invoice(invoice_id)),
    )
    return not asked


def _paid_or_pending(invoice: Invoice, remote: RemoteInvoice) -> dict[str, Any]:
    found = _brief_if_paid(remote)
    if found is None:
        raise _not_paid(invoice, "Stripe took the charge and has not finished it")
    return found


def _brief_if_paid(remote: RemoteInvoice) -> dict[str, Any] | None:
    return remote.brief() if remote.status == PAID else None


def _not_paid(invoice: Invoice, why: str) -> Failed:
    return Failed(
        "payment_pending",
        f"{invoice.number} is {invoice.status} and not paid: {why}",
        hint="Look again in a while:   jpcli invoice sync",
        subject=invoice.number,
    )


def _no_card(desk: Desk, invoice: Invoice) -> Refused:
    total = display_amount(invoice.total_minor, desk.ledger.currency)
    return Refused(
        "no_card",
        f"{invoice.number} over {total} is open: there is no card to charge",
        hint=f"Add a card, then charge it:   jpcli cards add\njpcli invoice pay {invoice.number}",
        subject=invoice.number,
    )


def _declined(
    desk: Desk,
    invoice: Invoice,
    remote: RemoteInvoice,
    declined: list[tuple[Card, Declined]],
) -> Declined:
    """Every card's reason; with the page, where a bank that wants the cardholder is satisfied."""
    last = declined[-1][1]
    reasons = "; ".join(f"{describe(card)}: {error.message}" for card, error in declined)
    message = f"{invoice.number} stays open: {reasons}. {_sentence(when_next(desk, invoice))}"
    hint = "   ".join(part for part in (last.hint, remote.page_url) if part)
    found = Declined(last.code, message, hint=hint or None, subject=invoice.number)
    found.decline = last.decline
    return found


def _waiting(desk: Desk, invoice: Invoice, remote: RemoteInvoice) -> Declined:
    """No card may be charged by itself today."""
    day = next_attempt_day(desk, invoice)
    last: dict[str, Attempt] = {}
    for attempt in attempts(desk.ledger):
        if attempt.outcome != dunning.PAID:
            last[attempt.card] = attempt
    on_file = [card.id for card in cards(desk.ledger)]
    tried = "; ".join(_tried(desk, last[card]) for card in on_file if card in last)
    message = f"{invoice.number} stays open: {tried}. {_sentence(when_next(desk, invoice))}"
    hint = "Use another card:   jpcli cards add --primary"
    hint += f"\nCharge it now:   jpcli invoice pay {invoice.number}"
    if remote.page_url is not None:
        hint += f"\nOr let the payer pay it:   {remote.page_url}"
    code = "dunning_ended" if day is None else "retry_later"
    return Declined(code, message, hint=hint, subject=invoice.number)


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _tried(desk: Desk, attempt: Attempt) -> str:
    day = desk.ledger.calendar.iso(attempt.day)
    if attempt.outcome == dunning.PENDING:
        return f"the payment by {attempt.card_name} on {day} is not finished"
    other = "" if attempt.code is None else f" ({attempt.code})"
    return f"{attempt.card_name} was declined on {day}{other}"


def settled_notes(desk: Desk, invoice: Invoice) -> tuple[Note, ...]:
    """How it was paid: paid is not always collected, and not always by the first card."""
    currency = desk.ledger.currency
    remarks = money_notes(invoice, currency)
    if any(note.code == "paid_not_collected" for note in remarks):
        return (*remarks, *page_notes(invoice))
    total, number = display_amount(invoice.total_minor, currency), invoice.number
    message = f"{number} is {invoice.status}: {total}{_by_card(desk, invoice)}"
    return (Note("collected", message, "ok", number), *remarks, *page_notes(invoice))


def _by_card(desk: Desk, invoice: Invoice) -> str:
    made = attempts(desk.ledger, invoice.number)
    paid = [attempt for attempt in made if attempt.outcome == dunning.PAID]
    if not paid:
        return ""
    before = dict.fromkeys(
        f"{attempt.card_name} ({attempt.code})"
        for attempt in made
        if attempt.outcome == dunning.DECLINED
    )
    after = f", after {', '.join(before)} declined" if before else ""
    return f" by {paid[-1].card_name}{after}"
