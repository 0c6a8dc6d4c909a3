"""A statement as a PDF file, the same bytes for the same statement.

Owns the layout of the page. Names in scripts that the font lacks are spelled in Latin letters, and
the small print says so.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from jpcli.domain.currency import symbol
from jpcli.reports.statement import text, wording
from jpcli.reports.statement.fonts import Speller, known_characters, write_fonts
from jpcli.reports.statement.heat import shades
from jpcli.reports.statement.sheet import (
    ACCENT,
    BAD,
    BODY,
    FAINT,
    GAP,
    INK,
    LABEL,
    RULE,
    SIDE,
    SMALL,
    SOFT,
    STRONG,
    TOTAL,
    WARN,
    WARN_PAPER,
    Look,
    Row,
    Sheet,
    Table,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jpcli.reports.statement.statement import ClientPart, Statement

# Where bills are in these, paper is Letter.
LETTER_CURRENCIES = frozenset({"usd", "cad", "mxn", "clp", "cop", "crc", "gtq", "php", "dop"})
# What sentences and numbers are made of; names add theirs.
_ALWAYS = "".join(map(chr, range(32, 127))) + "·–−…"
_SHADES = (
    (241, 244, 242),
    (211, 236, 220),
    (165, 216, 184),
    (108, 191, 140),
    (52, 160, 101),
    (11, 122, 67),
)
_PALE = (
    (248, 249, 248),
    (238, 248, 242),
    (221, 240, 228),
    (199, 230, 210),
    (179, 219, 195),
    (158, 207, 179),
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SPELLED = (
    "Names in scripts that this file has no letters for are spelled in Latin ones; the HTML form"
    " has them as they are."
)
_LINE_COLUMNS, _PART_COLUMNS = (62.0, 66.0, 86.0), (86.0, 86.0)


def write_pdf(statement: Statement) -> bytes:
    """The whole file. A reader's title bar, author and date are those of the statement."""
    speller = Speller(known_characters())
    for name in _names(statement):
        speller.spell(name)
    speller.used.update(map(ord, _ALWAYS))
    with TemporaryDirectory() as folder:
        fonts = write_fonts(speller.used, Path(folder))
        paper = "letter" if statement.currency in LETTER_CURRENCIES else "a4"
        sheet = Sheet(paper, fonts, speller, wording.file_title(statement))
        sheet.set_title(wording.file_title(statement))
        sheet.set_author(wording.agency(statement))
        sheet.set_creator("jpcli")
        sheet.set_lang("en")
        # In integers: the closing's microseconds, never a clock.
        sheet.set_creation_date(_EPOCH + timedelta(microseconds=statement.made_at))
        _draw_head(sheet, statement)
        _draw_lines(sheet, statement)
        _draw_days(sheet, statement)
        if wording.shows_clients(statement):
            _draw_clients(sheet, statement)
        _draw_small_print(sheet, statement, speller.replaced)
        return bytes(sheet.output())


def _names(statement: Statement) -> Iterator[str]:
    """Every text that is not ours."""
    yield symbol(statement.currency)
    yield wording.file_title(statement)
    for fact in wording.facts(statement):
        yield fact.value
    for line in statement.lines:
        yield text.clean(line.name)
    for part in statement.clients:
        yield wording.client_name(part)
        for site in part.sites:
            yield wording.site_name(site)


def _draw_head(sheet: Sheet, statement: Statement) -> None:
    _draw_title(sheet, statement)
    if wording.banner(statement):
        _draw_banner(sheet, wording.banner(statement))
    sheet.set_y(sheet.y + 22)
    sheet.rule(INK, 1.4)
    facts = wording.facts(statement)
    top = sheet.y + 15
    width = max(sheet.width_of(fact.label) for fact in facts) + 16
    y = top
    for fact in facts:
        look = BODY
        if fact.label == "Status" and statement.past_due:
            look = Look(style="B", color=BAD)
        elif fact.label == "Status" and statement.status == "paid":
            look = Look(style="B", color=ACCENT)
        sheet.put(SIDE, y + 7, fact.label, Look(color=SOFT))
        for line in sheet.wrapped(fact.value, sheet.room * 0.6 - width, look):
            sheet.put(SIDE + width, y + 7, line, look)
            y += 13.6
    y = max(y, top + 3 * 13.6)
    sheet.put_right(sheet.right, y - 33, wording.total_label(statement), Look(color=SOFT))
    total = wording.amount(statement.total_minor, statement)
    sheet.put_right(sheet.right, y - 7, total, Look(24, "B"))
    sheet.set_y(y + 7)
    sheet.rule()


def _draw_title(sheet: Sheet, statement: Statement) -> None:
    top = sheet.y
    taken = sheet.width_of(wording.title(statement), Look(15)) + 30
    y = top + 12
    for line in sheet.wrapped(wording.agency(statement), sheet.room - taken, Look(16, "B")):
        sheet.put(SIDE, y, line, Look(16, "B"))
        y += 19
    label = Look(7.2, "B", WARN if statement.is_preview else ACCENT, 0.9)
    sheet.put_right(sheet.right, top + 6, wording.kind(statement).upper(), label)
    sheet.put_right(sheet.right, top + 23, wording.title(statement), Look(15))
    sheet.set_y(max(y - 19, top + 23) + 4)


