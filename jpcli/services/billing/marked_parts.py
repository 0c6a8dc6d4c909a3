"""What one client has of a line with a markup, without the parts of all others (M4, M5).

Owns that it is what `marked_shares` gives that client: there may be as many markups as clients, and
a split among all of them for each of these would take the square of their number.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from itertools import groupby
from typing import TYPE_CHECKING

from jpcli.domain.columns import NO_NUMBER, ManyShares
from jpcli.domain.money import markup_fraction
from jpcli.domain.shares import NOBODY, Holder, Share
from jpcli.domain.split import Parts, largest_remainder
from jpcli.services.billing.holder_days import in_order

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from jpcli.domain.calculator import Line
    from jpcli.domain.split import OnePart
    from jpcli.ledger.queries.shares import HolderNames


class MarkedParts:
    """The parts of `line` by one client after the other. The split by the last markup is kept: ask
    for those with the same one side by side."""

    def __init__(self, line: Line, shares: Mapping[Holder, Share], labels: HolderNames) -> None:
        self._shares = in_order(shares, labels)
        # Stretches of one client's sites in it, and where those of each client are, by its number.
        self._ends, days, clients = array("q", [0]), array("q"), array("q")
        for client_id, several in groupby(self._shares.items(), lambda item: item[0].client_id):
            count = sums = 0
            for _, share in several:
                count += 1
                sums += share.license_days
            self._ends.append(self._ends[-1] + count)
            days.append(sums)
            clients.append(_key(client_id))
        self._stretches = array("q", sorted(range(len(clients)), key=clients.__getitem__))
        self._clients = array("q", map(clients.__getitem__, self._stretches))
        self._is_by_days = line.kind in ("license", "bundle")
        self._is_unused = self._is_by_days and not any(days)
        amounts = (share.amount_minor for share in self._shares.values())
        self._parts = Parts(days if self._is_by_days else array("q", amounts))
        self._last: tuple[int, int, OnePart] | None = None

    def of(self, client_ids: Iterable[int | None], markup_e6: int, total_minor: int) -> ManyShares:
        """What some clients, or with None nobody, have of the line where it comes to `total_minor`
        with that markup; in the order in which equal remainders are served."""
        wanted = set(client_ids)
        if self._is_unused:
            return ManyShares([(NOBODY, Share(0, total_minor))] if None in wanted else ())
        stretches = sorted(place for client_id in wanted for place in self._places(client_id))
        one = self._split(markup_e6, total_minor)
        return ManyShares(row for stretch in stretches for row in self._rows(stretch, one))

    def _rows(self, stretch: int, one: OnePart) -> Iterator[tuple[Holder, Share]]:
        first, last = self._ends[stretch], self._ends[stretch + 1]
        client_id = self._shares.holder(first).client_id
        sites = list(self._shares.sites(first, last))
        if self._is_by_days:
            amounts = largest_remainder(one(stretch), [days for _, days, _ in sites])
        else:
            amounts = list(map(one, range(first, last)))
        for (site_id, days, _), amount_minor in zip(sites, amounts, strict=True):
            yield Holder(client_id, site_id), Share(days, amount_minor)

    def _places(self, client_id: int | None) -> array[int]:
        first = bisect_left(self._clients, _key(client_id))
        return self._stretches[first : bisect_right(self._clients, _key(client_id), lo=first)]

    def _split(self, markup_e6: int, total_minor: int) -> OnePart:
        if self._last is None or self._last[:2] != (markup_e6, total_minor):
            one = (
                self._parts.of(total_minor)
                if self._is_by_days
                else self._parts.scaled(*markup_fraction(markup_e6), total_minor)
            )
            self._last = markup_e6, total_minor, one
        return self._last[2]


def _key(client_id: int | None) -> int:
    return NO_NUMBER if client_id is None else client_id
