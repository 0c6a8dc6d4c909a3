"""The fonts of PDF files: Source Sans 3, from the package that carries it, cut to what is used.

Owns the step from one variable font of 1,600 characters to two small fixed ones, and what stands
for a character that it lacks. fpdf2 could do the former by itself, in nine seconds.
"""

from __future__ import annotations

from copy import deepcopy
from functools import lru_cache
from io import BytesIO
from typing import TYPE_CHECKING
from unicodedata import category, normalize

import fontpkg_source_sans_3
from anyascii import anyascii
from fontTools import subset
from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

_MARKS = frozenset({"Lm", "Mn", "Mc", "Me", "Cf"})
WEIGHTS = {"": 400, "B": 600}


class Speller:
    """Text with the characters that the font has. Others are spelled in Latin letters, as
    `DongJing`, so that names can still be told apart; `replaced` says that it was needed."""

    def __init__(self, known: Iterable[int]) -> None:
        self._known = frozenset(known)
        self.used: set[int] = set(map(ord, "?"))
        self.replaced = False

    def spell(self, text: str) -> str:
        """The text as it can be printed; every character of it is kept for the font."""
        spelled = normalize("NFC", text)
        if not self._known.issuperset(map(ord, spelled)):
            self.replaced = True
            spelled = "".join(map(self._character, spelled))
        self.used.update(map(ord, spelled))
        return spelled

    def _character(self, character: str) -> str:
        if ord(character) in self._known:
            return character
        # A mark that only changes its neighbor may go; anything else must leave a trace.
        return anyascii(character) or ("" if category(character) in _MARKS else "?")


@lru_cache(maxsize=1)
def known_characters() -> frozenset[int]:
    """The characters that the font has."""
    return frozenset(_open_font().getBestCmap())


def write_fonts(used: set[int], folder: Path) -> dict[str, Path]:
    """A font file for each style of `WEIGHTS`, with the characters used.

    The same characters give the same bytes.
    """
    paths = {}
    for style, content in _cut(frozenset(used)).items():
        paths[style] = folder / f"SourceSans3-{WEIGHTS[style]}.ttf"
        paths[style].write_bytes(content)
    return paths


@lru_cache(maxsize=8)  # most statements of an agency need the same characters
def _cut(used: frozenset[int]) -> dict[str, bytes]:
    font = _open_font()
    options = subset.Options()
    options.layout_features = []
    options.recalc_timestamp = False
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=used)
    cutter.subset(font)
    contents = {}
    for style, weight in WEIGHTS.items():
        fixed = deepcopy(font)
        instantiateVariableFont(fixed, {"wght": weight}, inplace=True)
        file = BytesIO()
        fixed.save(file)
        contents[style] = file.getvalue()
    return contents


def _open_font() -> TTFont:
    """The variable font."""
    path = fontpkg_source_sans_3.ROOT / "files" / "SourceSans3[wght].ttf"
    return TTFont(BytesIO(path.read_bytes()), recalcTimestamp=False)
