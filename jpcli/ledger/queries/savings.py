"""Questions about what could be saved: what is on no site and since when, what is billed.

Owns the SQL. What is on sites is read as a plan reads it; bundles are, too.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from jpcli.ledger.queries.audit import IDLE_SINCE
from jpcli.ledger.queries.licenses import ON_NO_SITE, USABLE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from jpcli.ledger.database.connection import Ledger


class Free(NamedTuple):
    """A license on no site: its row number, that of its bundle, and whether it is so for long."""

    number: int
    product: str
    parent: int | None
    idle: bool


def free_licenses(ledger: Ledger, before_at: int) -> Iterator[Free]:
    """Every license that can be used and is on no site, in the order in which they were issued;
    idle is one that has been so since before an instant."""
    rows = ledger.rows(
        f"SELECT l.id, p.product, l.parent_id, CASE WHEN {IDLE_SINCE} < :before THEN 1 ELSE 0 END"
        " FROM licenses l JOIN offers o ON o.id = l.offer_id"
        " JOIN products p ON p.id = o.product_id"
        f" WHERE {ON_NO_SITE} AND {USABLE} ORDER BY l.id",
        before=before_at,
    )
    return (Free(number, product, parent, bool(idle)) for number, product, parent, idle in rows)


def billed_units(ledger: Ledger) -> dict[tuple[str, int], int]:
    """How many are billed from now on, by product and bundle size (B1: a bundle as one)."""
    rows = ledger.rows(
        "SELECT p.product, o.bundle_size, n.units FROM ("
        " SELECT offer_id, COUNT(*) AS units FROM licenses"
        " WHERE revoked_at IS NULL AND child = 0 GROUP BY offer_id) n"
        " JOIN offers o ON o.id = n.offer_id JOIN products p ON p.id = o.product_id"
    )
    return {(product, size): units for product, size, units in rows}


def keys_of(ledger: Ledger, numbers: Iterable[int]) -> Iterator[str]:
    """What the licenses of these row numbers are called."""
    sql = "SELECT license_key FROM licenses WHERE id = :id"
    for number in ledger.each(numbers, lambda number: (partial(ledger.value, sql, id=number),)):
        yield ledger.value(sql, id=number)
