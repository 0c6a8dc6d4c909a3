"""Collecting by mail: a closed invoice is brought to Stripe, which sends it to the payer.

The other way than `charge`; on a ledger that is made for it no card is charged by itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jpcli.domain.invoice_status import OPEN
from jpcli.services.collection.stripe import push
from jpcli.services.collection.stripe.charge import settled_notes
from jpcli.services.collection.stripe.mail import send, sent_note
from jpcli.services.invoices.known import check_not_given_up, known_invoice
from jpcli.services.invoices.money import page_notes

if TYPE_CHECKING:
    from jpcli.domain.answers import Note
    from jpcli.payments.gateway import Gateway
    from jpcli.services.desk import Desk


def mail(desk: Desk, gateway: Gateway, number: str) -> tuple[Note, ...]:
    """Bring an invoice to Stripe where that is missing, and have it mailed once.

    Raises Refused `no_email`, or as `check_not_given_up` where Stripe says that it is void or given
    up; Failed as `collecting.push`.
    """
    remote = push.push(desk, gateway, known_invoice(desk, number))
    invoice = known_invoice(desk, number)
    check_not_given_up(invoice)
    if invoice.status != OPEN or remote.due_minor <= 0:
        return settled_notes(desk, invoice)
    send(desk, gateway, invoice, remote)
    return (sent_note(desk, invoice), *page_notes(invoice))
