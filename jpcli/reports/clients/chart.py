"""The chart of a year: what each month costs and what is billed for it, as bars side by side.

Owns the geometry alone, in whole units, for a page and for a sheet of paper.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from jpcli.domain.money import display_amount
from jpcli.reports.statement.text import money

if TYPE_CHECKING:
    from jpcli.reports.clients.year import ClientsYear


class Bar(NamedTuple):
    """A bar from the base line up; `kind` is `cost` or `billed`, `known` is false of a month that
    is not over."""

    x: int
    y: int
    width: int
    height: int
    kind: str
    known: bool
    title: str


class Tick(NamedTuple):
    """A line across at a round amount."""

    y: int
    label: str


class Name(NamedTuple):
    """A month below the base line, around `x`."""

    x: int
    label: str


class Chart(NamedTuple):
    """Bars above a base line at `height`, between `left` and `width`."""

    width: int
    height: int
    left: int
    bars: tuple[Bar, ...]
    ticks: tuple[Tick, ...]
    names: tuple[Name, ...]


def chart_of(year: ClientsYear, width: int, height: int, left: int) -> Chart:
    """The months of a year from left to right. Less than nothing is drawn as nothing."""
    most = max((max(*month.profit, 0) for month in year.months), default=0)
    step = _step(most)
    top = -(-most // step) * step or step
    bars, names = [], []
    slot = (width - left) // max(len(year.months), 1)
    bar_width = min(slot * 3 // 8, 40)
    for index, month in enumerate(year.months):
        middle = left + slot * index + slot // 2
        names.append(Name(middle, _short(month.period)))
        known = month.state != "projected"
        pairs = (("cost", month.profit.cost_minor), ("billed", month.profit.billed_minor))
        for x, (kind, minor) in zip((middle - bar_width, middle), pairs, strict=True):
            high = max(minor, 0) * height // top
            title = f"{_short(month.period)}: {kind} {money(minor, year.currency)}"
            if not known:
                title += ", projected"
            bars.append(Bar(x, height - high, max(bar_width - 1, 1), high, kind, known, title))
    ticks = tuple(
        Tick(height - minor * height // top, display_amount(minor, year.currency))
        for minor in range(0, top + 1, step)
    )
    return Chart(width, height, left, tuple(bars), ticks, tuple(names))


def _short(period: str) -> str:
    from jpcli.domain.words import month_of

    return month_of(period)[:3]


def _step(most: int) -> int:
    """A round amount of which four or five reach to the top."""
    power = 1
    while True:
        for step in (power, 2 * power, 5 * power):
            if step * 5 >= most:
                return step
        power *= 10
