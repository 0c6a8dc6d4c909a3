"""Licenses that are found by what is known of them, where nobody has their keys.

Owns the SQL. The license of a product is found without reading all licenses.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jpcli.ledger.queries.licenses import FROM, and_one_more, conditions, find

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jpcli.ledger.database.connection import Ledger
    from jpcli.ledger.queries.licenses import LicenseFacts, LicenseFilter


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


def chosen_rows(
    ledger: Ledger,
    wanted: LicenseFilter,
    *,
    active: bool = False,
) -> Iterator[tuple[int, str, int | None, bool]]:
    """Stream (number, key, number of its bundle, whether it can end by itself) of the licenses that
    a filter finds, bundles before what is in them; `active` leaves out what is revoked, and no
    bundle."""
    where, params = conditions(ledger, wanted)
    if active:
        where = f"{and_one_more(where)} l.revoked_at IS NULL"
    rows = ledger.rows(
        "SELECT l.id, l.license_key, l.parent_id, CASE WHEN l.child = 0 OR l.site_id IS NOT NULL"
        f" OR l.revoked_at IS NOT NULL THEN 1 ELSE 0 END{FROM}{where}"
        " ORDER BY l.child, l.id",
        **params,
    )
    return ((number, key, parent, bool(alone)) for number, key, parent, alone in rows)
