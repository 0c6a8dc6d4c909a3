"""Licenses that are found by what is known of them, where nobody has their keys.

Owns the SQL. The license of a product is found without reading all licenses.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jpcli.ledger.queries.licenses import FROM, conditions, find

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
    bundle_id: int | None = None,
    bundle_size: int | None = None,
    active: bool = False,
) -> Iterator[tuple[int, str, int | None, bool]]:
    """Stream (number, key, number of its bundle, whether it can end by itself) of the licenses that
    a filter finds, bundles before what is in them: of one bundle with that itself, or of those of a
    size; `active` leaves out what is revoked, and no bundle."""
    where, params = conditions(ledger, wanted)
    parts = [where.removeprefix(" WHERE ") or "l.id > 0"]
    if bundle_id is not None:
        parts.append("(l.parent_id = :bundle_id OR l.id = :bundle_id)")
        params["bundle_id"] = bundle_id
    if bundle_size is not None:
        parts.append("o.bundle_size = :bundle_size")
        params["bundle_size"] = bundle_size
    if active:
        parts.append("l.revoked_at IS NULL")
    rows = ledger.rows(
        "SELECT l.id, l.license_key, l.parent_id, CASE WHEN l.child = 0 OR l.site_id IS NOT NULL"
        f" OR l.revoked_at IS NOT NULL THEN 1 ELSE 0 END{FROM} WHERE {' AND '.join(parts)}"
        " ORDER BY l.child, l.id",
        **params,
    )
    return ((number, key, parent, bool(alone)) for number, key, parent, alone in rows)
