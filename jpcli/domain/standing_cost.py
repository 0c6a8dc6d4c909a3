"""What licenses cost that are active on every day of a month, and of a year: the months ahead.

Owns that a month's amount is rounded as its line would be (M4), one for each price in it (M2). It
must not know how many there are.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from jpcli.domain.money import line_amount
from jpcli.domain.prices import segments

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from jpcli.domain.periods import Period
    from jpcli.domain.prices import PricePoint


class Saved(NamedTuple):
    """Minor units in the first month, and in all months together."""

    month_minor: int = 0
    year_minor: int = 0


class Rates(NamedTuple):
    """Of one offer: (days, price a day) of each line of the first month, and how often there is
    such a line in all months."""

    month: Sequence[tuple[int, int]]
    year: Mapping[tuple[int, int], int]

    @property
    def weight(self) -> int:
        """What one costs in all months, in 10^-12 of a minor unit and not rounded."""
        return sum(days * price * times for (days, price), times in self.year.items())


def rates_of(points: Sequence[PricePoint], months: Sequence[Period]) -> Rates | None:
    """The rates of these months; None where there is a day without a price."""
    lines: list[tuple[tuple[int, int], ...]] = []
    for month in months:
        found = []
        for segment in segments(points, month.first_day, month.last_day):
            if segment.day_price_e12 is None:
                return None
            found.append((segment.last_day - segment.first_day + 1, segment.day_price_e12))
        lines.append(tuple(found))
    return Rates(lines[0], Counter(line for month in lines for line in month))


def standing_cost(rates: Rates, units: int, currency: str) -> Saved:
    """What so many cost, in the first month and in all of them."""
    year = {line: line_amount(units * line[0], line[1], currency) for line in rates.year}
    return Saved(
        sum(year[line] for line in rates.month),
        sum(amount_minor * rates.year[line] for line, amount_minor in year.items()),
    )
