"""Questions of an audit: how many licenses of what, which ones, what sites lack or have twice.

Owns the SQL. Sums come from one pass over the licenses, whatever the number of rules; only a rule
about sites or clients asks for its own. A bundle's parent is no license one can use, and is never
counted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from jpcli.domain.history import ASSIGNED, REVOKED, UNASSIGNED
from jpcli.ledger.queries.licenses import IS_REVOKED, ON_A_SITE, ON_NO_SITE, STATE
from jpcli.ledger.queries.searches import lowered

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from jpcli.ledger.database.connection import Ledger

_STATES = {
    ASSIGNED: ON_A_SITE,
    UNASSIGNED: ON_NO_SITE,
    REVOKED: IS_REVOKED,
    None: "l.revoked_at IS NULL",
}
_PARENTS = "SELECT id FROM offers WHERE bundle_size > 1"
_USABLE = f"NOT (l.child = 0 AND l.offer_id IN ({_PARENTS}))"
_IDLE = f"{ON_NO_SITE} AND {_USABLE}"
# On no site since it was last taken from one, or since it was issued.
IDLE_SINCE = (
    "COALESCE((SELECT MAX(a.to_at) FROM assignments a WHERE a.license_id = l.id), l.issued_at)"
)


class Which(NamedTuple):
    """Licenses: of these products (None: any), on the sites that a pattern fits, of a client (""
    is none), in a state (None: assigned or unassigned)."""

    products: tuple[str, ...] | None = None
    site: str | None = None
    client: str | None = None
    state: str | None = None


class Found(NamedTuple):
    """One license; the child of a bundle can't be revoked by itself while it is on no site."""

    license_key: str
    product: str
    assigned: bool
    child: bool


def totals(ledger: Ledger) -> dict[tuple[str, str], int]:
    """How many there are, by product and state."""
    rows = ledger.all(
        f"SELECT p.product, g.state, SUM(g.found) FROM (SELECT l.offer_id, {STATE} AS state,"
        f" COUNT(*) AS found FROM licenses l WHERE {_USABLE} GROUP BY l.offer_id, 2) g"
        " JOIN offers o ON o.id = g.offer_id JOIN products p ON p.id = o.product_id"
        " GROUP BY p.product, g.state"
    )
    return {(product, state): int(found) for product, state, found in rows}


def count(ledger: Ledger, which: Which) -> int:
    """How many licenses these are."""
    where, params = _conditions(which)
    return int(ledger.value(f"SELECT COUNT(*) FROM licenses l WHERE {where}", **params))


def spare_first(ledger: Ledger, which: Which, limit: int) -> list[Found]:
    """Which these are: the unassigned first, then those issued last."""
    where, params = _conditions(which)
    rows = ledger.all(
        "SELECT l.license_key, p.product, l.site_id IS NOT NULL, l.child FROM licenses l"
        " JOIN offers o ON o.id = l.offer_id JOIN products p ON p.id = o.product_id"
        f" WHERE {where} ORDER BY 3, l.issued_at DESC, l.id DESC LIMIT :limit",
        limit=limit,
        **params,
    )
    return [
        Found(key, product, bool(on_site), bool(child)) for key, product, on_site, child in rows
    ]


def idle_since(ledger: Ledger, before_at: int, limit: int) -> tuple[int, list[Found]]:
    """How many have been on no site since before an instant, and the first of them, those that
    have been so for longest."""
    rows = ledger.all(
        "SELECT f.license_key, p.product, f.child, f.total FROM ("
        " SELECT license_key, offer_id, child, since, id, COUNT(*) OVER () AS total FROM ("
        f"  SELECT l.license_key, l.offer_id, l.child, l.id, {IDLE_SINCE} AS since"
        f"  FROM licenses l WHERE {_IDLE}) t WHERE since < :before_at) f"
        " JOIN offers o ON o.id = f.offer_id JOIN products p ON p.id = o.product_id"
        " ORDER BY f.since, f.id LIMIT :limit",
        before_at=before_at,
        limit=limit,
    )
    found = [Found(key, product, False, bool(child)) for key, product, child, _ in rows]
    return (int(rows[0][3]) if rows else 0), found


def longest_idle_since(ledger: Ledger) -> int | None:
    """Since which instant the license has been on no site that has been longest; None: none is."""
    since: int | None = ledger.value(f"SELECT MIN({IDLE_SINCE}) FROM licenses l WHERE {_IDLE}")
    return since