def _draw_banner(sheet: Sheet, sentence: str) -> None:
    look = Look(9.4, "B", WARN)
    lines = sheet.wrapped(sentence, sheet.room - 24, look)
    top, height = sheet.y + 16, 13.0 * len(lines) + 11
    sheet.set_fill_color(*WARN_PAPER)
    sheet.rect(SIDE, top, sheet.room, height, style="F")
    sheet.set_fill_color(*WARN)
    sheet.rect(SIDE, top, 2.4, height, style="F")
    for index, line in enumerate(lines):
        sheet.put(SIDE + 13, top + 14.5 + 13 * index, line, look)
    sheet.set_y(top + height)


def _heading(sheet: Sheet, title: str, keep: float) -> None:
    """A small title; what it is the title of begins on the same page."""
    sheet.set_y(sheet.y + 24)
    sheet.need(12 + keep)
    sheet.put(SIDE, sheet.y + 7, title.upper(), LABEL)
    sheet.set_y(sheet.y + 12)


def _draw_lines(sheet: Sheet, statement: Statement) -> None:
    _heading(sheet, "Lines", 60)
    table = Table(sheet, ("Product", "Days", "Per day", "Amount"), _LINE_COLUMNS)
    last = len(statement.lines) - 1
    for index, line in enumerate(statement.lines):
        cells = wording.line_cells(line, statement)
        row = Row(cells.name, (cells.days, cells.price, cells.amount), cells.note)
        table.add(row._replace(hair=index < last), keep=28 if index == last else 0)
    if not statement.lines:
        table.add(Row("No license was active: nothing to pay.", ("", "", ""), hair=False))
    rows = [
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
    table.end(rows)


def _draw_days(sheet: Sheet, statement: Statement) -> None:
    _heading(sheet, "Active licenses a day", 58)
    days = statement.per_day
    step = sheet.room / max(len(days), 1)
    size = step - 2
    top = sheet.y + 4
    for index, shade in enumerate(shades([count.licenses for count in days])):
        count, x = days[index], SIDE + index * step
        letter = Look(6.2, "B" if text.is_weekend(count.day) else "", FAINT)
        sheet.put_middle(x + size / 2, top + 4, text.weekday_letter(count.day), letter)
        sheet.set_fill_color(*(_SHADES if count.known else _PALE)[shade])
        sheet.rect(x, top + 7.5, size, size, style="F", round_corners=True, corner_radius=2.2)
        number = str(int(count.day[8:10]))
        sheet.put_middle(x + size / 2, top + size + 15, number, Look(6.2, color=SOFT))
    sheet.set_y(top + size + 19)
    sheet.paragraph(wording.days_caption(statement), SMALL, 12)


def _draw_clients(sheet: Sheet, statement: Statement) -> None:
    whole = statement.whose is None
    _heading(sheet, wording.clients_heading(statement), 70)
    titles = ("Client" if whole else "Site", "License-days", "Amount")
    table = Table(sheet, titles, _PART_COLUMNS)
    for part in statement.clients:
        if whole:
            days, total = text.number(part.days), wording.amount(part.amount_minor, statement)
            row = Row(wording.client_name(part), (days, total), look=STRONG, above=7)
            table.add(row, keep=18 if part.sites else 0)
        _add_sites(table, part, statement)
    total = wording.amount(statement.total_minor, statement)
    table.end([Row("Total", ("", total), look=TOTAL, above=6, below=1, hair=False)])


def _add_sites(table: Table, part: ClientPart, statement: Statement) -> None:
    whole = statement.whose is None
    plain = Row("", (), indent=12, above=2.0, below=2.4) if whole else Row("", ())
    if wording.lists_sites(statement):
        for site in part.sites:
            numbers = (
                text.number(site.days),
                wording.amount(site.amount_minor, statement),
            )
            table.add(plain._replace(name=wording.site_name(site), numbers=numbers))
    if part.credit_minor:
        numbers = ("", wording.amount(part.credit_minor, statement))
        table.add(plain._replace(name="Credit", numbers=numbers))


def _draw_small_print(sheet: Sheet, statement: Statement, spelled: bool) -> None:
    sentences = wording.small_print(statement)
    if spelled:
        sentences.append(_SPELLED)
    sheet.set_y(sheet.y + GAP + 8)
    sheet.need(13 * len(sentences) + 24)
    sheet.rule(RULE)
    sheet.set_y(sheet.y + 8)
    for sentence in sentences:
        sheet.paragraph(sentence, Look(8, color=SOFT), 10.8)
        sheet.set_y(sheet.y + 1.6)
    if statement.content_hash is not None and statement.whose is None:
        sheet.paragraph(f"Content hash {statement.content_hash}", Look(7.2, color=FAINT), 10)
