"""The days of the licenses in a proof, summed as a bill sums them (D2, W1, W2, M2).

Owns the sums that lines are held against: by month, offer and price. What each holder has of them
is counted off what the proof states of it.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING, NamedTuple

from jpcli.domain.prices import PricePoint, segments
from jpcli.services.proofs.lives import stays_of
from jpcli.services.proofs.shape import Unfit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from jpcli.domain.periods import Period
    from jpcli.domain.prices import Segment
    from jpcli.services.proofs.lives import Life, OwnedBy, Stay

    Offer = tuple[str, int]
    # Told of each stay that is counted.
    Holds = Callable[["Sums", Stay], None]

# Corrections of a hundred years.
_MOST_MONTHS = 1_200


class Sums:
    """What one offer has in one stretch of days with one price: days that are billed, days and
    number of licenses that are used, and those that end it on no site. `line` is the position of
    the line that bills it; `mine` are days of whom the proof is of."""

    def __init__(self, segment: Segment) -> None:
        self.segment = segment
        self.line: int | None = None
        self.days = self.license_days = self.licenses = self.unassigned = self.mine = 0


class Month(NamedTuple):
    """The sums of one offer in a month."""

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
        self._months: dict[Offer, list[Month]] = {}
        self._sums: dict[str, dict[Offer, list[Sums]]] = {}
        points = {
            offer: [PricePoint(*point) for point in sorted(found.items())]
            for offer, found in prices.items()
        }
        for number, (period, offers) in enumerate(wanted):
            if number >= _MOST_MONTHS:
                raise Unfit("it corrects too many months")
            for offer in offers:
                stretches = _stretches(points.get(offer, []), period)
                self._months.setdefault(offer, []).append(Month(period, stretches))
                self._sums.setdefault(period.label, {})[offer] = stretches

    def of_month(self, label: str) -> dict[Offer, list[Sums]]:
        """The sums of a month, offer by offer."""
        return self._sums.get(label, {})

    def add(self, life: Life, owned: OwnedBy, holds: Holds) -> list[Stay]:
        """Count a license, and give the days that were counted, month by month."""
        found: list[Stay] = []
        for month in self._months.get((life.product, life.bundle_size), ()):
            for sums in month.sums:
                _count(sums, life, owned, holds)
            period = month.period
            found += stays_of(life.spans, owned, period.first_day, period.last_day)
        return found


def _stretches(points: list[PricePoint], period: Period) -> list[Sums]:
    """The month's, by the points that hold in it: there may be very many others."""
    first = bisect_right(points, period.first_day, key=_from_day)
    last = bisect_right(points, period.last_day, key=_from_day)
    found = segments(points[max(first - 1, 0) : last], period.first_day, period.last_day)
    return [Sums(stretch) for stretch in found]


def _from_day(point: PricePoint) -> int:
    return point.from_day


def _count(sums: Sums, life: Life, owned: OwnedBy, holds: Holds) -> None:
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
        holds(sums, stay)
    sums.licenses += 1
    sums.unassigned += stays[-1].site is None
