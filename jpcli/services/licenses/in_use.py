"""Bundles that end while their licenses are on sites: how that is told, and who must agree to it.

Owns the words. A bundle's parent is on no site itself, so that nothing in its name or state says
what stops with it (B2).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jpcli.domain.answers import Note
from jpcli.domain.errors import BadInput
from jpcli.domain.words import and_more

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    # Is it agreed that what a remark tells of happens?
    Agreed = Callable[[Note], bool]

CODE = "bundle_in_use"
HINT = "Say --in-use beside --yes to end what is on these sites, too."
# Sites that are named one by one.
NAMED = 10


def in_use_note(bundle_key: str, sites: Iterable[str]) -> Note:
    """That a bundle takes licenses along that are in use on `sites`, at least one."""
    found = sorted(set(sites))
    named = ", ".join(found[:NAMED]) + and_more(len(found) - NAMED if len(found) > NAMED else 0)
    message = f"{bundle_key} has licenses in use, which end with it: on {named}"
    return Note(CODE, message, "warning", bundle_key)


def in_use_error(note: Note) -> BadInput:
    """The refusal where nobody agreed to that."""
    return BadInput(CODE, note.message, hint=HINT, subject=note.subject)


def nobody(_note: Note) -> bool:
    """Nobody agreed to anything."""
    return False


def anything(_note: Note) -> bool:
    """It was said that nothing has to be asked about."""
    return True
