"""Questions about sites and clients.

Owns the SQL of whose site is whose. A site has one client at a time (W2); which one on which
day is in `site_clients`.
"""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING, Any, NamedTuple

from jpcli.domain.site_urls import twin
from jpcli.ledger.queries.searches import searching

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jpcli.ledger.database.connection import Ledger


def site_numbers(ledger: Ledger) -> array[int]:
    """The row numbers of all sites, in order."""
    return array("q", (number for (number,) in ledger.rows("SELECT id FROM sites ORDER BY id")))


class SiteFacts(NamedTuple):
    """One site; `client_since_at` is the instant its present client took it over, `into` the site
    that it was merged into."""

    id: int
    url: str
    client: str | None
    client_since_at: int
    archived: int
    into: str | None


# Not joined: where a server has not counted its rows yet it would read the owners of every site.
_SITE = (
    "SELECT s.id, s.url, c.name, (SELECT o.from_at FROM site_clients o WHERE o.site_id = s.id"
    " ORDER BY o.first_day DESC LIMIT 1), s.archived, i.url FROM sites s"
    " LEFT JOIN clients c ON c.id = s.client_id LEFT JOIN sites i ON i.id = s.into_id"
)


def find_site(ledger: Ledger, url: str) -> SiteFacts | None:
    """One site, or None."""
    row = ledger.one(f"{_SITE} WHERE s.url = :url", url=url)
    return None if row is None else SiteFacts(*row)


def put_away(ledger: Ledger) -> set[str]:
    """The addresses of archived sites."""
    return {row[0] for row in ledger.rows("SELECT url FROM sites WHERE archived = 1")}


def any_former(ledger: Ledger) -> bool:
    """Was any site ever renamed?"""
    return ledger.one("SELECT 1 FROM former_names WHERE kind = 'site' LIMIT 1") is not None


def renamed_to(ledger: Ledger, url: str) -> str | None:
    """What the site is called now that was called so, with either scheme, and is not any more."""
    found: str | None = ledger.value(
        "SELECT s.url FROM former_names f JOIN sites s ON s.id = f.id WHERE f.kind = 'site'"
        " AND f.name IN (:url, :twin) ORDER BY f.until_seq DESC LIMIT 1",
        url=url,
        twin=twin(url),
    )
    return found


def any_site(ledger: Ledger) -> bool:
    """Was any site ever recorded?"""
    return ledger.one("SELECT 1 FROM sites LIMIT 1") is not None


def site_spelled(ledger: Ledger, url: str, *, in_use: bool = False) -> str | None:
    """The very site of a name, or what the ledger calls it with the other scheme; None where it
    has neither, or with `in_use` only one that is archived."""
    found: str | None = ledger.value(
        f"SELECT url FROM sites WHERE url IN (:url, :twin){' AND archived = 0' if in_use else ''}"
        " ORDER BY CASE WHEN url = :url THEN 0 ELSE 1 END LIMIT 1",
        url=url,
        twin=twin(url),
    )
    return found


def sites_below(ledger: Ledger, place: str) -> Iterator[str]:
    """Every site below `scheme://host`."""
    rows = ledger.rows(
        "SELECT url FROM sites WHERE url >= :low AND url < :high",
        low=f"{place}/",
        high=f"{place}0",  # the character after it
    )
    return (url for (url,) in rows)


def products_on(ledger: Ledger, url: str) -> list[tuple[str, str, int]]:
    """(product, family, licenses) of what runs on a site now, by product."""
    return ledger.all(
        "SELECT p.product, p.family, COUNT(*) FROM licenses l JOIN offers o ON o.id = l.offer_id"
        " JOIN products p ON p.id = o.product_id WHERE l.revoked_at IS NULL"
        " AND l.site_id = (SELECT id FROM sites WHERE url = :url)"
        " GROUP BY p.product, p.family ORDER BY p.product",
        url=url,
    )


def doubled_products(ledger: Ledger, limit: int) -> tuple[int, list[tuple[str, str, int]]]:
    """How many times a site has several licenses of one product now, and the first `limit` of
    them: (site, product, licenses)."""
    rows = ledger.all(
        "SELECT d.total, s.url, d.product, d.found FROM ("
        " SELECT l.site_id, p.product, COUNT(*) AS found, COUNT(*) OVER () AS total"
        " FROM licenses l JOIN offers o ON o.id = l.offer_id"
        " JOIN products p ON p.id = o.product_id"
        " WHERE l.revoked_at IS NULL AND l.site_id IS NOT NULL"
        " GROUP BY l.site_id, p.product HAVING COUNT(*) > 1) d"
        " JOIN sites s ON s.id = d.site_id ORDER BY s.url, d.product LIMIT :limit",
        limit=limit,
    )
    return (int(rows[0][0]) if rows else 0), [(url, product, n) for _, url, product, n in rows]


