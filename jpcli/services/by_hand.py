"""Whether a ledger is still collected by hand: another process may have moved it to Stripe since it
was opened, and there is no way back.

Asked with the lock, by whatever writes down a card or a payment: at Stripe it would stand for
nothing, and the invoice would be collected all the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jpcli.domain.errors import Busy
from jpcli.ledger.queries.collection import moved_to_stripe

if TYPE_CHECKING:
    from jpcli.ledger.database.connection import Ledger


def check_by_hand(ledger: Ledger) -> None:
    """Raise Busy `collects_elsewhere` where it is not."""
    if moved_to_stripe(ledger):
        raise Busy(
            "collects_elsewhere",
            "This ledger collects through Stripe since a moment ago",
            hint="Run the same command again.",
            subject="payments",
        )
