"""A line of text as pieces that are each drawn in one go, and a text as lines that fit.

Owns directions (the Unicode bidirectional algorithm, by fpdf2) and where a line may be broken;
knows no widths and draws nothing.
"""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple
from unicodedata import bidirectional, category, combining, east_asian_width

from fpdf.bidi import BidiParagraph
from fpdf.enums import TextDirection

from jpcli.reports.statement.letters import ATTACHED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from jpcli.reports.statement.letters import Face

_FROM_THE_RIGHT = frozenset({"R", "AL"})
_STRONG = _FROM_THE_RIGHT | {"L"}
# What no line of Chinese or Japanese begins with, and ends with.
_NOT_FIRST, _NOT_LAST = frozenset({"Pe", "Pf", "Po", "Lm"}), frozenset({"Ps", "Pi"})
_HANGUL = ("\uac00", "\ud7a3")
_JOINER, _VIRAMA = "\u200d", 9


class Run(NamedTuple):
    """Letters of one font and one direction, in the order in which they are read; `begin` is the
    place in its line."""

    text: str
    face: Face
    from_right: bool = False
    begin: int = 0


def reads_from_right(text: str) -> bool:
    """Whether a text as a whole goes from right to left: by its first letter that says so."""
    if text.isascii():
        return False
    kinds = map(bidirectional, text)
    return next((kind for kind in kinds if kind in _STRONG), "L") in _FROM_THE_RIGHT


def runs(text: str, faces: Sequence[Face], from_right: bool) -> list[Run]:
    """A line, from left to right; `from_right` is the direction of the whole text."""
    if text.isascii() and faces:
        return [Run(text, faces[0])]
    if _FROM_THE_RIGHT.isdisjoint(map(bidirectional, text)):
        return _of_one_direction(text, faces, range(len(text)), False)
    base = TextDirection.RTL if from_right else TextDirection.LTR
    found: list[Run] = []
    for places, level in _levels(BidiParagraph(text, base)):
        whole = range(min(places), max(places) + 1)  # with what has no direction of its own
        parts = _of_one_direction(text, faces, whole, level % 2 == 1)
        found += reversed(parts) if level % 2 else parts
    return found


def _of_one_direction(
    text: str, faces: Sequence[Face], places: range, from_right: bool
) -> list[Run]:
    found = []
    for face, group in groupby(places, faces.__getitem__):
        same = list(group)
        found.append(Run(text[same[0] : same[-1] + 1], face, from_right, same[0]))
    return found


def _levels(paragraph: BidiParagraph) -> Iterator[tuple[list[int], int]]:
    shown = paragraph.get_reordered_characters()
    for level, group in groupby(shown, lambda character: character.embedding_level):
        yield [character.character_index for character in group], level


def wrapped(text: str, room: float, width_of: Callable[[str], float]) -> list[str]:
    """Text in lines that fit; a piece that is too long is broken between any two letters."""
    if width_of(text) <= room:
        return [text]
    lines, line, used = [], "", 0.0
    for piece in _pieces(text, _may_break):
        needed = width_of(piece.rstrip())
        if line and used + needed > room:
            lines.append(line.rstrip())
            line, used = "", 0.0
        *full, rest = _filled(piece, room, width_of) if needed > room else [piece]
        lines += full
        line, used = line + rest, used + width_of(rest)
    return [*lines, line.rstrip()]


def _filled(text: str, room: float, width_of: Callable[[str], float]) -> list[str]:
    lines, used = [""], 0.0
    for piece in _pieces(text, _may_split):
        width = width_of(piece)
        if lines[-1] and used + width > room:
            lines.append("")
            used = 0.0
        lines[-1] += piece
        used += width
    return lines


def _pieces(text: str, may_break: Callable[[str, str], bool]) -> Iterator[str]:
    begin = 0
    for place in range(1, len(text)):
        if may_break(text[place - 1], text[place]):
            yield text[begin:place]
            begin = place
    yield text[begin:]


def _may_break(before: str, after: str) -> bool:
    """After blanks and slashes, and beside Han and kana."""
    if before in " /":
        return after not in " /"
    if category(after) in _NOT_FIRST or category(before) in _NOT_LAST:
        return False
    return (_is_wide(before) or _is_wide(after)) and _may_split(before, after)


def _may_split(before: str, after: str) -> bool:
    """Not between a letter and what is set on it or joined to it."""
    joins = before == _JOINER or combining(before) == _VIRAMA
    return not joins and category(after) not in ATTACHED


def _is_wide(character: str) -> bool:
    if character.isascii() or _HANGUL[0] <= character <= _HANGUL[1]:
        return False
    return east_asian_width(character) in "WF"
