"""How views write money, counts, months and days."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.text import Text

from jpcli.domain.currency import symbol
from jpcli.domain.money import display_amount
from jpcli.domain.prices import THE_BEGINNING
from jpcli.domain.words import short_day

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from jpcli.domain.contract.values import MoneyObject

_BARS = "▁▂▃▄▅▆▇█"
_PLAIN_BARS = "_.-=+*#@"


# I7: what is said of a month before the books begin.
ELSEWHERE = "settled elsewhere"
A_DAY = "A day is any calendar day on which a license was active, assigned or not;"
BOTH_ENDS = f"{A_DAY} the day of issue and the day of revocation both count."


def money(value: MoneyObject) -> str:
    """`$81.27` of a money object."""
    return display_amount(value["amount_minor"], value["currency"])


def day_price(line: Mapping[str, Any]) -> str:
    """`$0.27`, with all its places, of a line."""
    return f"{symbol(line['amount']['currency'])}{line['day_price']}"


def since(day: str) -> str:
    """Since when a price holds; `day` is a date in ISO form."""
    return "the beginning" if day == THE_BEGINNING else day


def day_range(first: str, last: str) -> str:
    """`Nov 1–14`, or `Nov 28 – Dec 3`."""
    if first == last:
        return short_day(first)
    if first[:7] == last[:7]:
        return f"{short_day(first)}–{int(last[8:10])}"
    return f"{short_day(first)} – {short_day(last)}"


def sparkline(values: Sequence[int], known: int, unicode: bool) -> Text:
    """A bar a day for the first `known` values; the rest is only supposed and drawn light."""
    low, high = min(values, default=0), max(values, default=0)
    bars = _BARS if unicode else _PLAIN_BARS
    spread = max(high - low, 1)
    floor = 0 if low == 0 else 2
    steps = len(bars) - 1 - floor
    drawn = "".join(bars[floor + (value - low) * steps // spread] for value in values[:known])
    line = Text(drawn, style="cyan")
    line.append(("░" if unicode else ":") * (len(values) - known), style="dim")
    return line