def sites_with_licenses(ledger: Ledger) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Every site that has a license now, by address, and its products in no order; streams."""
    rows = ledger.rows(
        "SELECT s.url, h.products FROM (SELECT site_id, GROUP_CONCAT(product, ',') AS products"
        " FROM (SELECT DISTINCT l.site_id, p.product FROM licenses l"
        "  JOIN offers o ON o.id = l.offer_id JOIN products p ON p.id = o.product_id"
        f"  WHERE {ON_A_SITE}) d GROUP BY site_id) h"
        " JOIN sites s ON s.id = h.site_id ORDER BY s.url"
    )
    return ((url, tuple(products.split(","))) for url, products in rows)


def any_open_invoice(ledger: Ledger) -> bool:
    """Is there an invoice that waits to be paid, due or not, at the gateway or not yet?"""
    sql = "SELECT 1 FROM invoices WHERE status IN ('draft', 'open') AND total_minor > 0 LIMIT 1"
    return ledger.one(sql) is not None


def family_clashes(ledger: Ledger, limit: int) -> tuple[int, list[tuple[str, str, str]]]:
    """How many times a site has several products of one family, and the first of them: (site,
    family, products with commas)."""
    rows = ledger.all(
        "SELECT s.url, f.family, f.products, f.total FROM ("
        " SELECT site_id, family, GROUP_CONCAT(product, ',') AS products, COUNT(*) OVER () AS total"
        " FROM (SELECT DISTINCT l.site_id, p.family, p.product FROM licenses l"
        "  JOIN offers o ON o.id = l.offer_id JOIN products p ON p.id = o.product_id"
        f"  WHERE {ON_A_SITE}) d"
        " GROUP BY site_id, family HAVING COUNT(*) > 1) f"
        " JOIN sites s ON s.id = f.site_id ORDER BY s.url, f.family LIMIT :limit",
        limit=limit,
    )
    return (int(rows[0][3]) if rows else 0), [
        (url, family, ",".join(sorted(names.split(",")))) for url, family, names, _ in rows
    ]


def all_clients(ledger: Ledger) -> list[str]:
    """Every client's name, in order."""
    return [row[0] for row in ledger.rows("SELECT name FROM clients ORDER BY name")]


def _conditions(which: Which) -> tuple[str, dict[str, Any]]:
    parts = [_STATES[which.state], _USABLE]
    params: dict[str, Any] = {}
    if which.products is not None:
        names, params = _named("product", which.products)
        parts.append(
            "l.offer_id IN (SELECT o.id FROM offers o JOIN products p ON p.id = o.product_id"
            f" WHERE p.product IN ({names}))"
        )
    if which.site is not None:
        fits, more = _fitting("url", which.site)
        parts.append(f"l.site_id IN (SELECT id FROM sites WHERE {fits})")
        params |= more
    if which.client == "":
        parts.append(
            "(l.site_id IS NULL OR l.site_id IN (SELECT id FROM sites WHERE client_id IS NULL))"
        )
    elif which.client is not None:
        parts.append(
            "l.site_id IN (SELECT s.id FROM sites s JOIN clients c ON c.id = s.client_id"
            " WHERE c.name = :client)"
        )
        params["client"] = which.client
    return " AND ".join(parts), params


def _named(prefix: str, values: Iterable[str]) -> tuple[str, dict[str, Any]]:
    """Parameters for `IN (…)`, where nothing may not be nothing: not every engine takes `()`."""
    params = {f"{prefix}{number}": value for number, value in enumerate(values)}
    return ", ".join(f":{name}" for name in params) or "NULL", params


def _fitting(column: str, pattern: str) -> tuple[str, dict[str, Any]]:
    """A condition: the pattern fits, whatever the case. Without a scheme it is http and https."""
    schemes = ("",) if "://" in pattern else ("https://", "http://")
    params = {f"fits{n}": lowered(_like(scheme + pattern)) for n, scheme in enumerate(schemes)}
    likes = [f"LOWER({column}) LIKE :{name} ESCAPE '!'" for name in params]
    return " OR ".join(likes), params


def _like(pattern: str) -> str:
    """`*` and `?` as LIKE has them; everything else means itself."""
    for sign in "!%_":
        pattern = pattern.replace(sign, "!" + sign)
    return pattern.replace("*", "%").replace("?", "_")
