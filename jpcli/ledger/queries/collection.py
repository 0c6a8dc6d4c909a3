"""How a ledger collects its invoices. The facts that say so are read here and nowhere else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jpcli.domain.collection import STRIPE, way_by
from jpcli.ledger.queries.outbox import DONE, wish

if TYPE_CHECKING:
    from jpcli.domain.collection import Way
    from jpcli.ledger.database.connection import Ledger
    from jpcli.ledger.queries.invoices import Invoice


def uses_stripe(ledger: Ledger) -> bool:
    """Does this ledger collect through Stripe? For the one place that chooses the collector, and
    for Stripe's own door; who only speaks of collecting asks `way_of`."""
    return ledger.meta["payments"] == STRIPE


def moved_to_stripe(ledger: Ledger) -> bool:
    """Has another process had it collect through Stripe since it was opened? There is no way back,
    so who opened it after that knows for good."""
    return not uses_stripe(ledger) and ledger.fact("payments") == STRIPE


def way_of(ledger: Ledger) -> Way:
    """By hand, from cards, or by mail."""
    collect = ledger.fact("collect") if uses_stripe(ledger) else None
    return way_by(ledger.meta["payments"], collect)


def was_mailed(ledger: Ledger, invoice: Invoice) -> bool:
    """Does the ledger know that Stripe has mailed this invoice? One that was put back may not."""
    known = wish(ledger, f"invoice/{invoice.number}/send")
    return known is not None and known.state == DONE and known.result["id"] == invoice.gateway_id
