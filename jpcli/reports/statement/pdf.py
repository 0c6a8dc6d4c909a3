"""A statement as a PDF file, the same bytes for the same statement.

Owns the layout of the page. Names in scripts that the font lacks are spelled in Latin letters, and
the small print says so.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from jpcli.domain.currency import symbol
from jpcli.reports.statement import text, wording
from jpcli.reports.statement.paper import About, Pdf, write
from jpcli.reports.statement.sheet import (
    ACCENT,
    BAD,
    BODY,
    FAINT,
    GAP,
    INK,
    RULE,
    SIDE,
    SOFT,
    STRONG,
    TOTAL,
    WARN,
    WARN_PAPER,
    Look,
)
from jpcli.reports.statement.strip import draw_days
from jpcli.reports.statement.table import Row, Table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jpcli.reports.statement.paper import Begin
    from jpcli.reports.statement.sheet import Sheet
    from jpcli.reports.statement.speller import Speller
    from jpcli.reports.statement.statement import ClientPart, SitePart, Statement

_SPELLED = (
    "Names in scripts that this file has no letters for are spelled in Latin ones, or marked as"
    " [Han …]; the HTML form has them as they are."
)
# Parts of the usual blank space that are tried for one page instead of two.
_TIGHTER = (0.7, 0.4)
_LINE_COLUMNS, _PART_COLUMNS = (62.0, 66.0, 86.0), (86.0, 86.0)


def write_pdf(statement: Statement) -> Pdf:
    """The whole file. A reader's title bar, author and date are those of the statement. Where less
    blank space puts it on one page instead of two, it has less."""
    about = About(
        wording.file_title(statement),
        wording.agency(statement),
        statement.currency,
        statement.time_zone,
        statement.made_at,
    )
    draw = partial(_on_fewest_pages, statement)
    return write(about, list(_names(statement)), draw, partial(_sites, statement))


def _on_fewest_pages(statement: Statement, begin: Begin) -> Sheet:
    sheet = _drawn(statement, begin(1.0))
    for looseness in _TIGHTER if sheet.pages_count == 2 else ():
        tighter = _drawn(statement, begin(looseness))
        if tighter.pages_count == 1:
            sheet, tighter = tighter, sheet
        tighter.discard()
        if sheet.pages_count == 1:
            break
    return sheet


def _drawn(statement: Statement, sheet: Sheet) -> Sheet:
    small = _small_print(sheet, statement, bool(sheet.speller.respelled))
    shows_clients = wording.shows_clients(statement)
    _draw_head(sheet, statement)
    _draw_lines(sheet, statement)
    draw_days(sheet, statement, 0.0 if shows_clients else small.height)
    if shows_clients:
        _draw_clients(sheet, statement, small.height)
    _draw_small_print(sheet, small)
    return sheet


def _names(statement: Statement) -> Iterator[str]:
    """Every text that is not ours, but for sites."""
    yield symbol(statement.currency)
    yield wording.file_title(statement)
    for fact in wording.facts(statement):
        yield fact.value
    yield from wording.sender(statement)
    yield wording.payment(statement)
    for line in statement.lines:
        yield text.clean(line.name)
    for part in statement.clients:
        yield wording.client_name(part)


def _sites(statement: Statement, speller: Speller) -> Iterator[str]:
    """The sites, as they are written."""
    for part in statement.clients:
        for site in part.sites:
            yield _site(speller, site)


def _site(speller: Speller, site: SitePart) -> str:
    """As it is written, or in the letters of the wire: its spelling would be another address."""
    written = wording.site_name(site)
    return written if speller.draws(written) else wording.site_on_the_wire(site)


def _draw_head(sheet: Sheet, statement: Statement) -> None:
    _draw_title(sheet, statement)
    if wording.banner(statement):
        _draw_banner(sheet, wording.banner(statement))
    sheet.set_y(sheet.y + sheet.blank(22))
    sheet.rule(INK, 1.4)
    facts = wording.facts(statement)
    top = sheet.y + sheet.blank(15)
    width = max(sheet.width_of(fact.label) for fact in facts) + 16
    y = top
    for fact in facts:
        look = BODY
        if fact.label == "Status" and statement.past_due:
            look = Look(style="B", color=BAD)
        elif fact.label == "Status" and statement.status == "paid":
            look = Look(style="B", color=ACCENT)
        sheet.put(SIDE, y + 7, fact.label, Look(color=SOFT))
        lines = sheet.wrapped(fact.value, sheet.room * 0.6 - width, look)
        sheet.put_lines(SIDE + width, y + 7, lines, 13.6, look)
        y += 13.6 * len(lines)
    y = max(y, top + 3 * 13.6)
    sheet.put_right(sheet.right, y - 33, wording.total_label(statement), Look(color=SOFT))
    total = wording.amount(statement.total_minor, statement)
    sheet.put_right(sheet.right, y - 7, total, Look(24, "B"))
    sheet.set_y(y + 7)
    sheet.rule()


def _draw_title(sheet: Sheet, statement: Statement) -> None:
    top = sheet.y
    taken = sheet.width_of(wording.title(statement), Look(15)) + 30
    lines = sheet.wrapped(wording.agency(statement), sheet.room - taken, Look(16, "B"))
    sheet.put_lines(SIDE, top + 12, lines, 19, Look(16, "B"))
    y = top + 12 + 19 * len(lines)
    soft = Look(8.6, color=SOFT)
    for told in wording.sender(statement):
        below = sheet.wrapped(told, sheet.room - taken, soft)
        sheet.put_lines(SIDE, y - 4, below, 11.4, soft)
        y += 11.4 * len(below)
    label = Look(7.2, "B", WARN if statement.is_preview else ACCENT, 0.9)
    sheet.put_right(sheet.right, top + 6, wording.kind(statement).upper(), label)
    sheet.put_right(sheet.right, top + 23, wording.title(statement), Look(15))
    sheet.set_y(max(y - 19, top + 23) + 4)


def _draw_banner(sheet: Sheet, sentence: str) -> None:
    look = Look(9.4, "B", WARN)
    lines = sheet.wrapped(sentence, sheet.room - 24, look)
    top, height = sheet.y + sheet.blank(16), 13.0 * len(lines) + 11
    sheet.set_fill_color(*WARN_PAPER)
    sheet.rect(SIDE, top, sheet.room, height, style="F")
    sheet.set_fill_color(*WARN)
    sheet.rect(SIDE, top, 2.4, height, style="F")
    sheet.put_lines(SIDE + 13, top + 14.5, lines, 13, look)
    sheet.set_y(top + height)


def _draw_lines(sheet: Sheet, statement: Statement) -> None:
    rows = []
    for line in statement.lines:
        cells = wording.line_cells(line, statement)
        rows.append(Row(cells.name, (cells.days, cells.price, cells.amount), cells.note))
    if not rows:
        rows.append(Row("No license was active: nothing to pay.", ("", "", "")))
    totals = [
        Row(
            fact.label,
            ("", "", fact.value),
            look=BODY if index else TOTAL,
            above=1.0 if index else 6.0,
            below=1.0,
            hair=False,
        )
        for index, fact in enumerate(wording.totals(statement))
    ]
    Table(sheet, ("Product", "Days", "Per day", "Amount"), _LINE_COLUMNS).draw(
        "Lines", rows, totals
    )


def _draw_clients(sheet: Sheet, statement: Statement, after: float) -> None:
    whole, lists_sites = statement.whose is None, wording.lists_sites(statement)
    rows: list[Row] = []
    for part in statement.clients:
        sites = list(_site_rows(sheet, part, statement, lists_sites))
        if whole:
            days, total = text.number(part.days), wording.amount(part.amount_minor, statement)
            name = wording.client_name(part)
            rows.append(Row(name, (days, total), look=STRONG, above=7, leads=bool(sites)))
        rows += sites
    total = wording.amount(statement.total_minor, statement)
    end = Row("Total", ("", total), look=TOTAL, above=6, below=1, hair=False)
    titles = ("Client" if whole else "Site", "License-days", "Amount")
    Table(sheet, titles, _PART_COLUMNS).draw(wording.clients_heading(statement), rows, [end], after)


def _site_rows(
    sheet: Sheet, part: ClientPart, statement: Statement, lists_sites: bool
) -> Iterator[Row]:
    whole = statement.whose is None
    plain = Row("", (), indent=12, above=2.0, below=2.4) if whole else Row("", ())
    if lists_sites:
        for site in part.sites:
            numbers = (
                text.number(site.days),
                wording.amount(site.amount_minor, statement),
            )
            name = _site(sheet.speller, site)
            yield plain._replace(name=name, numbers=numbers, from_right=False)
    if part.credit_minor:
        numbers = ("", wording.amount(part.credit_minor, statement))
        yield plain._replace(name="Credit", numbers=numbers)


class _SmallPrint(NamedTuple):
    """Paragraphs in lines, each with its look and the height of a line."""

    paragraphs: list[tuple[list[str], Look, float]]
    height: float


def _small_print(sheet: Sheet, statement: Statement, spelled: bool) -> _SmallPrint:
    sentences = wording.small_print(statement)
    if spelled:
        sentences.append(_SPELLED)
    looks = [(sentence, Look(8, color=SOFT), 10.8) for sentence in sentences]
    if wording.payment(statement):
        looks.insert(0, (wording.payment(statement), BODY, 14.0))
    looks += [(line, Look(7.2, color=FAINT), 10.0) for line in wording.fine_print(statement)]
    paragraphs = [
        (sheet.wrapped(sentence, sheet.room, look), look, leading)
        for sentence, look, leading in looks
    ]
    height = sum(leading * len(lines) + 1.6 for lines, _, leading in paragraphs)
    return _SmallPrint(paragraphs, height + sheet.blank(GAP + 16))


def _draw_small_print(sheet: Sheet, small: _SmallPrint) -> None:
    sheet.set_y(sheet.y + sheet.blank(GAP + 8))
    sheet.rule(RULE)
    sheet.set_y(sheet.y + sheet.blank(8))
    for lines, look, leading in small.paragraphs:
        sheet.put_lines(SIDE, sheet.y + leading * 0.75, lines, leading, look)
        sheet.set_y(sheet.y + leading * len(lines) + 1.6)
