"""A PDF file in the making: letters for all that it says, and sheets to draw it on.

Owns what a reader shows of the file, and that the same text makes the same bytes: no clock.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, NamedTuple

from jpcli.reports.statement.fonts import write_fonts
from jpcli.reports.statement.letters import TEXT, Letters, region_of
from jpcli.reports.statement.sheet import Sheet
from jpcli.reports.statement.speller import Speller

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from jpcli.reports.statement.fonts import FontFile

    # An empty sheet with so much of the usual blank space.
    Begin = Callable[[float], Sheet]

# Where bills are in these, paper is Letter.
_LETTER_CURRENCIES = frozenset({"usd", "cad", "mxn", "clp", "cop", "crc", "gtq", "php", "dop"})
# What sentences and numbers are made of; names add theirs.
_ALWAYS = "".join(map(chr, range(32, 127))) + "·–−…"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Pdf(NamedTuple):
    """A file. `respelled` are the scripts that its fonts have no letters for, `has_all_fonts` is
    whether no package with more of them is missing."""

    content: bytes
    respelled: tuple[str, ...]
    has_all_fonts: bool


class About(NamedTuple):
    """Whose file it is, and from when (microseconds)."""

    title: str
    author: str
    currency: str
    time_zone: str
    made_at: int


def write(
    about: About,
    names: Sequence[str],
    draw: Callable[[Begin], Sheet],
    as_drawn: Callable[[Speller], Iterable[str]] = lambda _speller: (),
) -> Pdf:
    """The whole file. `names` are all texts that are not ours; `as_drawn` are those that depend on
    the letters that there are."""
    letters = Letters(region_of(names, (about.time_zone, about.currency)))
    speller = Speller(letters)
    for name in names:
        speller.spell(name)
    for name in as_drawn(speller):
        speller.spell(name)
    speller.used[TEXT].update(map(ord, _ALWAYS))
    with TemporaryDirectory() as folder:
        fonts = write_fonts(speller.used, Path(folder))
        content = bytes(draw(partial(_begun, about, fonts, speller)).output())
    return Pdf(content, tuple(sorted(speller.respelled)), letters.is_complete)


def _begun(about: About, fonts: list[FontFile], speller: Speller, looseness: float) -> Sheet:
    paper = "letter" if about.currency in _LETTER_CURRENCIES else "a4"
    sheet = Sheet(paper, fonts, speller, about.title, looseness)
    sheet.set_title(about.title)
    sheet.set_author(about.author)
    sheet.set_creator("jpcli")
    sheet.set_lang("en")
    sheet.set_creation_date(_EPOCH + timedelta(microseconds=about.made_at))
    return sheet
