"""A month as bars: a row a license, a column a day, a letter and a color a site."""

from __future__ import annotations

from itertools import cycle
from string import ascii_letters
from typing import TYPE_CHECKING, Any

from rich.text import Text

from jpcli.cli.views.grid import Column, Grid
from jpcli.cli.views.screen import text
from jpcli.cli.views.words import AHEAD, ELSEWHERE, ahead
from jpcli.domain.answers import as_objects
from jpcli.domain.words import count, month_name

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jpcli.cli.views.screen import Screen
    from jpcli.domain.contract.licenses import TimelineAnswer, TimelineLicense

_COLORS = (
    "black on bright_cyan",
    "black on bright_green",
    "black on bright_yellow",
    "black on bright_magenta",
    "white on blue",
    "white on red",
    "black on white",
    "white on magenta",
)
# Past the letters there are no more names for sites.
_MANY = "*"


def draw(data: TimelineAnswer, screen: Screen) -> None:
    """The bars, then which letter is which site."""
    licenses = as_objects(data["licenses"])
    title = Text(month_name(data["period"]), style="bold")
    title.append(f"   {count(data['total'], 'license')} with billed days", style="not bold dim")
    if data["settled_elsewhere"]:
        title.append(f", {ELSEWHERE}", style="not bold yellow")
    screen.fold(title)
    screen.write()
    if not licenses:
        screen.paragraph("None.", "dim")
        return
    signs = _signs(licenses)
    _draw_bars(licenses, data, signs, screen)
    screen.write()
    _draw_legend(signs, data, screen)


def _draw_bars(
    licenses: list[TimelineLicense],
    data: Mapping[str, Any],
    signs: Mapping[str, tuple[str, str]],
    screen: Screen,
) -> None:
    """Key, bar and number of days in a row; on a narrow screen the key gets its own."""
    width = max(len(str(found["license_key"])) for found in licenses)
    last = int(data["last_day"][8:10])
    bar, days = Column(_ruler(last)), Column("Days", right=True, drop=1)
    beside = width + last + 8 <= screen.width
    grid = Grid(Column("License"), bar, days) if beside else Grid(bar, days)
    for found in licenses:
        cells = (_bar(found, data, signs, screen), f"{found['days']:,}")
        if beside:
            grid.add(found["license_key"], *cells)
        else:
            grid.add(found["license_key"], "")
            grid.add(*cells)
    grid.draw(screen)


def _signs(licenses: list[TimelineLicense]) -> dict[str, tuple[str, str]]:
    """A letter and a style for every site, in the order in which they appear."""
    sites = dict.fromkeys(
        span["site"] for found in licenses for span in found["spans"] if span["site"]
    )
    letters = ascii_letters + _MANY * max(len(sites) - len(ascii_letters), 0)
    return {
        site: (letter, style)
        for site, letter, style in zip(sites, letters, cycle(_COLORS), strict=False)
    }


def _ruler(last: int) -> str:
    """`1   5    10   15 …`, each number at its day."""
    marks = [" "] * last
    for day in (1, *range(5, last, 5)):
        for offset, digit in enumerate(str(day)):
            marks[day - 1 + offset] = digit
    return "".join(marks)


def _bar(
    found: Mapping[str, Any],
    data: Mapping[str, Any],
    signs: Mapping[str, tuple[str, str]],
    screen: Screen,
) -> Text:
    """A letter a day. Where all of a stay is to come its first day says where it is."""
    days = [(" ", "")] * int(data["last_day"][8:10])
    for span in found["spans"]:
        letter, style = signs.get(span["site"], (_nowhere(screen), "yellow"))
        first, last = int(span["first_day"][8:10]), int(span["last_day"][8:10])
        for day in range(first, last + 1):
            future = day > first and f"{data['period']}-{day:02}" > data["today"]
            days[day - 1] = (ahead(screen.unicode), "dim") if future else (letter, style)
    bar = Text()
    for sign, style in days:
        bar.append(sign, style=style)
    return bar


def _draw_legend(
    signs: Mapping[str, tuple[str, str]], data: Mapping[str, Any], screen: Screen
) -> None:
    for site, (letter, style) in signs.items():
        line = Text("  ")
        line.append(letter, style=style)
        line.append_text(text(f"  {site}"))
        screen.fold(line, 5)
    line = Text("  ")
    line.append(_nowhere(screen), style="yellow")
    line.append("  on no site, billed all the same")
    screen.write(line)
    if data["today"] < data["last_day"]:
        sign = ahead(screen.unicode)
        screen.paragraph(f"{sign}  after {data['today']}, {AHEAD}", "dim")


def _nowhere(screen: Screen) -> str:
    return screen.sign("○", "~")
