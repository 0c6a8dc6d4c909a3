"""The kinds of events that correct what the books call sites, clients and products, and what they
carry.

Owns them as `events` owns the others: a name that stands here is never changed. Whatever they
correct stays the row that it was, under the number of the event that first named it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jpcli.domain.events import CLIENT_ADDED, SITE_ADDED

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jpcli.domain.events import Entry

CLIENT_RENAMED = "client.renamed"
CLIENT_EDITED = "client.edited"
CLIENT_ARCHIVED = "client.archived"
SITE_RENAMED = "site.renamed"
SITE_ARCHIVED = "site.archived"
PRODUCT_EDITED = "product.edited"
PRICE_REMOVED = "price.removed"

# Those that give their subject's name to a thing: a new one, whose row number is the event's, or
# the one that was called `from` before.
NAME_A_CLIENT = (CLIENT_ADDED, CLIENT_RENAMED)
NAME_A_SITE = (SITE_ADDED, SITE_RENAMED)

# What may be known of a client besides its name, as `client.edited` and the table call it.
CLIENT_DETAILS = ("address", "email", "tax_id", "markup")


def client_renamed(client: str, before: str) -> Entry:
    """A client is called so from now on."""
    return CLIENT_RENAMED, client, {"from": before}


def client_edited(client: str, details: Mapping[str, str | None]) -> Entry:
    """These of `CLIENT_DETAILS` are so now, None where there is none; the others stay."""
    return CLIENT_EDITED, client, details


def client_archived(client: str, archived: bool, into: str | None = None) -> Entry:
    """A client is put away, or taken out again; `into` is the one that it turned out to be."""
    return CLIENT_ARCHIVED, client, {"archived": archived, "into": into}


def site_renamed(url: str, before: str) -> Entry:
    """A site has this address from now on."""
    return SITE_RENAMED, url, {"from": before}


def site_archived(url: str, archived: bool, into: str | None = None) -> Entry:
    """A site is put away, or taken out again; `into` is the one that it turned out to be."""
    return SITE_ARCHIVED, url, {"archived": archived, "into": into}


def product_edited(product: str, changed: Mapping[str, Any]) -> Entry:
    """What people read for a product (`name`), whether it is `hidden`, or both."""
    return PRODUCT_EDITED, product, changed


def price_removed(product: str, bundle_size: int, since: str) -> Entry:
    """There is no price that begins on the date `since` (M2): the one before it goes on."""
    return PRICE_REMOVED, product, {"bundle_size": bundle_size, "from": since}
