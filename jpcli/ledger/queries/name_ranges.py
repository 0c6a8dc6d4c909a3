"""Names in the order of their indexes: for completion in a shell, and for those that are misspelt.

Owns ranges of names: `low` is in it, `high` is not. Names are compared as SQLite does, byte by byte
in UTF-8, which is also the order of code points.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from jpcli.ledger.database.connection import Ledger

# After every name that begins with what stands before it.
END = "\U0010ffff"

_INDEXES = {
    "licenses": ("licenses", "license_key"),
    "sites": ("sites", "url"),
    "clients": ("clients", "name"),
    "products": ("products", "product"),
    "invoices": ("invoices", "number"),
    "cards": ("cards", "id"),
}
# (name, what it is, state): only licenses have a state.
_SELECTS = {
    "licenses": (
        "SELECT l.license_key, CASE WHEN l.revoked_at IS NOT NULL THEN 'revoked'"
        " WHEN l.site_id IS NOT NULL THEN s.url WHEN o.bundle_size > 1 AND l.child = 0"
        " THEN 'bundle of ' || o.bundle_size ELSE 'on no site' END,"
        " CASE WHEN l.revoked_at IS NOT NULL THEN 'revoked'"
        " WHEN l.site_id IS NOT NULL THEN 'assigned'"
        " WHEN o.bundle_size > 1 AND l.child = 0 THEN 'bundle' ELSE 'unassigned' END"
        " FROM licenses l JOIN offers o ON o.id = l.offer_id"
        " LEFT JOIN sites s ON s.id = l.site_id"
    ),
    "sites": "SELECT url, c.name, NULL FROM sites LEFT JOIN clients c ON c.id = sites.client_id",
    "clients": "SELECT name, NULL, NULL FROM clients",
    "products": "SELECT product, name, NULL FROM products",
    "invoices": "SELECT number, period || ', ' || status, NULL FROM invoices",
    "cards": "SELECT id, brand || ' ' || last4, NULL FROM cards",
}

# What is put away is typed by those who mean it.
_IN_USE = {
    "sites": " AND sites.archived = 0",
    "clients": " AND archived = 0",
    "products": " AND hidden = 0",
}


def names_between(
    ledger: Ledger, kind: str, low: str, high: str, limit: int
) -> Iterator[tuple[str, str | None, str | None]]:
    """(name, what it is, state) of the first `limit` names of a kind in a range, in order."""
    _, column = _INDEXES[kind]
    where = f"{_in_range(column)}{_IN_USE.get(kind, '')}"
    sql = f"{_SELECTS[kind]} WHERE {where} ORDER BY {column} LIMIT :limit"
    rows: Iterator[Any] = ledger.rows(sql, low=low, high=high, limit=limit)
    return rows


def first_and_last(ledger: Ledger, kind: str, low: str, high: str) -> tuple[str, str] | None:
    """The outermost names of a kind in a range; None where it has none. Two seeks."""
    table, column = _INDEXES[kind]
    where = f"FROM {table} WHERE {_in_range(column)}{_IN_USE.get(kind, '')} ORDER BY {column}"
    first = ledger.value(f"SELECT {column} {where} LIMIT 1", low=low, high=high)
    if first is None:
        return None
    return first, ledger.value(f"SELECT {column} {where} DESC LIMIT 1", low=low, high=high)


def names_near(ledger: Ledger, kind: str, names: Sequence[str], each_way: int) -> list[str]:
    """The names of a kind that stand next to where each of `names` is or would be, at most so many
    on either side: those that begin most like it. One question, two seeks for each."""
    table, column = _INDEXES[kind]
    select = f"SELECT {column} AS found FROM {table} WHERE {column}"
    parts: list[str] = []
    params: dict[str, Any] = {"most": each_way}
    for number, name in enumerate(names):
        params[f"name{number}"] = name
        for way in (
            f">= :name{number} ORDER BY {column}",
            f"< :name{number} ORDER BY {column} DESC",
        ):
            parts.append(f"SELECT found FROM ({select} {way} LIMIT :most) n{len(parts)}")
    return [found for (found,) in ledger.all(" UNION ALL ".join(parts), **params)]


def bundle_sizes(ledger: Ledger) -> list[int]:
    """Every size that bundles are sold in, ascending."""
    sql = "SELECT DISTINCT bundle_size FROM offers WHERE bundle_size > 1 ORDER BY bundle_size"
    return [row[0] for row in ledger.rows(sql)]


def _in_range(column: str) -> str:
    return f"{column} >= :low AND {column} < :high"
