"""Prices over time: which day price holds on which billing days (M2).

This module must not know products or amounts.
"""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING, NamedTuple

from jpcli.domain.agency_events import PRICE_REMOVED
from jpcli.domain.instants import parse_date

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jpcli.domain.calendar import BillingCalendar
    from jpcli.domain.events import Event


# Before any license there could be: since when the prices hold with which a ledger begins. People
# are told "the beginning".
THE_BEGINNING = "1970-01-01"


class PricePoint(NamedTuple):
    """From this billing day on, one day costs this much."""

    from_day: int
    day_price_e12: int


class Segment(NamedTuple):
    """Billing days, both included, with one day price; None: there is no price yet."""

    first_day: int
    last_day: int
    day_price_e12: int | None


def point_of(event: Event, calendar: BillingCalendar) -> PricePoint:
    """M2: what a price event sets; setting the same day again replaces it."""
    return PricePoint(day_of(event, calendar), event.data["day_price_e12"])


def day_of(event: Event, calendar: BillingCalendar) -> int:
    """The first billing day of the price that an event sets, or removes."""
    return calendar.first_day_from(parse_date(event.data["from"]))


def price_after(prices: dict[int, int], event: Event, calendar: BillingCalendar) -> int | None:
    """Change prices by their first day as an event about them says (M2); the price that holds on
    the day that it is about afterwards, or None where there is none."""
    day = day_of(event, calendar)
    if event.kind == PRICE_REMOVED:
        prices.pop(day, None)
    else:
        prices[day] = event.data["day_price_e12"]
    begun = [first for first in prices if first <= day]
    return prices[max(begun)] if begun else None


def segments(points: Iterable[PricePoint], first_day: int, last_day: int) -> tuple[Segment, ...]:
    """The stretches of `[first_day, last_day]` with one price each, in order, without a gap (M2).

    The day of a change has the new price. Neighbors with the same price are one. Of two points on
    the same day the later in the list holds. No stretch when the last day is before the first.
    """
    if last_day < first_day:
        return ()
    found: list[Segment] = []
    begun_day, day_price_e12 = first_day, None
    # sorted() keeps the order of points on one day, so the later one replaces the earlier.
    for point in sorted(points, key=attrgetter("from_day")):
        if point.from_day > last_day:
            break
        if point.from_day > begun_day:
            _append(found, Segment(begun_day, point.from_day - 1, day_price_e12))
            begun_day = point.from_day
        day_price_e12 = point.day_price_e12
    _append(found, Segment(begun_day, last_day, day_price_e12))
    return tuple(found)


def _append(found: list[Segment], segment: Segment) -> None:
    """Add a segment; at the price of the one before, it makes that one longer."""
    if found and found[-1].day_price_e12 == segment.day_price_e12:
        found[-1] = found[-1]._replace(last_day=segment.last_day)
    else:
        found.append(segment)
