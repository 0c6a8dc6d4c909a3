"""Which font has a letter: the text font, or one of those that the extra `fonts` brings.

Owns what is installed and what is in it. What becomes of a letter that no font has is for
`speller`, how fonts get into a file for `fonts`.
"""

from __future__ import annotations

from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import fontpkg_source_sans_3
from fontTools.ttLib import TTFont
from fontTools.unicodedata import script, script_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


class Face(NamedTuple):
    """A font: its name, its file, and which one it is in a file of several. `quadratic` is whether
    its outlines are as TrueType has them."""

    name: str
    path: Path
    number: int = -1
    quadratic: bool = True


TEXT = Face("Text", fontpkg_source_sans_3.ROOT / "files" / "SourceSans3[wght].ttf")

# Kinds of characters that are set on a letter, or join it to the next.
ATTACHED = frozenset({"Mn", "Mc", "Me", "Cf"})

# Letters that a shape has to be found for; without it fpdf2 would set them one by one.
SHAPER = "uharfbuzz"
_SCRIPTS, _CJK, _CJK_FILE = "manimgx_fonts", "manimgx_fonts_cjk", "NotoSansCJK-VF.otf.ttc"
# Files for what belongs to no script, in the order in which they are asked.
_COMMON = ("NotoSans", "NotoSansSymbols", "NotoEmoji")

# The fonts of that file in order: Han characters are drawn a little differently in each place.
_JAPAN, _KOREA, _CHINA, _TAIWAN, _HONG_KONG = range(5)
_PLACES = {
    "jpy": _JAPAN,
    "krw": _KOREA,
    "twd": _TAIWAN,
    "hkd": _HONG_KONG,
    "Asia/Tokyo": _JAPAN,
    "Asia/Seoul": _KOREA,
    "Asia/Taipei": _TAIWAN,
    "Asia/Hong_Kong": _HONG_KONG,
}
_WRITTEN = (({"Hira", "Kana"}, _JAPAN), ({"Hang"}, _KOREA))


def region_of(names: Iterable[str], places: Iterable[str]) -> int:
    """Whose forms of Han characters a document takes: those of the letters that stand beside them
    anywhere in it, else those of its currency or time zone."""
    scripts = {script(character) for name in names if not name.isascii() for character in name}
    for written, region in _WRITTEN:
        if scripts & written:
            return region
    return next((_PLACES[place] for place in places if place in _PLACES), _CHINA)


class Letters:
    """The fonts at hand. `region` is one of `region_of`."""

    def __init__(self, region: int = _CHINA) -> None:
        self._region = region
        shapes = find_spec(SHAPER) is not None
        self._scripts = _folder(_SCRIPTS) if shapes else None
        self._cjk = _folder(_CJK, _CJK_FILE) if shapes else None
        self._found: dict[str, Face | None] = {}

    @property
    def is_complete(self) -> bool:
        """Whether there is nothing more to install."""
        return self._scripts is not None and self._cjk is not None

    def face_of(self, character: str) -> Face | None:
        """The font to draw it with; None where there is none."""
        if character not in self._found:
            faces = (face for face in self._faces(character) if has(face, character))
            self._found[character] = next(faces, None)
        return self._found[character]

    def _faces(self, character: str) -> Iterator[Face]:
        yield TEXT
        if self._scripts is not None:
            own = script_name(script(character)).replace(" ", "").replace("_", "")
            for name in (f"NotoSans{own}", *_COMMON):
                path = self._scripts / f"{name}[wght].ttf"
                if path.exists():
                    yield Face(name, path)
        if self._cjk is not None:
            yield Face("NotoSansCJK", self._cjk / _CJK_FILE, self._region, quadratic=False)


def has(face: Face, character: str) -> bool:
    """Whether a font has a character."""
    return ord(character) in _characters(face)


def _folder(package: str, file: str = "") -> Path | None:
    """Where a package is, if it is installed and has the file."""
    spec = find_spec(package)
    for place in (spec and spec.submodule_search_locations) or ():
        if (Path(place) / file).exists():
            return Path(place)
    return None


@lru_cache(maxsize=32)
def _characters(face: Face) -> frozenset[int]:
    with TTFont(face.path, fontNumber=face.number, lazy=True) as font:
        return frozenset(font.getBestCmap())
