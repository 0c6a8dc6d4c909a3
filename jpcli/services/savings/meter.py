"""What the licenses cost that there are, and what each step to fewer of them saves.

Owns that savings add up: each is the difference between two previews, before and after it, when all
are done in their order; so together they are the difference between the first and the last.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jpcli.domain.calculator import no_price
from jpcli.domain.periods import month_of, month_period, next_month, parse_month
from jpcli.domain.standing_cost import Saved, rates_of, standing_cost
from jpcli.ledger.queries.products import priced_offers
from jpcli.ledger.queries.savings import billed_units

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jpcli.domain.periods import Period
    from jpcli.domain.standing_cost import Rates
    from jpcli.services.desk import Desk

MONTHS = 12


def coming_months(desk: Desk) -> list[Period]:
    """The twelve whole months after the present one."""
    calendar = desk.ledger.calendar
    at = parse_month(month_of(calendar, desk.today))
    found = []
    for _ in range(MONTHS):
        at = next_month(*at)
        found.append(month_period(calendar, *at))
    return found


class Meter:
    """Licenses and bundles that are billed, by product and size, and what they cost in the months
    ahead, with the prices that are known for these.

    Raises Failed `no_price` where something is billed on days without a price.
    """

    def __init__(self, desk: Desk) -> None:
        self.months = coming_months(desk)
        self._currency = desk.ledger.currency
        self._units = billed_units(desk.ledger)
        self._costs: dict[tuple[str, int], Saved] = {}
        self._rates: dict[tuple[str, int], Rates] = {}
        self._sizes: dict[str, dict[int, int]] = {}
        for _, offer, _, points in priced_offers(desk.ledger):
            sold = (offer.product, offer.bundle_size)
            rates = rates_of(points, self.months)
            if rates is None:
                if self._units.get(sold):
                    raise no_price(offer)
                continue
            self._rates[sold] = rates
            self._sizes.setdefault(offer.product, {})[offer.bundle_size] = rates.weight

    def sold(self, product: str) -> Mapping[int, int]:
        """What one of each size costs in all months, exactly and in a small unit."""
        return self._sizes.get(product, {})

    def saved(self, product: str, changes: Mapping[int, int]) -> Saved:
        """What it saves to have so many more, or fewer, of each size of a product."""
        month_minor = year_minor = 0
        for size, more in changes.items():
            before, after = self._cost(product, size), self._cost(product, size, more)
            month_minor += before.month_minor - after.month_minor
            year_minor += before.year_minor - after.year_minor
        return Saved(month_minor, year_minor)

    def change(self, product: str, changes: Mapping[int, int]) -> Saved:
        """The same, and from now on it is so."""
        found = self.saved(product, changes)
        for size, more in changes.items():
            self._units[product, size] = self._units.get((product, size), 0) + more
            self._costs.pop((product, size), None)
        return found

    def _cost(self, product: str, size: int, more: int = 0) -> Saved:
        sold = (product, size)
        if more:
            units = self._units.get(sold, 0) + more
            return standing_cost(self._rates[sold], units, self._currency)
        if sold not in self._costs:
            units = self._units.get(sold, 0)
            self._costs[sold] = standing_cost(self._rates[sold], units, self._currency)
        return self._costs[sold]
