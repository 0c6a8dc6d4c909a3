"""What a line is split by where it is by few: the license-days of each product, client or day.

Owns which sums a grouping needs and what its keys are (W2): clients by label.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jpcli.domain.day_columns import NamedDays
from jpcli.ledger.queries import days as day_queries
from jpcli.ledger.queries.labels import CLIENT, labels
from jpcli.services.billing.period import window_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from jpcli.domain.calculator import Line
    from jpcli.ledger.queries.days import OfferPart
    from jpcli.services.billing.period import Computed
    from jpcli.services.desk import Desk

    # By key: license-days to date, license-days.
    Weights = Mapping[Any, tuple[int, int]]
    Counter = Callable[[Line, OfferPart], Weights]


def _by_product(desk: Desk, computed: Computed) -> Counter:
    def count(line: Line, part: OfferPart) -> Weights:
        window = window_of(computed, line)
        to_date = days = 0
        for _, row_to_date, row_days in day_queries.days_by_site(
            desk.ledger, part, window, computed.snapshot
        ):
            to_date += row_to_date
            days += row_days
        return {line.product: (to_date, days)}

    return count


def _by_client(desk: Desk, computed: Computed) -> Counter:
    names = labels(desk.ledger, CLIENT).unpacked()

    def count(line: Line, part: OfferPart) -> Weights:
        window = window_of(computed, line)
        rows = day_queries.days_by_client(desk.ledger, part, window, computed.snapshot)
        return NamedDays(rows, names)

    return count


def _by_day(desk: Desk, computed: Computed) -> Counter:
    iso = desk.ledger.calendar.iso

    def count(line: Line, part: OfferPart) -> Weights:
        window = window_of(computed, line)
        counts = day_queries.licenses_by_day(desk.ledger, part, window, computed.snapshot)
        days = range(line.first_day, line.last_day + 1)
        return {
            iso(day): (number if day <= computed.today else 0, number)
            for day, number in zip(days, counts, strict=True)
            if number
        }

    return count


COUNTERS: dict[str, Callable[[Desk, Computed], Counter]] = {
    "product": _by_product,
    "client": _by_client,
    "day": _by_day,
}
