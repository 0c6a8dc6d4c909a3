"""Whose part of the bill an adjustment is: what each holder has now, less what it had then.

Owns the splitting of lines that are no sum of this month's days. An adjustment is the difference
of two amounts, so its split is the difference of two splits (M5), which adds up by itself. What
can't be anybody's, such as credit, goes to the group without a key.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jpcli.domain.closing import OfferKey, Sum
from jpcli.domain.invoice import Group, compute_groups
from jpcli.domain.money import with_markup
from jpcli.domain.periods import month_period, parse_month
from jpcli.ledger import billing, invoices
from jpcli.ledger.overlay import as_recorded
from jpcli.services.computing import offer_part
from jpcli.services.grouping import COUNTERS

if TYPE_CHECKING:
    from jpcli.domain.invoice import Line
    from jpcli.domain.periods import Period
    from jpcli.services.computing import Computed
    from jpcli.services.desk import Desk

_Row = tuple[int, int, int, int]


def with_corrections(
    desk: Desk,
    computed: Computed,
    by: str,
    found: tuple[Group, ...],
    others: list[Line],
    markup_e6: int | None = None,
) -> tuple[Group, ...]:
    """The groups with adjustments and credit put in, in the order of their keys, None last.

    `markup_e6` is what the amounts of `others` have on top.
    """
    sums: dict[Any, _Row] = {group.key: group[1:] for group in found}
    for line in others:
        for key, row in _shares(desk, computed, by, line, markup_e6).items():
            sums[key] = _plus(sums.get(key, (0, 0, 0, 0)), row)
    keys = sorted(key for key in sums if key is not None)
    if None in sums:
        keys.append(None)
    return tuple(Group(key, *sums[key]) for key in keys)


def _shares(
    desk: Desk, computed: Computed, by: str, line: Line, markup_e6: int | None
) -> dict[Any, _Row]:
    """Each key's part of one line; whatever is left over is nobody's."""
    whole = (line.license_days, line.license_days, line.to_date_minor, line.amount_minor)
    if line.kind != "adjustment" or line.period in (None, computed.period.label):
        return {None: whole}
    if by == "product":
        return {line.product: whole}
    shares = _difference(desk, computed, by, line, markup_e6)
    rest = whole
    for row in shares.values():
        rest = _plus(rest, _minus(row))
    if any(rest):
        shares[None] = _plus(shares.get(None, (0, 0, 0, 0)), rest)
    return {key: row for key, row in shares.items() if any(row)}


def _difference(
    desk: Desk, computed: Computed, by: str, line: Line, markup_e6: int | None
) -> dict[Any, _Row]:
    assert line.period is not None
    ledger = desk.ledger
    period = month_period(ledger.calendar, *parse_month(line.period))
    closing_id = None if computed.invoice is None else computed.invoice.id
    billed = invoices.billed_for(ledger, line.period, closing_id)
    then = billed.get(OfferKey(line.product, line.bundle_size), Sum()).amount_minor
    if markup_e6 is not None:
        # Both sides have it, or whoever changed nothing would get a part of the difference.
        then = with_markup(then, markup_e6, ledger.currency)
    end_at = ledger.calendar.end_of(period.last_day)
    before = as_recorded(ledger, invoices.settled_before(ledger, closing_id), end_at)
    after = computed.overlay
    if closing_id is not None:
        after = as_recorded(ledger, closing_id, end_at)
    sources = [billing.SPANS if o is None else o.source for o in (before, after)]
    had = _split(desk, computed, by, line, period, sources[0], then)
    has = _split(desk, computed, by, line, period, sources[1], then + line.amount_minor)
    nothing = (0, 0, 0, 0)
    return {
        key: _plus(has.get(key, nothing), _minus(had.get(key, nothing)))
        for key in had.keys() | has.keys()
    }


def _split(
    desk: Desk,
    computed: Computed,
    by: str,
    line: Line,
    period: Period,
    source: str,
    amount_minor: int,
) -> dict[Any, _Row]:
    """A whole month's amount for one offer, by holder, as one source has the days."""
    pretended = computed._replace(source=source, today=max(computed.today, period.last_day))
    whole = line._replace(
        first_day=period.first_day,
        last_day=period.last_day,
        to_date_minor=amount_minor,
        amount_minor=amount_minor,
    )
    part = offer_part(desk, line.product, line.bundle_size)
    weights = COUNTERS[by](desk, pretended)(whole, part)
    groups = compute_groups([whole], [weights], desk.ledger.currency)
    return {group.key: group[1:] for group in groups}


def _plus(left: _Row, right: _Row) -> _Row:
    return (left[0] + right[0], left[1] + right[1], left[2] + right[2], left[3] + right[3])


def _minus(row: _Row) -> _Row:
    return (-row[0], -row[1], -row[2], -row[3])
