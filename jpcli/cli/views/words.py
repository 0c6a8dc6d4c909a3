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
_PLAIN_BARS = "_,-=+%#@"


# I7: what is said of a month before the books begin.
ELSEWHERE = "settled elsewhere"
# What is said of the sign `ahead`.
AHEAD = "still to come: as it will be if nothing changes"
A_DAY = "A day is any calendar day on which a license was active, assigned or not;"
BOTH_ENDS = f"{A_DAY} the day of issue and the day of revocation both count."


def money(value: MoneyObject) -> str:
    """`$81.27` of a money object."""
    return display_amount(value["amount_minor"], value["currency"])


def day_price(line: Mapping[str, Any]) -> str:
    """`$0.27`, with all its places, of a line; nothing where it has none."""
    price = line["day_price"]
    return "" if price is None else f"{symbol(line['amount']['currency'])}{price}"


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
    """A bar a day for the first `known` values, from zero up, so that twice as high is twice as
    many; the rest is only supposed and drawn as days that are still to come. It ends with what
    the values are."""
    high = max(values, default=0)
    line = Text("".join(bar(value, high, unicode) for value in values[:known]), style="cyan")
    line.append(ahead(unicode) * (len(values) - known), style="dim")
    line.append_text(extent(values, unicode))
    return line


def bar(value: int, high: int, unicode: bool) -> str:
    """A value between 0 and `high`: the lowest bar is zero, and zero only."""
    bars = _BARS if unicode else _PLAIN_BARS
    top = len(bars) - 1
    return bars[max((2 * value * top + high) // (2 * high), 1) if value else 0]


def extent(values: Sequence[int], unicode: bool) -> Text:
    """What a picture of values needs to be read: first, last, least, most."""
    if not values:
        return Text()
    arrow = "→" if unicode else "to"
    line = Text(f"   {values[0]:,} {arrow} {values[-1]:,}")
    return line.append(f"   least {min(values):,}, most {max(values):,}", style="dim")


def ahead(unicode: bool) -> str:
    """The sign of a day that is still to come, in every picture."""
    return "░" if unicode else ":"
