"""What a plan is made from: every active license with its place, in one pass.

Owns the SQL. Rows come out as the domain's tuples, one by one, because a plan keeps few of a
million; no question is asked a license.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jpcli.domain.plan_terms import License, Present
from jpcli.ledger.events.chain import GENESIS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from jpcli.ledger.database.connection import Ledger

_ACTIVE = (
    "SELECT id, license_key, offer_id, parent_id, site_id, issued_at, last_at FROM licenses"
    " WHERE revoked_at IS NULL"
)
_USABLE = "(child = 1 OR offer_id IN (SELECT id FROM offers WHERE bundle_size = 1))"
_SITES = "SELECT s.id, s.url, c.name FROM sites s LEFT JOIN clients c ON c.id = s.client_id"
_OFFERS = "SELECT o.id, p.product FROM offers o JOIN products p ON p.id = o.product_id"


def present(ledger: Ledger) -> Present:
    """The licenses, bundles and sites as they are now."""
    products = dict(ledger.rows(_OFFERS))
    urls: dict[int | None, str | None] = {None: None}
    owners: dict[str, str | None] = {}
    for number, url, client in ledger.rows(_SITES):
        urls[number] = url
        owners[url] = client
    bundles = {found.number: found for found in _Active(ledger, f"NOT {_USABLE}", products, urls)}
    return Present(_Active(ledger, _USABLE, products, urls), bundles, owners)


class _Active:
    """Active licenses, read anew each time that they are gone through."""

    def __init__(
        self,
        ledger: Ledger,
        which: str,
        products: Mapping[int, str],
        urls: Mapping[int | None, str | None],
    ) -> None:
        self._ledger = ledger
        self._sql = f"{_ACTIVE} AND {which} ORDER BY id"
        self._products = products
        self._urls = urls

    def __iter__(self) -> Iterator[License]:
        products, urls = self._products, self._urls
        for number, key, offer, parent, site, issued_at, last_at in self._ledger.rows(self._sql):
            product = products[offer]
            yield License(number, key, product, urls[site], parent, offer, issued_at, last_at)


def head(ledger: Ledger) -> str:
    """The chain's head, 64 hexadecimal digits: the same head is the same ledger state."""
    found: bytes | None = ledger.value("SELECT hash FROM chain WHERE id = 1")
    return (GENESIS if found is None else found).hex()
