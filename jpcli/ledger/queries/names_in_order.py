"""What sites and licenses are called, in the order of those names, for lists of a million of them.

Owns that they stream: neither names nor their order are in memory.
"""

from __future__ import annotations

from heapq import merge
from operator import itemgetter
from typing import TYPE_CHECKING

from jpcli.ledger.queries.labels import SITE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from jpcli.ledger.database.connection import Ledger

LICENSE = "license"
_NAMES = {SITE: ("sites", "url"), LICENSE: ("licenses", "license_key")}
# So many are looked up one by one; for more of them all names are read.
_FEW = 5_000


def names_in_order(
    ledger: Ledger, kind: str, numbers: Sequence[int], otherwise: Mapping[int, str]
) -> Iterator[tuple[int, str]]:
    """(row number, name) of all that have these numbers, and maybe of more, by name; `otherwise` is
    what those in it are called instead, also where they are in no table."""
    table, name = _NAMES[kind]
    few = ""
    if len(numbers) <= _FEW:
        few = f" WHERE id IN ({', '.join(map(str, numbers)) or 'NULL'})"
    rows = ledger.rows(f"SELECT id, {name} FROM {table}{few} ORDER BY {name}")
    if not otherwise:
        return rows
    by_name = itemgetter(1)
    return merge(
        (row for row in rows if row[0] not in otherwise),
        sorted(otherwise.items(), key=by_name),
        key=by_name,
    )
