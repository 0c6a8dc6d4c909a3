"""A month's lines split over clients and their sites: what is kept with an invoice (M5, W1, W2).

Owns the order in which equal remainders are served, of parts in memory: clients and sites by label,
nobody last. Days come so from the tables.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, TypeVar

from jpcli.domain.columns import split_by_holder
from jpcli.ledger.queries.served_days import days_as_served
from jpcli.services.billing.period import window_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from jpcli.domain.calculator import Line
    from jpcli.domain.columns import ManyShares
    from jpcli.domain.shares import Holder, Share
    from jpcli.ledger.queries.days import OfferPart
    from jpcli.ledger.queries.shares import HolderNames
    from jpcli.services.billing.period import Computed
    from jpcli.services.desk import Desk


Part = TypeVar("Part")


def split_days(desk: Desk, computed: Computed, line: Line, part: OfferPart) -> ManyShares:
    """What each holder has of a line of this month, by its license-days."""
    days = days_as_served(desk.ledger, part, window_of(computed, line), computed.snapshot)
    return split_by_holder(line.amount_minor, days)


def in_order(parts: Mapping[Holder, Part], labels: HolderNames) -> Iterable[tuple[Holder, Part]]:
    """Holders with their license-days or shares, by client and site; nobody last. Most come so."""
    places = (_place(holder, labels) for holder in parts)
    if all(a <= b for a, b in pairwise(places)):
        return parts.items()
    return sorted(parts.items(), key=lambda item: _place(item[0], labels))


def _place(holder: Holder, labels: HolderNames) -> tuple[tuple[bool, str], tuple[bool, str]]:
    client, site = labels.clients[holder.client_id], labels.sites[holder.site_id]
    return (client is None, client or ""), (site is None, site or "")


def by_client(shares: Mapping[Holder, Share], names: HolderNames) -> dict[str | None, Share]:
    """The same by the clients' names."""
    found: dict[str | None, Share] = {}
    for holder, share in shares.items():
        name = names.clients[holder.client_id]
        found[name] = found[name].plus(share) if name in found else share
    return found
