"""A sheet of paper to write on: text at places, and rules.

Owns measures, colors and page breaks; knows nothing of what a statement says. Lengths are points.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from fpdf import FPDF
from fpdf.fonts import TTFFont

from jpcli.reports.statement.letters import TEXT
from jpcli.reports.statement.lines import Run, reads_from_right, runs, wrapped
from jpcli.reports.statement.shaping import shaped

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from jpcli.reports.statement.fonts import FontFile
    from jpcli.reports.statement.speller import Speller

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

    def __init__(
        self, paper: str, fonts: list[FontFile], speller: Speller, footer: str, looseness: float
    ) -> None:
        """`looseness` is how much of the usual blank space there is."""
        super().__init__(unit="pt", format=paper)
        for font in fonts:
            self.add_font(font.family, font.style, font.path)
        self.set_margins(SIDE, TOP, SIDE)
        self.set_auto_page_break(False)
        self.c_margin = 0
        self.speller = speller
        self._footer = footer
        self._looseness = looseness
        self._known_runs: dict[tuple[str, bool | None], list[Run]] = {}
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

    def discard(self) -> None:
        """Close its fonts where no file is made of it."""
        for font in self.fonts.values():
            if isinstance(font, TTFFont):
                font.close()

    def footer(self) -> None:
        """The same on every page; called by fpdf2."""
        y, look = float(self.h) - 36, Look(7.6, color=FAINT)
        kept, *cut = self.wrapped(self._footer, self.room - 90, look)
        kept += "…" if cut else ""
        self.put(SIDE, y, kept, look, from_right=False)
        self.set_xy(SIDE + self.width_of(kept, look), y - 0.8 * look.size)
        self._set(look, Run("", TEXT))
        # A cell, because fpdf2 puts the number of pages into no other text.
        self.cell(self.room, look.size, f" · Page {self.page_no()} of {{nb}}")

    def blank(self, height: float) -> float:
        """How high a space is that is `height` on a page with room to spare."""
        return height * self._looseness

    def need(self, height: float) -> None:
        """Begin a page, with the head of the table that goes on, unless so much room is left."""
        if self.y + height > float(self.h) - BOTTOM:
            self.add_page()
            self.set_y(TOP)
            if self.repeat is not None:
                self.repeat()

    def put(
        self, x: float, y: float, text: str, look: Look = BODY, from_right: bool | None = None
    ) -> None:
        """Text from `x` on, its base line at `y`. `from_right` is the direction of the whole text
        where this is one line of it."""
        found, placed = self._runs(text, from_right), []
        for run in found:
            placed.append((run, x))
            x += self._width(run, look) if len(found) > 1 else 0.0
        # In the order in which it is read aloud, or copied.
        for run, left in sorted(placed, key=lambda place: place[0].begin):
            self._set(look, run)
            self._draw(run, left, y, look)

    def put_lines(
        self,
        x: float,
        y: float,
        lines: Sequence[str],
        leading: float,
        look: Look = BODY,
        from_right: bool | None = None,
    ) -> None:
        """Lines of one text, the base line of the first at `y`."""
        if from_right is None:
            from_right = reads_from_right("".join(lines))
        for index, line in enumerate(lines):
            self.put(x, y + leading * index, line, look, from_right)

    def put_right(self, x: float, y: float, text: str, look: Look = BODY) -> None:
        """Text that ends at `x`."""
        self.put(x - self.width_of(text, look), y, text, look)

    def put_middle(self, x: float, y: float, text: str, look: Look = BODY) -> None:
        """Text around `x`."""
        self.put(x - self.width_of(text, look) / 2, y, text, look)

    def width_of(self, text: str, look: Look = BODY) -> float:
        """How wide text would be."""
        return sum(self._width(run, look) for run in self._runs(text, None))

    def wrapped(self, text: str, width: float, look: Look = BODY) -> list[str]:
        """Text in lines that fit; a word that is too long is broken anywhere."""
        return wrapped(self.speller.spell(text), width, lambda piece: self.width_of(piece, look))

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

    def _runs(self, text: str, from_right: bool | None) -> list[Run]:
        if (text, from_right) not in self._known_runs:
            spelled = self.speller.spell(text)
            base = reads_from_right(spelled) if from_right is None else from_right
            found = runs(spelled, self.speller.drawn_with(spelled), base)
            self._known_runs[text, from_right] = found
        return self._known_runs[text, from_right]

    def _set(self, look: Look, run: Run) -> None:
        self.set_font(run.face.name, look.style, look.size)
        self.set_text_color(*look.color)
        self.set_char_spacing(look.spacing)

    def _width(self, run: Run, look: Look) -> float:
        self._set(look, run)
        if _is_plain(run):
            return float(self.get_string_width(run.text))
        return shaped(self._font(), run.text, look.size, run.from_right)[1]

    def _draw(self, run: Run, x: float, y: float, look: Look) -> None:
        if _is_plain(run):
            self.text(x, y, run.text)
            return
        self.text(x, y, "")  # so that the page has the font
        base = float(self.h) - y
        shapes, _ = shaped(self._font(), run.text, look.size, run.from_right)
        places = " ".join(
            f"1 0 0 1 {x + s.x:.2f} {base + s.y:.2f} Tm ({s.code}) Tj" for s in shapes
        )
        color = " ".join(f"{part / 255:.4f}" for part in look.color)
        self._out(f"q {color} rg BT {places} ET Q")

    def _font(self) -> TTFFont:
        assert isinstance(self.current_font, TTFFont)
        return self.current_font


def _is_plain(run: Run) -> bool:
    """Whether its letters stand one after the other as they are."""
    return run.face == TEXT and not run.from_right
