"""Whose part of the bill: lines split by product, site, client, license or day (M5, W1, W2).

Owns which sums a grouping needs and what its keys are called. Groups add up to the lines.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jpcli.domain.answers import Rows
from jpcli.domain.calculator import nobody_last
from jpcli.domain.errors import not_among
from jpcli.domain.money import money_json
from jpcli.ledger.queries import days as day_queries
from jpcli.ledger.queries.labels import SITE
from jpcli.services.billing.many_groups import MANY, ManyGroups, many_rows
from jpcli.services.billing.owner_days import owner_days
from jpcli.services.billing.period import marked, window_of
from jpcli.services.billing.splitting import NOTHING, Splitting
from jpcli.services.billing.waste import waste_by_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jpcli.domain.contract.billing import GroupObject, PreviewDetails
    from jpcli.services.billing.many_groups import Group, Groups
    from jpcli.services.billing.period import Computed
    from jpcli.services.desk import Desk

KEY_NAMES = {
    "product": "product",
    "site": "site",
    "client": "client",
    "license": "license_key",
    "day": "day",
}


def groups(
    desk: Desk, computed: Computed, by: str, markup_e6: int | None = None
) -> Rows[GroupObject]:
    """The month's lines split `by` something; the group without one has None as its key.

    They can be counted, and are made as they are read: an object takes four times its sums.
    Raises BadInput `bad_by` for something else than `KEY_NAMES` has.
    """
    if by not in KEY_NAMES:
        raise not_among("by", by, KEY_NAMES)
    columns: tuple[str, ...] = (KEY_NAMES[by], "days_to_date", "days", "to_date", "amount")
    if markup_e6 is not None:
        columns += ("amount_with_markup",)
    found = (many_rows if by in MANY else _few_rows)(desk, computed, by, markup_e6)
    return Rows(columns, _Groups(desk.ledger.currency, found, len(columns)))


def _few_rows(desk: Desk, computed: Computed, by: str, markup_e6: int | None) -> list[Group]:
    split = Splitting(desk, computed, by)
    found, with_markup = split.sums(computed.lines), {}
    if markup_e6 is not None:
        with_markup = split.sums(marked(computed, markup_e6, desk.ledger.currency), markup_e6)
    # Each side alone may come to nothing where the other does not.
    return [
        (key, *found.get(key, NOTHING), with_markup.get(key, NOTHING)[3])
        for key in nobody_last({**found, **with_markup})
        if any(found.get(key, NOTHING)) or any(with_markup.get(key, NOTHING))
    ]


class _Groups:
    """The rows of the groups, made as they are read; they can be counted."""

    def __init__(self, currency: str, found: Groups, width: int) -> None:
        self._currency, self._found, self._width = currency, found, width

    def __len__(self) -> int:
        return len(self._found)

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        currency, width = self._currency, self._width
        for key, days_to_date, days, to_date_minor, amount_minor, marked_minor in self._found:
            row = (
                key,
                days_to_date,
                days,
                money_json(to_date_minor, currency),
                money_json(amount_minor, currency),
            )
            yield row if width == len(row) else (*row, money_json(marked_minor, currency))


def details(desk: Desk, computed: Computed) -> PreviewDetails:
    """What the terminal shows beside the table: licenses a day, and what unassigned ones cost."""
    currency = desk.ledger.currency
    # Credit and corrections are on no site either, but they are no licenses.
    if computed.invoice is None:
        waste = waste_by_line(computed, owner_days(desk, computed))
        to_date = sum(line.to_date_minor for line in waste)
        amount = sum(line.amount_minor for line in waste)
    else:  # by what was kept at closing
        _, _, to_date, amount = ManyGroups(desk, computed, SITE).own().row(-1)
    return {
        "licenses_per_day": licenses_per_day(desk, computed),
        "unassigned_to_date": money_json(to_date, currency),
        "unassigned_amount": money_json(amount, currency),
    }


def licenses_per_day(desk: Desk, computed: Computed) -> list[int]:
    """How many licenses were active on each day of the month, from its first to its last."""
    period = computed.period
    per_day = [0] * period.days
    for line, part in zip(computed.lines, computed.parts, strict=True):
        if part is None:
            continue
        window = window_of(computed, line)
        offset = line.first_day - period.first_day
        counts = day_queries.licenses_by_day(desk.ledger, part, window, computed.snapshot)
        for position, count in enumerate(counts):
            per_day[offset + position] += count
    return per_day
