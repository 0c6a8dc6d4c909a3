"""From a history file's rows to lines and groups by way of the domain, as a ledger does in SQL.

The counting here is plain and slow; what is tested is what it calls.
"""

from __future__ import annotations

from operator import itemgetter
from typing import Any, NamedTuple

from jpcli.domain.calculator import (
    Group,
    Line,
    LineDays,
    Offer,
    compute_groups,
    compute_lines,
)
from jpcli.domain.calendar import BillingCalendar
from jpcli.domain.history import Span, spans_of, truncated
from jpcli.domain.instants import parse_date
from jpcli.domain.money import parse_day_price, parse_month_price
from jpcli.domain.periods import Period
from jpcli.domain.prices import PricePoint, Segment, segments
from tests.property.histories import CLIENTS, history_of


class Grant(NamedTuple):
    key: str
    offer: Offer
    parent: bool
    spans: tuple[Span, ...]

    def overlaps(self, first_day: int, last_day: int) -> list[tuple[int, int, Any]]:
        return [
            (max(span.first_day, first_day), min(span.last_day, last_day), span.site)
            for span in self.spans
            if span.first_day <= last_day and span.last_day >= first_day
        ]


def grants_of(
    history_rows: list[dict[str, Any]], as_of_at: int, calendar: BillingCalendar
) -> list[Grant]:
    sizes = {row["license_key"]: row.get("bundle_size") for row in history_rows}
    grants = []
    for row in history_rows:
        known = truncated(history_of(row), as_of_at)
        if known is not None:
            size = sizes[row.get("bundle_key") or row["license_key"]] or 1
            parent = bool(row.get("bundle_size"))
            offer = Offer(row["product"], "", size)
            grants.append(Grant(row["license_key"], offer, parent, spans_of(known, calendar)))
    return grants


def bill(
    grants: list[Grant],
    prices: list[dict[str, str]],
    period: Period,
    as_of_day: int,
    calendar: BillingCalendar,
    currency: str,
) -> tuple[tuple[Line, ...], dict[str, tuple[Group, ...]]]:
    """Lines in order of offer and date, and the groups of every grouping."""
    counted, groupings = [], []
    for offer in sorted({grant.offer for grant in grants}):
        mine = [grant for grant in grants if grant.offer == offer]
        points = _points(prices, offer, calendar, currency)
        for segment in segments(points, period.first_day, period.last_day):
            found = _count(offer, mine, segment, as_of_day)
            if found.days:
                counted.append(found)
                groupings.append(_weights(mine, segment, as_of_day, calendar))
    lines = compute_lines(counted, currency)
    names = ("site", "client", "license_key", "product", "day")
    groups = {
        name: compute_groups(lines, [grouping[name] for grouping in groupings], currency)
        for name in names
    }
    return lines, groups


def _points(
    prices: list[dict[str, str]], offer: Offer, calendar: BillingCalendar, currency: str
) -> list[PricePoint]:
    parse = {"day": parse_day_price, "month": parse_month_price}
    return [
        PricePoint(
            calendar.first_day_from(parse_date(price["from"])),
            parse[price["price_interval"]](price["amount"], currency),
        )
        # By date: one that never existed and the one after it come to the same day, in that order.
        for price in sorted(prices, key=itemgetter("from"))
        if (price["product"], int(price["bundle_size"])) == (offer.product, offer.bundle_size)
    ]


def _count(offer: Offer, grants: list[Grant], segment: Segment, as_of_day: int) -> LineDays:
    first, last = segment.first_day, segment.last_day
    usable = [grant.overlaps(first, last) for grant in grants if not grant.parent]
    used = [overlaps for overlaps in usable if overlaps]
    assigned = sum(overlaps[-1][2] is not None for overlaps in used)
    license_days = _days(usable, last)
    days, days_to_date = license_days, _days(usable, as_of_day)
    if offer.bundle_size > 1:
        parents = [grant.overlaps(first, last) for grant in grants if grant.parent]
        days, days_to_date = _days(parents, last), _days(parents, as_of_day)
    return LineDays(
        offer,
        segment,
        len(used),
        assigned,
        len(used) - assigned,
        days_to_date,
        days,
        license_days,
    )


def _days(overlaps_by_grant: list[list[tuple[int, int, Any]]], until_day: int) -> int:
    return sum(
        max(0, min(last, until_day) - first + 1)
        for overlaps in overlaps_by_grant
        for first, last, _site in overlaps
    )


def _weights(
    grants: list[Grant], segment: Segment, as_of_day: int, calendar: BillingCalendar
) -> dict[str, dict[Any, tuple[int, int]]]:
    """License-days to date and in all, by every grouping's keys."""
    sums: dict[str, dict[Any, tuple[int, int]]] = {
        name: {} for name in ("site", "client", "license_key", "day")
    }
    sums["product"] = {grants[0].offer.product: (0, 0)}
    for grant in grants:
        if grant.parent:
            continue
        for first, last, site in grant.overlaps(segment.first_day, segment.last_day):
            for day in range(first, last + 1):
                keys = {
                    "site": site,
                    "client": CLIENTS.get(site) if site else None,
                    "license_key": grant.key,
                    "product": grant.offer.product,
                    "day": calendar.iso(day),
                }
                for name, key in keys.items():
                    to_date, days = sums[name].get(key, (0, 0))
                    sums[name][key] = (to_date + (day <= as_of_day), days + 1)
    return sums
