"""What a plan is made from: every active license with its place, in one pass, and what its steps
are about.

Owns the SQL. Rows come out as the domain's tuples, one by one, because a plan keeps few of a
million, and of those the numbers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from jpcli.domain.plan_terms import License, Present
from jpcli.ledger.events.chain import GENESIS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from collections.abc import Set as AbstractSet

    from jpcli.domain.plan_terms import Ending
    from jpcli.ledger.database.connection import Ledger

_USABLE = (
    "l.revoked_at IS NULL"
    " AND (l.child = 1 OR l.offer_id IN (SELECT id FROM offers WHERE bundle_size = 1))"
)
# 0 is no site. Not in the order of the index of sites, by which every license is sought by itself:
# to go through the table and sort takes half of that.
_ACTIVE = (
    "SELECT COALESCE(l.site_id, 0), l.id, l.offer_id, l.parent_id FROM licenses l"
    f" WHERE {_USABLE} ORDER BY COALESCE(l.site_id, 0), l.id"
)
_SITES = (
    "SELECT s.id, s.url, c.name FROM sites s LEFT JOIN clients c ON c.id = s.client_id"
    " ORDER BY s.id"
)
_OFFERS = "SELECT o.id, p.product FROM offers o JOIN products p ON p.id = o.product_id"
_FACTS = (
    "SELECT l.license_key, l.offer_id, l.child, l.issued_at, l.last_at, s.url, c.name"
    " FROM licenses l LEFT JOIN sites s ON s.id = l.site_id"
    " LEFT JOIN clients c ON c.id = s.client_id WHERE l.id = :number"
)


_BUNDLES = (
    "SELECT l.id, p.product, o.bundle_size FROM licenses l JOIN offers o ON o.id = l.offer_id"
    " JOIN products p ON p.id = o.product_id"
    " WHERE l.revoked_at IS NULL AND l.child = 0 AND o.bundle_size > 1"
)
_CHILDREN = "SELECT COUNT(*) FROM licenses WHERE parent_id = :number AND revoked_at IS NULL"


class Placed(NamedTuple):
    """A license as a step tells of it; instants are microseconds, `offer` the ledger's number."""

    license_key: str
    offer: int
    child: bool
    issued_at: int
    last_at: int
    site: str | None
    client: str | None


def present(
    ledger: Ledger,
    sites: Collection[str],
    ending: Sequence[Ending] = (),
    bundles: Collection[str] = (),
) -> Present:
    """The licenses as they are now without those that are `ending`, and whose each of these sites
    is that the ledger knows; the bundles are those of the products that are named."""
    owners = {url: client for _, url, client in ledger.rows(_SITES) if url in sites}
    gone = {each.number for each in ending}
    found: dict[tuple[str, int], list[int]] = {}
    if bundles:
        for number, product, size in ledger.rows(_BUNDLES):
            if product in bundles and number not in gone:
                found.setdefault((product, size), []).append(number)
    return Present(_Active(ledger, gone), owners, ending, found)


class _Active:
    """Active licenses that can be used, read anew each time that they are gone through: side by
    side with their sites, which are in the same order and may be as many."""

    def __init__(self, ledger: Ledger, gone: AbstractSet[int]) -> None:
        self._ledger = ledger
        self._gone = gone

    def __iter__(self) -> Iterator[License]:
        products = dict(self._ledger.all(_OFFERS))
        places = self._ledger.rows(_SITES)
        here, url, client = 0, None, None
        for site, number, offer, parent in self._ledger.rows(_ACTIVE):
            while here != site:
                here, url, client = next(places)
            if number not in self._gone and parent not in self._gone:
                yield License(number, products[offer], url, parent, client)


def placed(ledger: Ledger, number: int) -> Placed:
    """One license by its row number, which there is."""
    row = ledger.one(_FACTS, number=number)
    assert row is not None
    return Placed(*row)


def active_bundles(ledger: Ledger) -> Iterator[tuple[int, str, int]]:
    """(row number, product, size) of every bundle that is not revoked."""
    return ledger.rows(f"{_BUNDLES} ORDER BY l.id")


def count_children(ledger: Ledger, number: int) -> int:
    """How many of a bundle's licenses are not revoked."""
    return int(ledger.value(_CHILDREN, number=number))


def held(ledger: Ledger) -> Iterator[tuple[str, str | None, str, int]]:
    """(site, client, product, how many) of active licenses on sites, by site and product."""
    return ledger.rows(
        "SELECT s.url, c.name, p.product, COUNT(*) FROM licenses l"
        " JOIN offers o ON o.id = l.offer_id JOIN products p ON p.id = o.product_id"
        " JOIN sites s ON s.id = l.site_id LEFT JOIN clients c ON c.id = s.client_id"
        f" WHERE {_USABLE} GROUP BY s.url, c.name, p.product ORDER BY s.url, p.product"
    )


def totals(ledger: Ledger) -> list[tuple[str, int, int]]:
    """(product, active licenses, those on no site) of every product that has any, by name."""
    return ledger.all(
        "SELECT p.product, COUNT(*), COUNT(*) - COUNT(l.site_id) FROM licenses l"
        " JOIN offers o ON o.id = l.offer_id JOIN products p ON p.id = o.product_id"
        f" WHERE {_USABLE} GROUP BY p.product ORDER BY p.product"
    )


def sites_in_use(ledger: Ledger) -> int:
    """How many sites have an active license."""
    return int(ledger.value(f"SELECT COUNT(DISTINCT l.site_id) FROM licenses l WHERE {_USABLE}"))


def head(ledger: Ledger) -> str:
    """The chain's head, 64 hexadecimal digits: the same head is the same ledger state."""
    found: bytes | None = ledger.value("SELECT hash FROM chain WHERE id = 1")
    return (GENESIS if found is None else found).hex()
