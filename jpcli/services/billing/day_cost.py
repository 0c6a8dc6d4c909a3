"""What all that is active costs on one billing day."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jpcli.domain.costs import price_on
from jpcli.domain.money import line_amount
from jpcli.ledger.queries.products import active_on, priced_offers

if TYPE_CHECKING:
    from jpcli.services.desk import Desk


def day_cost_minor(desk: Desk) -> int:
    """Today's, in minor units, each offer's rounded as a line is (M4)."""
    ledger, today = desk.ledger, desk.today
    return sum(
        line_amount(
            active_on(ledger, item.id, today), price_on(item.points, today), ledger.currency
        )
        for item in priced_offers(ledger)
    )
