"""A year of every client as a PDF file, the same bytes for the same year.

Owns the layout of the page; fonts, letters and tables are those of statements.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from jpcli.domain.currency import symbol
from jpcli.domain.words import month_name
from jpcli.reports.clients import year as words
from jpcli.reports.clients.chart import chart_of
from jpcli.reports.statement.paper import About, write
from jpcli.reports.statement.sheet import (
    ACCENT,
    BAD,
    BODY,
    FAINT,
    GAP,
    HAIR,
    INK,
    RULE,
    SIDE,
    SMALL,
    SOFT,
    STRONG,
    TOTAL,
    Look,
)
from jpcli.reports.statement.table import Row, Table, heading

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jpcli.reports.clients.year import ClientsYear, Profit
    from jpcli.reports.statement.paper import Begin, Pdf
    from jpcli.reports.statement.sheet import Sheet

_COLUMNS = (86.0, 86.0, 86.0)
_TITLES = ("Cost", "Billed", "Margin")
_GREY, _GREEN = (185, 198, 191), (52, 160, 101)
_PALE_GREY, _PALE_GREEN = (224, 230, 227), (166, 213, 187)
_FILLS = {
    ("cost", True): _GREY,
    ("billed", True): _GREEN,
    ("cost", False): _PALE_GREY,
    ("billed", False): _PALE_GREEN,
}


def write_pdf(year: ClientsYear) -> Pdf:
    """The whole file."""
    title = words.file_title(year)
    names = [symbol(year.currency), title]
    names += [words.client_name(client) for client in year.clients]
    about = About(title, words.agency(year), year.currency, year.time_zone, year.made_at)
    return write(about, names, partial(_drawn, year))


def _drawn(year: ClientsYear, begin: Begin) -> Sheet:
    sheet = begin(1.0)
    _draw_head(sheet, year)
    if year.months:
        _draw_chart(sheet, year)
        months = [
            Row(month_name(month.period), _cells(month.profit, year), words.month_note(month))
            for month in year.months
        ]
        end = Row("Total", _cells(year.profit, year), look=TOTAL, above=6, below=1, hair=False)
        Table(sheet, ("Month", *_TITLES), _COLUMNS).draw("By month", months, [end])
        clients = list(_client_rows(year))
        Table(sheet, ("Client", *_TITLES), _COLUMNS).draw("By client", clients, [end])
    else:
        sheet.set_y(sheet.y + GAP)
        sheet.paragraph(f"Nothing was active in {year.year}.", BODY, 14)
    sheet.set_y(sheet.y + GAP + 8)
    sheet.need(40)
    sheet.rule(RULE)
    sheet.set_y(sheet.y + 8)
    for sentence in words.small_print(year):
        sheet.paragraph(sentence, Look(8, color=SOFT), 10.8)
    return sheet


def _draw_head(sheet: Sheet, year: ClientsYear) -> None:
    top = sheet.y
    taken = sheet.width_of(year.year, Look(15)) + 30
    lines = sheet.wrapped(words.agency(year), sheet.room - taken, Look(16, "B"))
    sheet.put_lines(SIDE, top + 12, lines, 19, Look(16, "B"))
    sheet.put_right(sheet.right, top + 6, "CLIENTS", Look(7.2, "B", ACCENT, 0.9))
    sheet.put_right(sheet.right, top + 23, year.year, Look(15))
    sheet.set_y(max(top + 12 + 19 * (len(lines) - 1), top + 23) + 26)
    sheet.rule(INK, 1.4)
    facts = words.facts(year)
    width = max(sheet.width_of(label) for label, _ in facts) + 16
    top = y = sheet.y + 15
    for label, value in facts:
        sheet.put(SIDE, y + 7, label, Look(color=SOFT))
        sheet.put(SIDE + width, y + 7, value)
        y += 13.6
    margin_minor = year.profit.margin_minor
    sheet.put_right(sheet.right, y - 33, "Margin", Look(color=SOFT))
    look = Look(24, "B", BAD if margin_minor < 0 else INK)
    sheet.put_right(sheet.right, y - 7, words.amount(margin_minor, year), look)
    sheet.set_y(y + 7)
    sheet.rule()


def _draw_chart(sheet: Sheet, year: ClientsYear) -> None:
    heading(sheet, "Cost and billed, month by month", 160)
    chart = chart_of(year, int(sheet.room), 110, 52)
    top = sheet.y + 8
    sheet.set_line_width(0.5)
    for tick in chart.ticks:
        sheet.set_draw_color(*(HAIR if tick.y < chart.height else SOFT))
        sheet.line(SIDE + chart.left, top + tick.y, sheet.right, top + tick.y)
        sheet.put_right(SIDE + chart.left - 6, top + tick.y + 2, tick.label, Look(6.6, color=FAINT))
    for bar in chart.bars:
        sheet.set_fill_color(*_FILLS[bar.kind, bar.known])
        if bar.height:
            sheet.rect(SIDE + bar.x, top + bar.y, bar.width, bar.height, style="F")
    for name in chart.names:
        sheet.put_middle(SIDE + name.x, top + chart.height + 10, name.label, Look(7, color=SOFT))
    sheet.set_y(top + chart.height + 16)
    x = SIDE
    for fill, label in ((_GREY, "Cost"), (_GREEN, "Billed")):
        sheet.set_fill_color(*fill)
        sheet.rect(x, sheet.y + 2.6, 7, 7, style="F")
        sheet.put(x + 11, sheet.y + 9, label, SMALL)
        x += 20 + sheet.width_of(label, SMALL) + 8
    if not chart.bars[-1].known:
        sheet.put(x, sheet.y + 9, "The pale month is not over.", SMALL)
    sheet.set_y(sheet.y + 13)


def _client_rows(year: ClientsYear) -> Iterator[Row]:
    lists = words.lists_months(year)
    for client in year.clients:
        months = words.shown_months(year, client) if lists else []
        yield Row(
            words.client_name(client),
            _cells(client.profit, year),
            words.client_note(client),
            look=STRONG,
            above=7,
            leads=bool(months),
        )
        for month, profit in months:
            name = month_name(month.period)
            yield Row(name, _cells(profit, year), indent=12, above=2.0, below=2.4)


def _cells(profit: Profit, year: ClientsYear) -> tuple[str, str, str]:
    cells = (profit.cost_minor, profit.billed_minor, profit.margin_minor)
    cost, billed, margin = (words.amount(minor, year) for minor in cells)
    return cost, billed, margin
