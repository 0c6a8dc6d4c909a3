"""Two states side by side: what is stored against what the events add up to.

Owns the row-by-row comparison and the naming of what differs, so that a finding speaks of a
license, a price or a card and not of a row number.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jpcli.domain.errors import Problem
from jpcli.domain.words import count
from jpcli.ledger.database.schema import STATE_TABLES

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator

    from jpcli.ledger.database.connection import Reader

# A ruined table is one finding, not a million.
MOST_PER_TABLE = 25

_NAME_OF_LICENSE = "SELECT license_key FROM licenses WHERE id = ?"
_NAME_OF_OFFER = (
    "SELECT product || CASE bundle_size WHEN 1 THEN '' ELSE ', bundle of ' || bundle_size END"
    " FROM offers JOIN products ON products.id = product_id WHERE offers.id = ?"
)
_NAME_OF_SITE = "SELECT url FROM sites WHERE id = ?"
# Table -> (position of the number in the row, query that names it); others are named by column 0.
_NAMES = {
    "products": (0, "SELECT product FROM products WHERE id = ?"),
    "offers": (0, _NAME_OF_OFFER),
    "prices": (0, _NAME_OF_OFFER),
    "clients": (0, "SELECT name FROM clients WHERE id = ?"),
    "sites": (0, _NAME_OF_SITE),
    "site_clients": (0, _NAME_OF_SITE),
    "licenses": (0, _NAME_OF_LICENSE),
    "assignments": (0, _NAME_OF_LICENSE),
    "spans": (4, _NAME_OF_LICENSE),
}


def compare_table(stored: Reader, replayed: sqlite3.Connection, table: str) -> Iterator[Problem]:
    """Every row of a table that is in only one of the two, or differs between them."""
    columns = [row[1] for row in replayed.execute(f"PRAGMA table_info({table})")]
    found = 0
    for row, is_stored in _differences(stored, replayed, table, columns, STATE_TABLES[table]):
        found += 1
        if found <= MOST_PER_TABLE:
            yield _problem(stored, replayed, table, columns, row, is_stored)
    if found > MOST_PER_TABLE:
        message = f"{table} has {count(found - MOST_PER_TABLE, 'more row')} like these"
        yield Problem("state_differs", table, message)


def _differences(
    stored: Reader,
    replayed: sqlite3.Connection,
    table: str,
    columns: list[str],
    order: str,
) -> Iterator[tuple[tuple[Any, ...], bool]]:
    """Rows of one side only, as (row, is it the stored side); both sides are read in order."""
    sql = f"SELECT {', '.join(columns)} FROM {table} ORDER BY {order}"
    keys = [columns.index(name) for name in order.split(", ")]
    left, right = stored.execute(sql), replayed.execute(sql)
    a, b = left.fetchone(), right.fetchone()
    while a is not None or b is not None:
        if a == b:
            a, b = left.fetchone(), right.fetchone()
            continue
        key_a = None if a is None else [_rank(a[i]) for i in keys]
        key_b = None if b is None else [_rank(b[i]) for i in keys]
        if key_b is None or (key_a is not None and key_a <= key_b):
            yield a, True
        if key_a is None or (key_b is not None and key_b <= key_a):
            yield b, False
        advance_a = key_b is None or (key_a is not None and key_a <= key_b)
        advance_b = key_a is None or (key_b is not None and key_b <= key_a)
        if advance_a:
            a = left.fetchone()
        if advance_b:
            b = right.fetchone()


def _rank(value: Any) -> tuple[int, Any]:
    """Orders values as SQLite does, also where damage has put one of another kind."""
    for rank, kind in enumerate((int, float, str, bytes), 1):
        if isinstance(value, kind):
            return max(rank, 2), value
    return 0, 0


def _problem(
    stored: Reader,
    replayed: sqlite3.Connection,
    table: str,
    columns: list[str],
    row: tuple[Any, ...],
    is_stored: bool,
) -> Problem:
    subject = str(row[0])
    if table in _NAMES:
        position, sql = _NAMES[table]
        sides: tuple[Reader, ...] = (replayed, stored)
        for side in sides:
            name = side.execute(sql, (row[position],)).fetchone()
            if name is not None:
                subject = str(name[0])
                break
    content = ", ".join(f"{name}={value}" for name, value in zip(columns, row, strict=True))
    where = "is stored but not what the events say" if is_stored else "should be stored"
    return Problem("state_differs", subject, f"{table}: {content} {where}")
