"""TOML with very many tables of one kind, in a third of the memory: `tomllib` notes more about a
table than most tables hold.

Owns when a file may be read in parts: where it is certain that all of it together would give the
same. Every other file, and every one with a mistake, is read as a whole.
"""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

# So many tables are read at once.
TABLES = 500

_TABLE = re.compile(
    r"^\[sites\.(?:\"[^\"\\\n]*\"|'[^'\n]*'|[A-Za-z0-9_-]+)\][ \t\r]*$", re.MULTILINE
)
_BRACKET = re.compile(r"^[ \t]*\[", re.MULTILINE)


def values_of(text: str, parse_float: Callable[[str], Any]) -> dict[str, Any]:
    """What `tomllib.loads` gives, or raises."""
    try:
        found = _in_parts(text, parse_float)
    except (ValueError, RecursionError):
        found = None  # what is wrong is told with its place in the whole
    return tomllib.loads(text, parse_float=parse_float) if found is None else found


def _in_parts(text: str, parse_float: Callable[[str], Any]) -> dict[str, Any] | None:
    """The same, or None where a part might mean something else than it does among the others.

    A part begins with the header of a table. Where that is none, but a line of a text or a list,
    the part before it has no end and is a mistake.
    """
    starts = [found.start() for found in _TABLE.finditer(text)]
    if len(starts) <= TABLES:
        return None
    if sum(1 for _ in _BRACKET.finditer(text, starts[0])) != len(starts):
        return None  # another kind of table is between them
    data = tomllib.loads(text[: starts[0]], parse_float=parse_float)
    if "sites" in data:
        return None
    sites: dict[str, Any] = {}
    ends = [*starts[TABLES::TABLES], len(text)]
    for start, end in zip(starts[::TABLES], ends, strict=True):
        more = tomllib.loads(text[start:end], parse_float=parse_float)["sites"]
        if not sites.keys().isdisjoint(more):
            return None
        sites.update(more)
    return {**data, "sites": sites}
