"""Questions about attempts to charge a card."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jpcli.domain.dunning import Attempt

if TYPE_CHECKING:
    from jpcli.ledger.database.connection import Ledger

_SELECT = "SELECT number, card, card_name, at, day, outcome, code, advice, charge FROM attempts"


def attempts(ledger: Ledger, number: str | None = None) -> list[Attempt]:
    """Every attempt, or those for one invoice, in the order in which they were made."""
    where = "" if number is None else " WHERE number = :number"
    named = {} if number is None else {"number": number}
    return [Attempt(*row) for row in ledger.rows(f"{_SELECT}{where} ORDER BY at, id", **named)]
