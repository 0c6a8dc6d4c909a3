"""Remarks of ours that are kept with an invoice at Stripe: how it was paid, why it was voided.

They are metadata there, so a restored ledger gets them back with the invoice.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from jpcli.services.collection.stripe.outbox import carry_out

if TYPE_CHECKING:
    from jpcli.ledger.queries.invoices import Invoice
    from jpcli.payments.gateway import Gateway
    from jpcli.services.desk import Desk

# What Stripe takes in a value of metadata.
LONGEST = 500


def annotate(desk: Desk, gateway: Gateway, invoice: Invoice, name: str, text: str) -> None:
    """Keep `text` as `jpcli_<name>` with the invoice; setting it again is harmless."""
    assert invoice.gateway_id is not None
    invoice_id, metadata = invoice.gateway_id, {f"jpcli_{name}": text[:LONGEST]}

    def perform(key: str) -> dict[str, str]:
        gateway.annotate(invoice_id, metadata, key)
        return {"id": invoice_id}

    # Another text is another wish: a command that failed may be repeated with a better one.
    digest = sha256(text.encode()).hexdigest()[:12]
    carry_out(
        desk,
        f"invoice/{invoice.number}/{name.replace('_', '-')}/{digest}",
        {"invoice": invoice_id, **metadata},
        perform=perform,
        find=lambda: None,
    )
