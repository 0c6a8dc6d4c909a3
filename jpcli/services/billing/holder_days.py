"""A month's lines split over clients and their sites: what is kept with an invoice (M5, W1, W2).

Owns the order in which equal remainders are served, of parts in memory: clients and sites by label,
nobody last. Days come so from the tables.
"""

from __future__ import annotations

from array import array
from heapq import merge
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from jpcli.domain.columns import ManyShares, split_by_holder
from jpcli.domain.shares import Holder
from jpcli.ledger.queries.days import days_by_license, days_by_site
from jpcli.ledger.queries.labels import SITE
from jpcli.ledger.queries.names_in_order import LICENSE
from jpcli.ledger.queries.served_days import (
    days_as_served,
    license_days_as_served,
    site_days_as_served,
)
from jpcli.services.billing.period import window_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from jpcli.domain.calculator import Line
    from jpcli.domain.shares import Share
    from jpcli.ledger.queries.days import OfferPart
    from jpcli.ledger.queries.shares import HolderNames
    from jpcli.services.billing.period import Computed
    from jpcli.services.desk import Desk

# Parts that are sorted together.
_AT_ONCE = 10_000
# What a preview splits by of which there may be a million.
_SERVED = {SITE: site_days_as_served, LICENSE: license_days_as_served}
# The same in any order, which takes half the time.
_COUNTED = {SITE: days_by_site, LICENSE: days_by_license}


def split_days(desk: Desk, computed: Computed, line: Line, part: OfferPart) -> ManyShares:
    """What each holder has of a line of this month, by its license-days."""
    days = days_as_served(desk.ledger, part, window_of(computed, line), computed.snapshot)
    return split_by_holder(line.amount_minor, days)


def each_days(
    by: str, desk: Desk, computed: Computed, line: Line, part: OfferPart, *, as_served: bool = True
) -> Iterator[tuple[int | None, int, int]]:
    """(row number, days to date, days) of each site, whoever had it, or of each license; as equal
    remainders are served, or in any order."""
    rows = (_SERVED if as_served else _COUNTED)[by]
    return rows(desk.ledger, part, window_of(computed, line), computed.snapshot)


def split_each(by: str, desk: Desk, computed: Computed, line: Line, part: OfferPart) -> ManyShares:
    """What each of them has of it, as a holder without a client, where a license's number is in the
    place of the site's. What sites have is not what their holders come to."""
    rows = each_days(by, desk, computed, line, part)
    return split_by_holder(
        line.amount_minor, ((Holder(None, number), days) for number, _, days in rows)
    )


def in_order(shares: Mapping[Holder, Share], labels: HolderNames) -> ManyShares:
    """Parts by client and site; nobody last. Most come so, and there may be very many."""
    found = ManyShares.of(shares)
    places = (_place(holder, labels) for holder in found)
    if all(a <= b for a, b in pairwise(places)):
        return found
    return found.picked(in_pieces(len(found), lambda number: _place(found.holder(number), labels)))


def _place(holder: Holder, labels: HolderNames) -> tuple[bool, str, bool, str]:
    client, site = labels.clients[holder.client_id], labels.sites[holder.site_id]
    return client is None, client or "", site is None, site or ""


def in_pieces(count: int, key: Callable[[int], Any]) -> array[int]:
    """The numbers below `count` by their keys, of which few are in memory at a time."""
    parts = (range(first, min(first + _AT_ONCE, count)) for first in range(0, count, _AT_ONCE))
    return array("q", merge(*(array("q", sorted(part, key=key)) for part in parts), key=key))


def by_client(shares: Mapping[Holder, Share], names: HolderNames) -> dict[str | None, Share]:
    """The same by the clients' names."""
    found: dict[str | None, Share] = {}
    for holder, share in shares.items():
        name = names.clients[holder.client_id]
        found[name] = found[name].plus(share) if name in found else share
    return found
