"""The calculator: counted days in, invoice lines and groups out (M4, M5, B1, I1).

Preview and close both call it, so with the same days they give the same lines (I1). It must not
count days, read a ledger or know the present time.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from jpcli.domain.errors import Failed
from jpcli.domain.money import E12, line_amount
from jpcli.domain.split import largest_remainder
from jpcli.domain.words import quoted

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from typing import Any

    from jpcli.domain.prices import Segment


class Offer(NamedTuple):
    """What can be issued and has a price: a product alone (`bundle_size` 1), or a bundle of it."""

    product: str
    name: str
    bundle_size: int = 1


class LineDays(NamedTuple):
    """What was counted for one offer in one stretch of days with one price.

    `days` are what is billed: license-days, or bundle-days for a bundle (B1). `license_days` are
    those of what can be used: the same for a license alone, the children's for a bundle.
    `licenses`, `assigned` and `unassigned` count what can be used, too.
    """

    offer: Offer
    segment: Segment
    licenses: int
    assigned: int
    unassigned: int
    days_to_date: int
    days: int
    license_days: int


class Line(NamedTuple):
    """A line of an invoice, or of its preview: `days x day price = amount` (M4).

    `kind` is `license`, `bundle`, `adjustment` or `credit`; `period` is an adjustment's month.
    """

    kind: str
    product: str
    name: str
    bundle_size: int
    day_price_e12: int
    first_day: int
    last_day: int
    licenses: int
    assigned: int
    unassigned: int
    days_to_date: int
    days: int
    license_days: int
    to_date_minor: int
    amount_minor: int
    period: str | None = None


class Group(NamedTuple):
    """What one site, client, license, product or day has of an invoice; days are license-days."""

    key: Any
    days_to_date: int
    days: int
    to_date_minor: int
    amount_minor: int


def compute_lines(line_days: Iterable[LineDays], currency: str) -> tuple[Line, ...]:
    """One line for each count that has days, in the order given (M4).

    Raises Failed `no_price` when days fall where the offer has no price.
    """
    return tuple(_line(counted, currency) for counted in line_days if counted.days)


def leaves_no_remainder(line: Line) -> bool:
    """Whether each of its license-days comes to the same whole minor units, so that a split by them
    comes out even, in whichever order they come (M5)."""
    price_minor = line.day_price_e12 // E12
    even = (price_minor * line.days_to_date, price_minor * line.days)
    return line.kind == "license" and even == (line.to_date_minor, line.amount_minor)


def totals(lines: Iterable[Line]) -> tuple[int, int]:
    """`(to_date_minor, amount_minor)` of an invoice: the sums of its lines (M4)."""
    to_date_minor = amount_minor = 0
    for line in lines:
        to_date_minor += line.to_date_minor
        amount_minor += line.amount_minor
    return to_date_minor, amount_minor


def compute_groups(
    lines: Sequence[Line],
    weights_by_line: Sequence[Mapping[Any, tuple[int, int]]],
    currency: str,
) -> tuple[Group, ...]:
    """Split every line over its holders, and add up what each holder has (M5).

    `weights_by_line` has, for each line, `(license_days_to_date, license_days)` by key. The keys of
    one call can be ordered, but for None, which comes last; groups are in that order, and so are
    ties, so the outcome does not depend on the order in which days were counted. Parts of a line
    are minor units, also where a whole line is charged in larger steps. A line without
    license-days, such as that of a bundle without children, goes to its only key, or to None.
    A key that has neither days nor an amount is no group.
    """
    del currency  # parts are minor units in every currency
    # A dict keeps their order: keys that come sorted are sorted in no time.
    every_key = nobody_last(dict.fromkeys(chain(*weights_by_line, (None,))))
    place = {key: number for number, key in enumerate(every_key)}
    # Columns of integers rather than a row for each key: a quarter of a million keys are usual.
    columns: list[list[int]] = [[0] * len(every_key) for _ in Group._fields[1:]]
    for line, of_line in zip(lines, weights_by_line, strict=True):
        weights = dict(of_line.items())
        keys = nobody_last(weights)
        to_date = [weights[key][0] for key in keys]
        whole = [weights[key][1] for key in keys]
        places = [place[key] for key in keys]
        _add(columns[0], places, to_date)
        _add(columns[1], places, whole)
        for column, amount_minor, days in (
            (columns[2], line.to_date_minor, to_date),
            (columns[3], line.amount_minor, whole),
        ):
            if any(days):
                _add(column, places, largest_remainder(amount_minor, days))
            else:
                column[places[0] if len(places) == 1 else place[None]] += amount_minor
    rows = zip(every_key, *columns, strict=True)
    return tuple(Group._make(row) for row in rows if any(row[1:]))


def _line(counted: LineDays, currency: str) -> Line:
    offer, segment = counted.offer, counted.segment
    if segment.day_price_e12 is None:
        raise no_price(offer)
    return Line(
        kind="license" if offer.bundle_size == 1 else "bundle",
        product=offer.product,
        name=offer.name,
        bundle_size=offer.bundle_size,
        day_price_e12=segment.day_price_e12,
        first_day=segment.first_day,
        last_day=segment.last_day,
        licenses=counted.licenses,
        assigned=counted.assigned,
        unassigned=counted.unassigned,
        days_to_date=counted.days_to_date,
        days=counted.days,
        license_days=counted.license_days,
        to_date_minor=line_amount(counted.days_to_date, segment.day_price_e12, currency),
        amount_minor=line_amount(counted.days, segment.day_price_e12, currency),
    )


def no_price(offer: Offer) -> Failed:
    """The failure to bill days on which an offer has no price."""
    what, option = offer.product, ""
    if offer.bundle_size > 1:
        what, option = f"A bundle of {offer.bundle_size} {what}", f" --bundle {offer.bundle_size}"
    return Failed(
        "no_price",
        f"{what} has no price on days that were used.",
        hint=f"jpcli products set-price {quoted(offer.product)}{option} --price AMOUNT --from DATE",
        subject=offer.product,
    )


def nobody_last(keys: Collection[Any]) -> list[Any]:
    """Keys of groups in the order in which they are shown and served: None comes last."""
    found = sorted(key for key in keys if key is not None)
    return [*found, None] if None in keys else found


def _add(column: list[int], places: Sequence[int], parts: Sequence[int]) -> None:
    for place, part in zip(places, parts, strict=True):
        column[place] += part
