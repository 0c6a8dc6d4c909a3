"""Names to row numbers, remembered for the length of one transaction or replay.

Owns nothing but a cache: a bulk change names the same product and the same sites again and
again. It is thrown away with the transaction, so it can't go stale.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jpcli.ledger.database.connection import Ledger


# So many sites, and so many clients, are remembered; a file may name a million. One of a million
# licenses names a hundred thousand, and where fewer are kept nearly all are forgotten in time.
_MOST_NAMES = 1 << 17


class Lookups:
    """Row numbers of products, offers, clients, sites and licenses by the names they go by."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._offers: dict[tuple[str, int], int] = {}
        self._clients: dict[str, int] = {}
        self._sites: dict[str, int] = {}

    def product_id(self, product: str) -> int | None:
        """Row number of a product, or None."""
        return number_of_product(self._ledger, product)

    def offer(self, product: str, bundle_size: int) -> int:
        """Row number of a product alone (size 1) or as a bundle. It must exist."""
        if not self._offers:
            self._offers = offers_of(self._ledger)
        return self._offers[product, bundle_size]

    def forget(self) -> None:
        """Read everything again at the next question: something has another name now."""
        self._offers, self._clients, self._sites = {}, {}, {}

    def client_id(self, name: str | None) -> int | None:
        """Row number of a client, None for no client. It must exist."""
        if name is None:
            return None
        if name not in self._clients:
            _make_room(self._clients)
            self._clients[name] = _required(number_of_client(self._ledger, name), name)
        return self._clients[name]

    def site_id(self, url: str) -> int:
        """Row number of a site. It must exist."""
        if url not in self._sites:
            _make_room(self._sites)
            self._sites[url] = _required(number_of_site(self._ledger, url), url)
        return self._sites[url]

    def add_clients(self, pairs: Iterable[tuple[str, int]]) -> None:
        """Remember clients that were just made."""
        _make_room(self._clients)
        self._clients.update(pairs)

    def add_sites(self, pairs: Iterable[tuple[str, int]]) -> None:
        """Remember sites that were just made."""
        _make_room(self._sites)
        self._sites.update(pairs)

    def license_id(self, license_key: str) -> int:
        """Row number of a license. It must exist; there may be millions, so it is not kept."""
        sql = "SELECT id FROM licenses WHERE license_key = :license_key"
        return _required(self._ledger.value(sql, license_key=license_key), license_key)


def offers_of(ledger: Ledger) -> dict[tuple[str, int], int]:
    """Row numbers of all offers by product and bundle size (1: alone)."""
    rows = ledger.all(
        "SELECT product, bundle_size, offers.id FROM offers"
        " JOIN products ON products.id = product_id"
    )
    return {(name, size): number for name, size, number in rows}


def number_of_product(ledger: Ledger, product: str) -> int | None:
    """Row number of a product, or None."""
    sql = "SELECT id FROM products WHERE product = :product"
    found: int | None = ledger.value(sql, product=product)
    return found


def number_of_client(ledger: Ledger, name: str) -> int | None:
    """Row number of a client, or None."""
    found: int | None = ledger.value("SELECT id FROM clients WHERE name = :name", name=name)
    return found


def number_of_site(ledger: Ledger, url: str) -> int | None:
    """Row number of a site, or None."""
    found: int | None = ledger.value("SELECT id FROM sites WHERE url = :url", url=url)
    return found


def _make_room(names: dict[str, int]) -> None:
    """Forget them when there are very many: each is in the tables, and is read again."""
    if len(names) >= _MOST_NAMES:
        names.clear()


def _required(number: int | None, name: str) -> int:
    if number is None:
        raise LookupError(name)
    return number
