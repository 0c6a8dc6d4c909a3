"""A month's lines split over clients and their sites: what is kept with an invoice (M5, W1, W2).

Owns the order in which equal remainders are served: clients and sites by label, nobody last.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from jpcli.domain.columns import NumberRows
from jpcli.domain.shares import Holder, split_by_holder
from jpcli.ledger.queries import days as day_queries
from jpcli.ledger.queries.shares import HolderNames, names_and_labels
from jpcli.services.billing.period import window_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from jpcli.domain.calculator import Line
    from jpcli.domain.shares import Share
    from jpcli.ledger.queries.days import OfferPart
    from jpcli.services.billing.period import Computed
    from jpcli.services.desk import Desk


Part = TypeVar("Part")


class HolderDays:
    """The license-days of each holder on the lines of one month."""

    def __init__(self, desk: Desk, computed: Computed) -> None:
        self._desk = desk
        self._computed = computed
        self.names, self._order = names_and_labels(desk.ledger)

    def shares(self, line: Line, part: OfferPart) -> dict[Holder, Share]:
        """What each holder has of a line."""
        computed = self._computed
        rows = day_queries.days_by_owner(
            self._desk.ledger, part, window_of(computed, line), computed.snapshot
        )
        days = {Holder(client_id, site_id): number for client_id, site_id, _, number in rows}
        return split_by_holder(line.amount_minor, in_order(days, self._order))


def in_order(parts: Mapping[Holder, Part], labels: HolderNames) -> list[tuple[Holder, Part]]:
    """Holders with their license-days or shares, by client and site; nobody last."""
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


def kept(
    positions: Iterable[Mapping[Holder, Share]], names: HolderNames
) -> tuple[list[tuple[int | str | None, ...]], NumberRows]:
    """(holders, shares) as the closing event records them: who they are and what they are called,
    and for each line `[position, number of the holder, license-days, minor units]`."""
    numbers: dict[Holder, int] = {}
    rows = NumberRows(
        4,
        (
            (position, numbers.setdefault(holder, len(numbers)), *share)
            for position, shares in enumerate(positions)
            for holder, share in shares.items()
        ),
    )
    holders: list[tuple[int | str | None, ...]] = [
        (*holder, names.clients[holder.client_id], names.sites[holder.site_id])
        for holder in numbers
    ]
    return holders, rows
