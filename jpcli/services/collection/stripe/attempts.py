"""Attempts to charge a card at Stripe: written down, and taken over from there.

How they are shown is in `jpcli.services.invoices.attempts`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jpcli.domain import dunning, events
from jpcli.ledger.queries.attempts import attempts

if TYPE_CHECKING:
    from jpcli.domain.dunning import Attempt
    from jpcli.domain.errors import Decline
    from jpcli.ledger.queries.invoices import Invoice
    from jpcli.payments.gateway import Gateway, RemoteCharge, RemoteInvoice
    from jpcli.services.desk import Desk


def record(
    desk: Desk,
    invoice: Invoice,
    card: tuple[str, str],
    outcome: str,
    decline: Decline | None = None,
) -> None:
    """Keep one attempt; `card` is its id and its name. A charge that is known is not kept twice,
    nor a payment: an invoice is paid once, and `sync` may have told of it meanwhile."""
    charge = None if decline is None else decline.charge
    entry = events.payment_attempted(
        invoice.number,
        card=card[0],
        card_name=card[1],
        outcome=outcome,
        code=None if decline is None else decline.code,
        advice=None if decline is None else decline.advice,
        charge=charge,
    )
    with desk.writing() as writer:
        known = attempts(desk.ledger, invoice.number)
        paid = outcome == dunning.PAID and any(one.outcome == dunning.PAID for one in known)
        if not paid and (charge is None or all(one.charge != charge for one in known)):
            writer.record(*entry)


def take_over(desk: Desk, gateway: Gateway, invoice: Invoice, remote: RemoteInvoice) -> None:
    """Keep the attempts that only the gateway knows of: their answer was lost, another copy of the
    ledger made them, or the payer did on the gateway's page. Nothing is asked where there was none.
    """
    if not remote.attempted:
        return
    charges = gateway.charges(remote.id)
    with desk.writing() as writer:
        known = attempts(desk.ledger, invoice.number)
        for charge in charges:
            if _is_known(charge, known):
                continue
            entry = events.payment_attempted(
                invoice.number,
                card=charge.card_id,
                card_name=charge.card_name,
                outcome=dunning.PAID if charge.paid else dunning.DECLINED,
                code=charge.code,
                advice=charge.advice,
                charge=charge.id,
            )
            # The gateway's clock may run ahead of ours.
            at = min(charge.at, desk.now_at)
            writer.record(*entry, at=at)


def known_charges(desk: Desk, invoice: Invoice) -> set[str]:
    """The charges of an invoice that are written down."""
    known = attempts(desk.ledger, invoice.number)
    return {attempt.charge for attempt in known if attempt.charge is not None}


def _is_known(charge: RemoteCharge, known: list[Attempt]) -> bool:
    """By its id, or as the payment by this card, whose id nobody told us."""
    return any(
        attempt.charge == charge.id
        or (charge.paid and attempt.outcome == dunning.PAID and attempt.card == charge.card_id)
        for attempt in known
    )
