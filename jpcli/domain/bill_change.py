"""What made a bill change from one month to another, in parts that add up to the difference.

Owns what each part means. An offer's change is taken apart in this order, from the earlier month
to the later one; asked the other way round, every part has the opposite sign.

1. Month length: the licenses that have days in both months, at the difference in the months'
   lengths.
2. Issued: the days that those licenses lacked at the start of the earlier month because they were
   issued in it, and all days of those that have none in the earlier month.
3. Revoked: the days that those licenses lack at the end of the later month because they were
   revoked in it, and all days of those that have none in the later month.

These days are valued at the old price: what the earlier month's days cost on average, exactly, or
the later month's where the earlier one has none. They are the units that are billed, so bundle-days
for a bundle.

4. Price: the later month's days at its own prices, less the same days at the old price.
5. Adjustments: the later month's corrections of other months, less the earlier month's.
6. Credit: the same for credit, which belongs to no product.

Parts 1 to 4 are rounded to minor units so that they add up to the difference of the rounded lines:
each exact part is rounded down, and what is left goes to the largest remainders (M5) of parts that
are not zero; where all of them are, it is rounding alone, and goes to the price. This module must
not know how days are counted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from jpcli.domain.money import E12

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from jpcli.domain.calculator import Line

ISSUED, REVOKED, PRICE = "issued", "revoked", "price"
MONTH_LENGTH, ADJUSTMENTS, CREDIT = "month_length", "adjustments", "credit"
REASONS = (ISSUED, REVOKED, PRICE, MONTH_LENGTH, ADJUSTMENTS, CREDIT)


class Shared(NamedTuple):
    """The units of an offer with days in both months, counted: their days in each, and the days of
    each month that lie before the first and after the last of them."""

    units: int = 0
    from_days: int = 0
    to_days: int = 0
    from_before: int = 0
    from_after: int = 0
    to_before: int = 0
    to_after: int = 0


class Side(NamedTuple):
    """One month of one offer: days billed, their exact value in 10^-12 minor units, the amount of
    its rounded lines, and the days and the amount of its adjustments."""

    days: int = 0
    exact_e12: int = 0
    amount_minor: int = 0
    adjusted_days: int = 0
    adjusted_minor: int = 0


class Part(NamedTuple):
    """One reason for a change; `days` are None where the reason is none of days."""

    reason: str
    amount_minor: int
    days: int | None = None


def side_of(lines: Iterable[Line]) -> Side:
    """The lines of one offer, added up."""
    side = Side()
    for line in lines:
        if line.kind == "adjustment":
            side = side._replace(
                adjusted_days=side.adjusted_days + line.days,
                adjusted_minor=side.adjusted_minor + line.amount_minor,
            )
        else:
            side = side._replace(
                days=side.days + line.days,
                exact_e12=side.exact_e12 + line.days * line.day_price_e12,
                amount_minor=side.amount_minor + line.amount_minor,
            )
    return side


def offer_parts(earlier: Side, later: Side, shared: Shared) -> tuple[Part, ...]:
    """Why an offer costs more or less in the later month: a part for each reason but credit.

    The amounts add up to the difference of the two sides, adjustments included; the days of month
    length, issued and revoked to the difference of the days.
    """
    # Each shared unit's days and what it lacks at both ends make up a month.
    length = (shared.to_days + shared.to_before + shared.to_after) - (
        shared.from_days + shared.from_before + shared.from_after
    )
    issued = shared.from_before - shared.to_before + later.days - shared.to_days
    revoked = shared.from_after - shared.to_after - (earlier.days - shared.from_days)
    old = earlier if earlier.days else later
    # Over the common denominator `old.days`, exact.
    exact = [days * old.exact_e12 for days in (issued, revoked, length)]
    price = (later.exact_e12 - earlier.exact_e12) * old.days - sum(exact)
    amounts = _rounded(
        [exact[0], exact[1], price, exact[2]],
        old.days * E12,
        later.amount_minor - earlier.amount_minor,
    )
    return (
        Part(ISSUED, amounts[0], issued),
        Part(REVOKED, amounts[1], revoked),
        Part(PRICE, amounts[2]),
        Part(MONTH_LENGTH, amounts[3], length),
        Part(
            ADJUSTMENTS,
            later.adjusted_minor - earlier.adjusted_minor,
            later.adjusted_days - earlier.adjusted_days,
        ),
    )


def opposite(parts: Iterable[Part]) -> tuple[Part, ...]:
    """The parts of the same change, looked at from the later month."""
    return tuple(
        part._replace(
            amount_minor=-part.amount_minor, days=None if part.days is None else -part.days
        )
        for part in parts
    )


def total_parts(parts: Iterable[Part]) -> tuple[Part, ...]:
    """The sum of many parts by reason: one for each there is, in the order of `REASONS`."""
    amounts = dict.fromkeys(REASONS, 0)
    days = {reason: 0 for reason in REASONS if reason not in (PRICE, CREDIT)}
    for part in parts:
        amounts[part.reason] += part.amount_minor
        if part.days is not None:
            days[part.reason] += part.days
    return tuple(Part(reason, amounts[reason], days.get(reason)) for reason in REASONS)


def _rounded(numerators: Sequence[int], denominator: int, amount_minor: int) -> list[int]:
    """Fractions as whole numbers that add up to an amount close to their sum (M5).

    The third is the price, which takes what no other part can.
    """
    if not any(numerators):
        return [0, 0, amount_minor, 0]
    floors = [numerator // denominator for numerator in numerators]
    remainders = [numerator % denominator for numerator in numerators]
    able = [index for index, numerator in enumerate(numerators) if numerator]
    able.sort(key=lambda index: -remainders[index])
    missing = amount_minor - sum(floors)
    if missing < 0:  # the lines were rounded down further than the parts
        able.reverse()
    step = 1 if missing > 0 else -1
    for turn in range(abs(missing)):
        floors[able[turn % len(able)]] += step
    return floors
