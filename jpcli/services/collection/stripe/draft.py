"""The draft of an invoice at Stripe: made once, under our number and on the ledger's terms."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jpcli.domain.errors import Failed
from jpcli.payments.gateway import DraftInvoice
from jpcli.services.collection.stripe.mail import days_until_due
from jpcli.services.collection.stripe.outbox import carry_out

if TYPE_CHECKING:
    from jpcli.ledger.database.connection import Ledger
    from jpcli.ledger.queries.invoices import Invoice
    from jpcli.payments.gateway import Gateway, RemoteInvoice
    from jpcli.services.desk import Desk


def make_draft(desk: Desk, gateway: Gateway, invoice: Invoice, customer: str) -> str:
    """The id of the invoice at Stripe, made as an empty draft where it is not there yet.

    Raises Failed about `number` when other invoices of the account have all that it may show.
    """
    metadata = {
        "jpcli_ledger": desk.ledger.meta["ledger_id"],
        "jpcli_content_hash": invoice.content_hash,
    }
    for public_number in public_numbers(desk.ledger, invoice.number):
        draft = DraftInvoice(
            invoice.number, public_number, desk.ledger.currency, days_until_due(desk.ledger)
        )
        try:
            return _created(desk, gateway, draft, customer, metadata)
        except Failed as error:
            if error.subject != "number":
                raise
            taken = error
    raise taken


def _created(
    desk: Desk,
    gateway: Gateway,
    draft: DraftInvoice,
    customer: str,
    metadata: dict[str, str],
) -> str:
    made: dict[str, str] = carry_out(
        desk,
        f"invoice/{draft.number}/create",
        # Not the number that is shown: another invoice of the account may have it.
        {"customer": customer, "currency": draft.currency, **metadata},
        perform=lambda key: gateway.create_invoice(customer, draft, metadata, key).brief(),
        find=lambda: _brief(gateway.find_invoice(customer, draft.number)),
        holds=lambda made: gateway.known_invoice(made["id"]) is not None,
    )
    return made["id"]


def public_numbers(ledger: Ledger, number: str) -> tuple[str, str]:
    """What the payer may see as the number: ours, or ours with something of the ledger's where
    another ledger collects through the same account."""
    return number, f"{number}-{ledger.meta['ledger_id'][:4].upper()}"


def _brief(remote: RemoteInvoice | None) -> dict[str, Any] | None:
    return None if remote is None else remote.brief()