def www_pairs(ledger: Ledger, limit: int) -> tuple[int, list[tuple[str, str]]]:
    """How many sites there are both with `www.` and without it, and the first `limit` of them:
    (with it, without it)."""
    pairs = 0
    found: list[tuple[str, str]] = []
    for scheme in ("https", "http"):
        rows = ledger.all(
            "SELECT w.url, COUNT(*) OVER () FROM sites w WHERE w.url >= :low AND w.url < :high"
            " AND w.archived = 0 AND EXISTS (SELECT 1 FROM sites s"
            " WHERE s.url = :scheme || SUBSTR(w.url, :after) AND s.archived = 0)"
            " ORDER BY w.url LIMIT :limit",
            low=f"{scheme}://www.",
            high=f"{scheme}://www/",  # the character after it
            scheme=f"{scheme}://",
            after=len(f"{scheme}://www.") + 1,
            limit=limit,
        )
        pairs += int(rows[0][1]) if rows else 0
        found += ((url, url.replace("://www.", "://", 1)) for url, _ in rows)
    return pairs, found[:limit]


def client_exists(ledger: Ledger, name: str) -> bool:
    """Is there a client of this name?"""
    return ledger.one("SELECT 1 FROM clients WHERE name = :name", name=name) is not None


SITE_COLUMNS = ("site", "client", "licenses", "products")


def site_rows(
    ledger: Ledger,
    client: str | None = None,
    limit: int = 0,
    search: str | None = None,
    *,
    archived: bool = False,
) -> Iterator[tuple[Any, ...]]:
    """(url, client, active licenses, comma-separated products) of each site that is in use, or is
    `archived`, by url; `client` "" is the sites of nobody."""
    where, params = _site_conditions(ledger, client, search, archived)
    tail = f" LIMIT {int(limit)}" if limit else ""
    return ledger.rows(
        "SELECT s.url, c.name,"
        " (SELECT COUNT(*) FROM licenses l WHERE l.site_id = s.id AND l.revoked_at IS NULL),"
        " (SELECT GROUP_CONCAT(product, ',') FROM (SELECT DISTINCT p.product FROM licenses l"
        "  JOIN offers o ON o.id = l.offer_id JOIN products p ON p.id = o.product_id"
        "  WHERE l.site_id = s.id AND l.revoked_at IS NULL ORDER BY p.product) d)"
        f" FROM sites s LEFT JOIN clients c ON c.id = s.client_id{where} ORDER BY s.url{tail}",
        **params,
    )


def count_sites(
    ledger: Ledger,
    client: str | None = None,
    search: str | None = None,
    *,
    archived: bool = False,
) -> int:
    """How many sites `site_rows` would give without a limit."""
    where, params = _site_conditions(ledger, client, search, archived)
    return int(
        ledger.value(
            f"SELECT COUNT(*) FROM sites s LEFT JOIN clients c ON c.id = s.client_id{where}",
            **params,
        )
    )


def _site_conditions(
    ledger: Ledger, client: str | None, search: str | None, archived: bool
) -> tuple[str, dict[str, Any]]:
    conditions, params = [f"s.archived = {int(archived)}"], {}
    if client == "":
        conditions.append("c.name IS NULL")
    elif client is not None:
        conditions.append("c.name = :client")
        params["client"] = client
    if search is not None:
        condition, params["search"] = searching(ledger, search, ("s.url",))
        conditions.append(condition)
    return " WHERE " + " AND ".join(conditions), params


CLIENT_COLUMNS = ("client", "sites", "licenses")


def client_rows(
    ledger: Ledger, limit: int = 0, *, archived: bool = False
) -> Iterator[tuple[Any, ...]]:
    """(name, sites, active licenses) of each client that is in use, or is `archived`, by name."""
    tail = f" LIMIT {int(limit)}" if limit else ""
    return ledger.rows(
        # All of them in one pass: for each client by itself is every site for each client.
        "SELECT c.name, COALESCE(n.sites, 0), COALESCE(n.licenses, 0) FROM clients c LEFT JOIN"
        " (SELECT s.client_id, COUNT(*) AS sites, SUM((SELECT COUNT(*) FROM licenses l"
        "  WHERE l.site_id = s.id AND l.revoked_at IS NULL)) AS licenses"
        "  FROM sites s WHERE s.client_id IS NOT NULL GROUP BY s.client_id) n"
        f" ON n.client_id = c.id WHERE c.archived = {int(archived)} ORDER BY c.name{tail}"
    )


def count_clients(ledger: Ledger, *, archived: bool = False) -> int:
    """How many clients `client_rows` would give without a limit."""
    sql = f"SELECT COUNT(*) FROM clients WHERE archived = {int(archived)}"
    return int(ledger.value(sql))


def owners_of(ledger: Ledger, site_id: int) -> list[tuple[Any, ...]]:
    """(client, first day, last day, instant) of every time a site changed hands, oldest first."""
    return ledger.all(
        "SELECT c.name, o.first_day, o.last_day, o.from_at FROM site_clients o"
        " LEFT JOIN clients c ON c.id = o.client_id WHERE o.site_id = :id ORDER BY o.first_day",
        id=site_id,
    )
