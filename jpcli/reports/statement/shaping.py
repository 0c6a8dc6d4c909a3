"""Letters as their script joins and stacks them, by HarfBuzz through the fonts of fpdf2.

Owns which shapes a run of letters takes, where each goes, and which letters it is read back as:
fpdf2 itself leaves letters of several shapes, as ش has, in pieces when they are copied.
"""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from fpdf.enums import TextDirection

if TYPE_CHECKING:
    from fpdf.fonts import TTFFont


class Shape(NamedTuple):
    """A shape of a font as it stands in a file, and its place in points: `x` from the beginning of
    the run, `y` above the base line."""

    code: str
    x: float
    y: float


def shaped(font: TTFFont, text: str, size: float, from_right: bool) -> tuple[list[Shape], float]:
    """The shapes of a run, from left to right, and how wide it is."""
    direction = TextDirection.RTL if from_right else TextDirection.LTR
    found = font.perform_harfbuzz_shaping(
        text,
        size,
        {"features": {}, "fragment_direction": direction, "script": None, "language": None},
    )
    clusters = [
        (begin, list(group))
        for begin, group in groupby(zip(*found, strict=True), lambda each: each[0].cluster)
    ]
    ends = _ends([begin for begin, _ in clusters], len(text))
    scale = font.scale * size / 1000
    shapes, width = [], 0.0
    for begin, group in clusters:
        # The widest one of a letter's shapes is read back as the letter, the others as nothing.
        widest = max(range(len(group)), key=lambda index: group[index][1].x_advance)
        for index, (info, place) in enumerate(group):
            letters = text[begin : ends[begin]] if index == widest else ""
            code = _code(font, info.codepoint, letters)
            shapes.append(Shape(code, width + place.x_offset * scale, place.y_offset * scale))
            width += place.x_advance * scale
    return shapes, width


def _ends(begins: list[int], end: int) -> dict[int, int]:
    ordered = sorted(begins)
    return dict(zip(ordered, [*ordered[1:], end], strict=True))


def _code(font: TTFFont, number: int, letters: str) -> str:
    name = font.ttfont.getGlyphName(number)
    glyph = font.subset.get_glyph(
        glyph=number,
        unicode=tuple(map(ord, letters)),
        glyph_name=name,
        glyph_width=round(font.scale * font.ttfont["hmtx"].metrics[name][0]),
    )
    code = font.subset.pick_glyph(glyph)
    assert code is not None
    return font.escape_text(chr(code))
