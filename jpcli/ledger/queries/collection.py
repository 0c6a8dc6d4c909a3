"""How a ledger collects its invoices: by hand, by charging cards, or by mail."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jpcli.ledger.database.connection import Ledger


def uses_stripe(ledger: Ledger) -> bool:
    """Does this ledger collect through Stripe?"""
    return ledger.meta["payments"] == "stripe"


def is_mailed(ledger: Ledger) -> bool:
    """Does Stripe mail this ledger's invoices, instead of charging a card?"""
    return uses_stripe(ledger) and ledger.fact("collect") == "send"


def charges_cards(ledger: Ledger) -> bool:
    """Does closing charge cards by itself, instead of mailing invoices or waiting for a hand?"""
    return uses_stripe(ledger) and not is_mailed(ledger)
