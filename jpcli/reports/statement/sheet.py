"""A sheet of paper to write on: text at places, rules, and tables whose head is on every page.

Owns measures, colors and page breaks; knows nothing of what a statement says. Lengths are points.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from fpdf import FPDF

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from jpcli.reports.statement.fonts import Speller

FAMILY = "Text"
SIDE, TOP, BOTTOM = 54.0, 54.0, 62.0
GAP = 18.0

INK, SOFT, FAINT = (23, 33, 28), (92, 107, 100), (139, 152, 145)
RULE, HAIR = (200, 209, 204), (228, 234, 231)
ACCENT, WARN, BAD = (11, 107, 58), (138, 90, 0), (163, 36, 28)
WARN_PAPER = (255, 246, 224)
Color = tuple[int, int, int]


class Look(NamedTuple):
    """How a piece of text is set."""

    size: float = 9.6
    style: str = ""
    color: Color = INK
    spacing: float = 0.0


BODY = Look()
STRONG = Look(style="B")
SMALL = Look(8.2, color=SOFT)
LABEL = Look(7.2, "B", SOFT, 0.9)
HEAD = Look(8.4, color=SOFT)
TOTAL = Look(11.0, "B")


class Sheet(FPDF):
    """A document whose pages break where `need` is asked for room that is not there."""

    def __init__(self, paper: str, fonts: dict[str, Path], speller: Speller, footer: str) -> None:
        super().__init__(unit="pt", format=paper)
        for style, path in fonts.items():
            self.add_font(FAMILY, style, path)
        self.set_margins(SIDE, TOP, SIDE)
        self.set_auto_page_break(False)
        self.c_margin = 0
        self._speller = speller
        self._footer = footer
        self.repeat: Callable[[], None] | None = None
        self.add_page()

    @property
    def right(self) -> float:
        """The right edge of what is written."""
        return float(self.w) - SIDE

    @property
    def room(self) -> float:
        """The width of what is written."""
        return float(self.w) - 2 * SIDE

    def footer(self) -> None:
        """The same on every page; called by fpdf2."""
        y = float(self.h) - 36
        page = f" · Page {self.page_no()} of {{nb}}"
        look = Look(7.6, color=FAINT)
        self._set(look)
        kept = self._shortened(self._speller.spell(self._footer), self.room - 90)
        # A cell, because fpdf2 puts the number of pages into no other text.
        self.set_xy(SIDE, y - 8)
        self.cell(self.room, 10, kept + page)

    def need(self, height: float) -> None:
        """Begin a page, with the head of the table that goes on, unless so much room is left."""
        if self.y + height > float(self.h) - BOTTOM:
            self.add_page()
            self.set_y(TOP)
            if self.repeat is not None:
                self.repeat()

    def put(self, x: float, y: float, text: str, look: Look = BODY) -> None:
        """Text from `x` on, its base line at `y`."""
        self._set(look)
        self.text(x, y, self._speller.spell(text))

    def put_right(self, x: float, y: float, text: str, look: Look = BODY) -> None:
        """Text that ends at `x`."""
        self.put(x - self.width_of(text, look), y, text, look)

    def put_middle(self, x: float, y: float, text: str, look: Look = BODY) -> None:
        """Text around `x`."""
        self.put(x - self.width_of(text, look) / 2, y, text, look)

    def width_of(self, text: str, look: Look = BODY) -> float:
        """How wide text would be."""
        self._set(look)
        return float(self.get_string_width(self._speller.spell(text)))

    def wrapped(self, text: str, width: float, look: Look = BODY) -> list[str]:
        """Text in lines that fit; a word that is too long is broken anywhere."""
        if self.width_of(text, look) <= width:
            return [text]
        self._set(look)
        lines = self.multi_cell(
            width, None, self._speller.spell(text), align="L", dry_run=True, output="LINES"
        )
        assert isinstance(lines, list)
        return [str(line) for line in lines]

    def paragraph(self, text: str, look: Look, leading: float) -> None:
        """Sentences over the whole width."""
        for line in self.wrapped(text, self.room, look):
            self.need(leading)
            self.put(SIDE, self.y + leading * 0.75, line, look)
            self.set_y(self.y + leading)

    def rule(self, color: Color = RULE, width: float = 0.6) -> None:
        """A line across at the present height."""
        self.set_draw_color(*color)
        self.set_line_width(width)
        self.line(SIDE, self.y, self.right, self.y)

    def _set(self, look: Look) -> None:
        self.set_font(FAMILY, look.style, look.size)
        self.set_text_color(*look.color)
        self.set_char_spacing(look.spacing)

    def _shortened(self, text: str, width: float) -> str:
        if self.get_string_width(text) <= width:
            return text
        while text and self.get_string_width(text + "…") > width:
            text = text[:-1]
        return text.rstrip() + "…"


class Row(NamedTuple):
    """One row of a table: a name, numbers aligned right, a note below the name."""

    name: str
    numbers: Sequence[str]
    note: str = ""
    look: Look = BODY
    indent: float = 0.0
    above: float = 3.6
    below: float = 4.0
    hair: bool = True


class Table:
    """Rows below a head that every page repeats. `widths` are those of the number columns."""

    def __init__(self, sheet: Sheet, titles: Sequence[str], widths: Sequence[float]) -> None:
        self._sheet = sheet
        self._titles = titles
        self._edges = [sheet.right - sum(widths[index + 1 :]) for index in range(len(widths))]
        self._name_width = sheet.room - sum(widths)
        self._draw_head()
        sheet.repeat = self._draw_head

    def add(self, row: Row, keep: float = 0.0) -> None:
        """One row; `keep` is the height of what must stand on the same page below it."""
        sheet, size = self._sheet, row.look.size
        leading = size * 1.28
        names = sheet.wrapped(row.name, self._name_width - row.indent, row.look)
        notes = sheet.wrapped(row.note, self._name_width, SMALL) if row.note else []
        height = row.above + leading * len(names) + 10.6 * len(notes) + row.below
        sheet.need(height + keep)
        y = sheet.y + row.above + size * 0.92
        # In the order in which it is read aloud, or copied.
        for position, line in enumerate(names):
            sheet.put(SIDE + row.indent, y + leading * position, line, row.look)
        for edge, number in zip(self._edges, row.numbers, strict=True):
            sheet.put_right(edge, y, number, row.look)
        y += leading * len(names)
        y += 8.2 - size  # the small line stands closer
        for line in notes:
            sheet.put(SIDE + row.indent, y + 1, line, SMALL)
            y += 10.6
        sheet.set_y(sheet.y + height)
        if row.hair:
            sheet.rule(HAIR)

    def end(self, rows: Sequence[Row]) -> None:
        """The totals, below a rule; then the table is done."""
        self._sheet.rule(INK, 0.7)
        for row in rows:
            self.add(row)
        self._sheet.repeat = None

    def _draw_head(self) -> None:
        sheet = self._sheet
        y = sheet.y + 10
        sheet.put(SIDE, y, self._titles[0], HEAD)
        for edge, title in zip(self._edges, self._titles[1:], strict=True):
            sheet.put_right(edge, y, title, HEAD)
        sheet.set_y(y + 5)
        sheet.rule(INK, 0.7)
