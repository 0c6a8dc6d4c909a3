"""Licenses that are found by what is known of them, where nobody has their keys.

Owns the SQL. Nothing here reads all licenses to find a few.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jpcli.ledger.queries.licenses import find

if TYPE_CHECKING:
    from jpcli.ledger.database.connection import Ledger
    from jpcli.ledger.queries.licenses import LicenseFacts


def numbers_of_product(ledger: Ledger, product: str) -> tuple[int, int | None] | None:
    """The row number of a license of this product, whatever became of it, and that of another one;
    None where it has none. Found by the days that every license has."""
    sql = (
        "SELECT d.license_id FROM spans d JOIN offers o ON o.id = d.offer_id"
        " JOIN products p ON p.id = o.product_id WHERE p.product = :product"
    )
    first: int | None = ledger.value(f"{sql} LIMIT 1", product=product)
    if first is None:
        return None
    other = ledger.value(f"{sql} AND d.license_id <> :first LIMIT 1", product=product, first=first)
    return first, other


def numbered(ledger: Ledger, number: int) -> LicenseFacts:
    """The facts of a license by its row number, which is one."""
    key = ledger.value("SELECT license_key FROM licenses WHERE id = :id", id=number)
    facts = find(ledger, str(key))
    assert facts is not None
    return facts
