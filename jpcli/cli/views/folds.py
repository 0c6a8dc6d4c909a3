"""Where a text that is too wide goes on: after a blank or a slash, else after a dot or a dash."""

from __future__ import annotations

import re
from itertools import accumulate
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator

# A blank, a slash that is not of `https://`; what is good enough where there is none of those.
_GOOD = re.compile(r"\s|(?<![:/])/(?!/)")
_FAIR = re.compile(r"[-._?&=,@]")


def folded(line: Text, width: int) -> list[Text]:
    """The text in lines of at most `width` cells, nothing left out but the blanks at the ends;
    what is indented goes on below itself."""
    lines: list[Text] = []
    for part in line.split("\n", allow_blank=True):
        indent = len(part.plain) - len(part.plain.lstrip(" "))
        if width - indent < max(indent, 2):
            indent = 0
        begin, rest = part.divide([indent]) if indent else (Text(), part)
        for piece in rest.divide(_ends(rest.plain, max(width - indent, 2))):
            piece.rstrip()
            lines.append(begin + piece)
    return lines


def _ends(plain: str, width: int) -> Iterator[int]:
    """After how many characters a line ends, but for the last one."""
    begin = 0
    while cell_len(plain[begin:].rstrip()) > width:
        fits = sum(used <= width for used in accumulate(map(cell_len, plain[begin:])))
        # A blank may stand beyond the edge: it is not drawn.
        most = begin + max(fits, 1)
        end = _last(_GOOD, plain, begin, most + plain[most : most + 1].isspace())
        begin = end or _last(_FAIR, plain, begin, most) or most
        yield begin


def _last(wanted: re.Pattern[str], plain: str, begin: int, most: int) -> int | None:
    """The end of the last match within the line; None where there is none."""
    ends = [found.end() for found in wanted.finditer(plain, begin, most)]
    return ends[-1] if ends else None
