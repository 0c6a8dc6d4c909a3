"""What a plan is made from: every active license with its place, in one pass.

Owns the SQL. Rows come out as the domain's tuples; no question is asked a license.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jpcli.domain.plan_terms import License, Present
from jpcli.ledger.events.chain import GENESIS

if TYPE_CHECKING:
    from jpcli.ledger.database.connection import Ledger

_ACTIVE = (
    "SELECT id, license_key, offer_id, child, parent_id, site_id, issued_at, last_at FROM licenses"
    " WHERE revoked_at IS NULL"
)
_SITES = "SELECT s.id, s.url, c.name FROM sites s LEFT JOIN clients c ON c.id = s.client_id"
_OFFERS = (
    "SELECT o.id, p.product, o.bundle_size FROM offers o JOIN products p ON p.id = o.product_id"
)


def present(ledger: Ledger) -> Present:
    """The licenses, bundles and sites as they are now."""
    offers = {number: (product, size) for number, product, size in ledger.rows(_OFFERS)}
    urls: dict[int | None, str | None] = {None: None}
    owners: dict[str, str | None] = {}
    for number, url, client in ledger.rows(_SITES):
        urls[number] = url
        owners[url] = client
    licenses: list[License] = []
    bundles: dict[int, License] = {}
    for number, key, offer, child, parent, site, issued_at, last_at in ledger.rows(_ACTIVE):
        product, size = offers[offer]
        found = License(number, key, product, urls[site], parent, offer, issued_at, last_at)
        if child or size == 1:
            licenses.append(found)
        else:
            bundles[number] = found
    return Present(licenses, bundles, owners)


def head(ledger: Ledger) -> str:
    """The chain's head, 64 hexadecimal digits: the same head is the same ledger state."""
    found: bytes | None = ledger.value("SELECT hash FROM chain WHERE id = 1")
    return (GENESIS if found is None else found).hex()
