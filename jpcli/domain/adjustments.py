"""Closing a month: what corrects earlier months, and what credit does.

Owns I3. This module must not know how days are counted, where invoices are stored or what day it
is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from jpcli.domain.calculator import Line, totals
from jpcli.domain.money import line_amount

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from jpcli.domain.shares import Holder, Share


class OfferKey(NamedTuple):
    """What an adjustment is made for: a product, alone (1) or as a bundle of this size."""

    product: str
    bundle_size: int


class Sum(NamedTuple):
    """Days and money of one offer in one period; days are bundle-days for a bundle."""

    days: int = 0
    license_days: int = 0
    amount_minor: int = 0

    def minus(self, other: Sum) -> Sum:
        """The difference, field by field."""
        return Sum(
            self.days - other.days,
            self.license_days - other.license_days,
            self.amount_minor - other.amount_minor,
        )

    def plus(self, other: Sum) -> Sum:
        """The sum, field by field."""
        return self.minus(Sum().minus(other))


def sums_of(lines: Iterable[Line]) -> dict[OfferKey, Sum]:
    """What lines come to by offer; credit is no offer's."""
    sums: dict[OfferKey, Sum] = {}
    for line in lines:
        if line.kind == "credit":
            continue
        key = OfferKey(line.product, line.bundle_size)
        found = Sum(line.days, line.license_days, line.amount_minor)
        sums[key] = sums.get(key, Sum()).plus(found)
    return sums


def adjustment_lines(
    now: Iterable[Line],
    billed: Mapping[OfferKey, Sum],
    shares: Mapping[OfferKey, Mapping[Holder, Share]],
    names: Mapping[OfferKey, Line],
) -> tuple[Line, ...]:
    """I3: what a closed period comes to now, less what was billed for it so far, by offer.

    `shares` is the same for each holder. `names` has, for each offer of either side, a line to
    take name, price and days from: one of the period's own. An offer whose days and amount are as
    billed has a line over nothing where some holders' are not, and else none.
    """
    current = sums_of(now)
    lines = []
    for key in sorted(current.keys() | billed.keys()):
        difference = current.get(key, Sum()).minus(billed.get(key, Sum()))
        if difference != Sum() or shares.get(key):
            lines.append(_adjustment(names[key], difference))
    return tuple(lines)


def credit_line(lines: Iterable[Line], credit_minor: int) -> Line | None:
    """I3: use credit from before, or carry a negative total forward, so that neither the total nor
    what it is so far is negative. The credit balance changes by the line's amount."""
    to_date, total = totals(lines)
    amount_minor = max(0, total - credit_minor) - total
    to_date_minor = max(0, to_date - credit_minor) - to_date
    if not amount_minor and not to_date_minor:
        return None
    forward = amount_minor > 0 or (amount_minor == 0 and to_date_minor > 0)
    return Line(
        kind="credit",
        product="",
        name="Credit carried forward" if forward else "Credit from earlier months",
        bundle_size=1,
        day_price_e12=0,
        first_day=0,
        last_day=0,
        licenses=0,
        assigned=0,
        unassigned=0,
        days_to_date=0,
        days=0,
        license_days=0,
        to_date_minor=to_date_minor,
        amount_minor=amount_minor,
    )


def is_charged(line: Line) -> bool:
    """False for a correction between holders, which leaves the bill as it is."""
    return line.kind != "adjustment" or bool(line.amount_minor)


def has_price(line: Line, currency: str) -> bool:
    """Whether a line's amount is its days times its price (M4). A correction has one price only
    where days alone were corrected, and all of them at that price."""
    if line.kind != "adjustment":
        return line.kind != "credit"
    amount_minor = line_amount(line.days, line.day_price_e12, currency)
    return bool(line.days) and amount_minor == line.amount_minor


def _adjustment(line: Line, difference: Sum) -> Line:
    return line._replace(
        kind="adjustment",
        licenses=0,
        assigned=0,
        unassigned=0,
        days_to_date=difference.days,
        days=difference.days,
        license_days=difference.license_days,
        to_date_minor=difference.amount_minor,
        amount_minor=difference.amount_minor,
    )
