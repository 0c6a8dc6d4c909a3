"""The days of the licenses in a proof, summed as a bill sums them (D2, W1, W2, M2).

Owns the sums that lines are held against: by month, offer and price, and by holder.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from jpcli.domain.prices import PricePoint, segments
from jpcli.services.proofs.lives import stays_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from jpcli.domain.owners import Stretch
    from jpcli.domain.periods import Period
    from jpcli.domain.prices import Segment
    from jpcli.services.proofs.lives import Life, Name, Stay

    Offer = tuple[str, int]


class Sums:
    """What one offer has in one stretch of days with one price: days that are billed, days and
    number of licenses that are used, those that end it on no site, and days by (client, site)."""

    def __init__(self, segment: Segment) -> None:
        self.segment = segment
        self.days = self.license_days = self.licenses = self.unassigned = 0
        self.holders: dict[tuple[Name, Name], int] = {}


class _Month(NamedTuple):
    period: Period
    sums: list[Sums]


class Tally:
    """The sums of one proof; `prices` are the days from which an offer has which price, `wanted`
    which offers count in which months, the earliest first."""

    def __init__(
        self,
        prices: Mapping[Offer, Mapping[int, int]],
        wanted: Iterable[tuple[Period, set[Offer]]],
    ) -> None:
        self._months: dict[Offer, list[_Month]] = {}
        for period, offers in wanted:
            for offer in offers:
                points = [PricePoint(*point) for point in sorted(prices.get(offer, {}).items())]
                stretches = segments(points, period.first_day, period.last_day)
                month = _Month(period, [Sums(stretch) for stretch in stretches])
                self._months.setdefault(offer, []).append(month)

    def of_month(self, label: str) -> dict[Offer, list[Sums]]:
        """The sums of a month, offer by offer."""
        return {
            offer: month.sums
            for offer, months in self._months.items()
            for month in months
            if month.period.label == label
        }

    def add(self, life: Life, owned: Mapping[str, list[Stretch]]) -> list[Stay]:
        """Count a license, and give the days that were counted, month by month."""
        found: list[Stay] = []
        for month in self._months.get((life.product, life.bundle_size), ()):
            for sums in month.sums:
                self._count(sums, life, owned)
            period = month.period
            found += stays_of(life.spans, owned, period.first_day, period.last_day)
        return found

    def _count(self, sums: Sums, life: Life, owned: Mapping[str, list[Stretch]]) -> None:
        first, last = sums.segment.first_day, sums.segment.last_day
        stays = stays_of(life.spans, owned, first, last)
        if not stays:
            return
        days = sum(stay.last_day - stay.first_day + 1 for stay in stays)
        if life.bundle_key is None:
            sums.days += days
            if life.bundle_size > 1:
                return  # a bundle is billed; its children are what is used (B1)
        sums.license_days += days
        for stay in stays:
            holder = (stay.client, stay.site)
            number = sums.holders.get(holder, 0) + stay.last_day - stay.first_day + 1
            sums.holders[holder] = number
        sums.licenses += 1
        sums.unassigned += stays[-1].site is None
