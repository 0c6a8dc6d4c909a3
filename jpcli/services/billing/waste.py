"""What licenses on no site cost: the month's part of it, and the oldest of them one by one.

Owns the split of that money. Unassigned days are billed as any others (D1), so it is the part that
`--by site` gives to no site; its split over licenses adds up to it exactly (M5).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from jpcli.domain.instants import format_instant
from jpcli.domain.money import money_json
from jpcli.domain.split import largest_remainder, last_part
from jpcli.ledger.queries.idle import idle_days, oldest_idle
from jpcli.services.billing.period import window_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jpcli.domain.calculator import Line
    from jpcli.domain.contract.status import IdleLicense, OtherIdle
    from jpcli.ledger.queries.days import OfferPart
    from jpcli.ledger.queries.idle import Idle
    from jpcli.services.billing.owner_days import OwnerDays
    from jpcli.services.billing.period import Computed
    from jpcli.services.desk import Desk


class LineWaste(NamedTuple):
    """What a line's unassigned days come to, so far and by the month's end."""

    line: Line
    part: OfferPart
    days_to_date: int
    to_date_minor: int
    amount_minor: int


def waste_by_line(computed: Computed, owned: Sequence[OwnerDays | None]) -> list[LineWaste]:
    """The unassigned part of each of the month's own lines, as `--by site` has it.

    There it is the last group (M5: ties go to the earlier ones), and so the order of the sites, and
    their names, make no difference to it. `owned` is what `owner_days` counted.
    """
    found = []
    for line, part, rows in zip(computed.lines, computed.parts, owned, strict=True):
        if part is None or rows is None:
            continue
        sums = [
            _of_no_site(rows, column, amount_minor)
            for column, amount_minor in enumerate((line.to_date_minor, line.amount_minor))
        ]
        if rows.idle is not None or any(sums):
            days_to_date = 0 if rows.idle is None else rows.idle[0]
            found.append(LineWaste(line, part, days_to_date, *sums))
    return found


def _of_no_site(rows: OwnerDays, column: int, amount_minor: int) -> int:
    """Of a line without license-days, as of a bundle without children, all, unless it has one site
    alone."""
    sites, idle = rows.sites[column], 0 if rows.idle is None else rows.idle[column]
    if idle or any(sites):
        return last_part(amount_minor, sites, idle)
    return amount_minor if rows.idle is not None or len(sites) != 1 else 0


def oldest_waste(
    desk: Desk, computed: Computed, waste: list[LineWaste], limit: int
) -> tuple[list[IdleLicense], OtherIdle]:
    """The `limit` licenses that are on no site and were issued first, with what that has cost so
    far this month; and the sum of everything else that it cost, so that all adds up exactly."""
    oldest = oldest_idle(desk.ledger, desk.now_at, limit)
    days = [0] * (len(oldest) + 1)
    minors = [0] * (len(oldest) + 1)
    for item in waste:
        window = window_of(computed, item.line)
        weights = [
            idle_days(desk.ledger, idle.id, window, computed.snapshot)
            if idle.part == item.part
            else 0
            for idle in oldest
        ]
        weights.append(item.days_to_date - sum(weights))
        for index, weight in enumerate(weights):
            days[index] += weight
        if item.days_to_date:
            for index, part_minor in enumerate(largest_remainder(item.to_date_minor, weights)):
                minors[index] += part_minor
        else:
            minors[-1] += item.to_date_minor
    currency = desk.ledger.currency
    licenses = [
        _object(idle, days[index], minors[index], currency) for index, idle in enumerate(oldest)
    ]
    return licenses, {"days": days[-1], "to_date": money_json(minors[-1], currency)}


def _object(idle: Idle, days: int, to_date_minor: int, currency: str) -> IdleLicense:
    return {
        "license_key": idle.license_key,
        "product": idle.product,
        "issued_at": format_instant(idle.issued_at),
        "days": days,
        "to_date": money_json(to_date_minor, currency),
    }
