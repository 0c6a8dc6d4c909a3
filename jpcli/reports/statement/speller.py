"""Text as it can be drawn: what none of the fonts at hand has is spelled in Latin letters.

Owns the spelling, and what of a document needed it. Han characters are never spelled: their only
reading here would be the Mandarin one, and 東京 in it is no place in Japan. A mark in their place
tells one name from another, and is the same in every document.
"""

from __future__ import annotations

from hashlib import sha256
from itertools import groupby
from typing import TYPE_CHECKING
from unicodedata import category, normalize

from anyascii import anyascii
from fontTools.unicodedata import script, script_name

from jpcli.reports.statement.letters import ATTACHED, TEXT, has

if TYPE_CHECKING:
    from jpcli.reports.statement.letters import Face, Letters

_MARKS = ATTACHED | {"Lm"}
_HAN, _BESIDE_HAN = "Hani", frozenset({"Hani", "Hira", "Kana"})
_PROLONGED = "ー"
_NO_SCRIPT = frozenset({"Zyyy", "Zinh", "Zzzz"})
SYMBOLS = "symbols"
# Letters that carry a vowel, which AnyAscii leaves out.
_CARRIERS = {"ا": "a", "ອ": "o", "ཨ": "a"}


class Speller:
    """Keeps which characters are used of which font, and in `respelled` the names of the scripts
    that had to be spelled."""

    def __init__(self, letters: Letters) -> None:
        self._letters = letters
        self.used: dict[Face, set[int]] = {TEXT: set()}
        self.respelled: set[str] = set()
        self._spelled: dict[str, str] = {}

    def spell(self, text: str) -> str:
        """The text as it can be drawn; every character of it is kept for its font."""
        if text not in self._spelled:
            self._spelled[text] = self._spell(normalize("NFC", text))
        return self._spelled[text]

    def draws(self, text: str) -> bool:
        """Whether it can be drawn as it is; where not, its scripts are `respelled`."""
        return not self._lacking(normalize("NFC", text))

    def faces_of(self, text: str) -> list[Face | None]:
        """The font of each character. A mark has that of the letter that it is set on, if that
        knows it; what joins letters always has."""
        if text.isascii():
            return [TEXT] * len(text)
        faces: list[Face | None] = []
        before: Face | None = None
        for character in text:
            kind = category(character)
            if before is None or kind not in ATTACHED or not _goes_on(before, character, kind):
                before = self._letters.face_of(character)
            faces.append(before)
        return faces

    def drawn_with(self, spelled: str) -> list[Face]:
        """The font of each character of what `spell` gave."""
        return [face or TEXT for face in self.faces_of(spelled)]

    def _lacking(self, text: str) -> set[str]:
        pairs = zip(text, self.faces_of(text), strict=True)
        lacking = {character for character, face in pairs if face is None}
        self.respelled.update(map(_script_of, filter(_spelled, lacking)))
        return lacking

    def _spell(self, text: str) -> str:
        if lacking := self._lacking(text):
            text = "".join(
                _spelled_run("".join(run), is_cjk, lacking)
                for is_cjk, run in groupby(text, _is_beside_han)
            )
        for character, face in zip(text, self.drawn_with(text), strict=True):
            self.used.setdefault(face, set()).add(ord(character))
        return text


def _goes_on(before: Face, character: str, kind: str) -> bool:
    return has(before, character) or (kind == "Cf" and before != TEXT)


def _is_beside_han(character: str) -> bool:
    return character == _PROLONGED or not _BESIDE_HAN.isdisjoint(_scripts(character))


def _scripts(character: str) -> set[str]:
    """Those of all that it is made of: ㈱ has a Han character in it."""
    return set(map(script, normalize("NFKC", character)))


def _script_of(character: str) -> str:
    found = _HAN if _HAN in _scripts(character) else script(character)
    return SYMBOLS if found in _NO_SCRIPT else script_name(found)


def _spelled_run(run: str, is_cjk: bool, lacking: set[str]) -> str:
    if is_cjk and any(_HAN in _scripts(character) for character in lacking.intersection(run)):
        return f"[Han {sha256(run.encode()).hexdigest()[:6]}]"
    return "".join(_spelled(each) if each in lacking else each for each in run)


def _spelled(character: str) -> str:
    """A mark that only changes its neighbor may go; anything else must leave a trace, and only
    punctuation a question mark."""
    found = _CARRIERS.get(character) or anyascii(character)
    kind = category(character)
    if (found and ("?" not in found or kind[0] == "P")) or kind in _MARKS:
        return found
    return f"[U+{ord(character):04X}]"
