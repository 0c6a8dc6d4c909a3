"""Jetpack's price list as a price list of ours (M3, M6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jpcli.domain.errors import Refused
from jpcli.services.files.rows import Row
from jpcli.services.jetpack.access import licensing_of

if TYPE_CHECKING:
    from jpcli.services.desk import Desk


def price_rows(desk: Desk) -> list[Row]:
    """What Jetpack sells to this agency, as rows of a file would have it; a product that stands in
    two families at one price is there once.

    Raises Refused `other_currency` unless all of it is in the ledger's, and what the API says.
    """
    prices = licensing_of(desk, read_only=True).families()
    currency = desk.ledger.currency
    other = next((each for each in prices if each.currency.lower() != currency), None)
    if other is not None:
        raise Refused(
            "other_currency",
            f"Jetpack's prices are in {other.currency}, the ledger in {currency} (M6)",
            hint="Make a ledger in that currency, or import a file with your own prices.",
            subject=other.slug,
        )
    once = {(each.slug, each.amount, each.interval): each for each in reversed(prices)}
    return [
        Row(
            number,
            {
                "product": each.slug,
                "name": each.name,
                "family": each.family,
                "amount": each.amount,
                "price_interval": each.interval,
                "currency": each.currency,
            },
        )
        for number, each in enumerate(reversed(once.values()), 1)
    ]
