"""What so many licenses more cost over some days, from the prices alone (M2, M4).

A line is rounded once, whatever it counts. So this is exact only where a day's price is a whole
number of the currency's steps: then every line grows by what its new days cost, whatever else it
counts. Elsewhere only the sums of the whole month say it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jpcli.domain.currency import step_minor
from jpcli.domain.money import E12, line_amount
from jpcli.domain.prices import segments

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jpcli.domain.prices import PricePoint


def is_exact(points: Sequence[PricePoint], first_day: int, last_day: int, currency: str) -> bool:
    """Whether every price of these billing days, both included, is a whole number of steps."""
    step_e12 = step_minor(currency) * E12
    return not any((price or 0) % step_e12 for _, _, price in segments(points, first_day, last_day))


def amount_minor(
    points: Sequence[PricePoint], number: int, first_day: int, last_day: int, currency: str
) -> int:
    """What `number` licenses, or bundles, cost over these billing days, both included, in minor
    units; each stretch of one price is rounded by itself, as a line is."""
    return sum(
        line_amount(number * (last - first + 1), price or 0, currency)
        for first, last, price in segments(points, first_day, last_day)
    )


def price_on(points: Sequence[PricePoint], day: int) -> int:
    """`day_price_e12` of a billing day; 0 where there is none."""
    found = segments(points, day, day)
    return found[0].day_price_e12 or 0
