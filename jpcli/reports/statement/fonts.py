"""The fonts of a PDF file, cut to what is used, with one fixed weight each.

Owns the step from variable fonts of thousands of characters to small fixed ones. fpdf2 could take
that step by itself, in nine seconds for the text font alone.
"""

from __future__ import annotations

from copy import deepcopy
from functools import lru_cache
from io import BytesIO
from typing import TYPE_CHECKING, Any, NamedTuple
from unicodedata import normalize

from fontTools import subset
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont

from jpcli.reports.statement.letters import TEXT, Face

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

WEIGHTS = {"": 400, "B": 600}
# How far a curve may be off when it is written as TrueType has it; a letter is 1,000 wide.
_MAX_OFF = 0.5


# Khmer vowels that are written around a consonant begin with this one, which Unicode does not tell.
_DOTTED_CIRCLE, _KHMER_E = 0x25CC, 0x17C1


class FontFile(NamedTuple):
    """One weight of a font, as fpdf2 is told of it."""

    family: str
    style: str
    path: Path


def write_fonts(used: Mapping[Face, set[int]], folder: Path) -> list[FontFile]:
    """A font file for each style of `WEIGHTS`, with the characters used.

    The same characters give the same bytes.
    """
    files = []
    for face, characters in sorted(used.items()):
        for style, content in _cut(face, frozenset(characters | _parts(characters))).items():
            path = folder / f"{face.name}-{WEIGHTS[style]}.ttf"
            path.write_bytes(content)
            files.append(FontFile(face.name, style, path))
    return files


def _parts(characters: set[int]) -> set[int]:
    """What a shaper puts in the place of characters beside what the font tells it: the parts that
    they are made of, and a circle below a mark that has no letter."""
    parts = {ord(part) for code in characters for part in normalize("NFKD", chr(code))}
    return parts | {ord(" "), _DOTTED_CIRCLE, _KHMER_E}


@lru_cache(maxsize=32)  # most statements of an agency need the same characters
def _cut(face: Face, used: frozenset[int]) -> dict[str, bytes]:
    content = BytesIO(face.path.read_bytes())
    font = TTFont(content, fontNumber=face.number, recalcTimestamp=False, lazy=True)
    if not face.quadratic:
        return {style: _redrawn(font, used, weight) for style, weight in WEIGHTS.items()}
    options = subset.Options()
    options.recalc_timestamp = False
    if face == TEXT:
        options.layout_features = []
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=used)
    cutter.subset(font)
    contents = {}
    for style, weight in WEIGHTS.items():
        fixed = deepcopy(font)
        instantiateVariableFont(fixed, {"wght": weight}, inplace=True)
        contents[style] = _bytes(fixed)
    return contents


def _redrawn(font: TTFont, used: frozenset[int], weight: int) -> bytes:
    """A font with the outlines of another at one weight and nothing else of it. Han, kana and
    Hangul need no more, and no reader of PDF files has trouble with it."""
    names = font.getBestCmap()
    mapping = {code: names[code] for code in sorted(used) if code in names}
    order = [".notdef", *dict.fromkeys(mapping.values())]
    shapes = font.getGlyphSet(location={"wght": weight})
    glyphs: dict[str, Any] = {}
    for name in order:
        pen = TTGlyphPen(None)
        shapes[name].draw(Cu2QuPen(pen, _MAX_OFF, reverse_direction=True))
        glyphs[name] = pen.glyph()
    made = FontBuilder(font["head"].unitsPerEm, isTTF=True)
    made.font.recalcTimestamp = False
    made.updateHead(created=font["head"].created, modified=font["head"].modified)
    made.setupGlyphOrder(order)
    made.setupCharacterMap(mapping)
    made.setupGlyf(glyphs)
    made.setupHorizontalMetrics(
        {name: (round(shapes[name].width), getattr(glyphs[name], "xMin", 0)) for name in order}
    )
    line = font["hhea"]
    made.setupHorizontalHeader(ascent=line.ascent, descent=line.descent)
    family = font["name"].getDebugName(1)
    made.setupNameTable({"familyName": family, "styleName": str(weight), "fullName": family})
    made.setupOS2(usWeightClass=weight)
    made.setupPost()
    return _bytes(made.font)


def _bytes(font: TTFont) -> bytes:
    file = BytesIO()
    font.save(file)
    return file.getvalue()
