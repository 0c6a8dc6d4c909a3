"""What is in a ledger's file: compared with the schema, and what is ours told from what is not.

Owns that line. Other programs may keep tables of their own in the file, as Litestream does: those
are named, and no damage. What hangs on a table of ours, or names one, may change what the ledger
says or does, so it is a problem under every name.
"""

from __future__ import annotations

import re
import sqlite3
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from jpcli.domain.errors import Problem
from jpcli.ledger.database.faults import guarded
from jpcli.ledger.database.schema import EVENT_TABLES, STATE_TABLES
from jpcli.ledger.database.tables import MIGRATION, create_in_memory

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from jpcli.ledger.database.connection import Look

    # (type, name) -> (table, SQL). SQLite opens no file in which two have one name.
    Objects = dict[tuple[str, str], tuple[str, str]]

MIGRATIONS = "_sqlite_migrations"
# sqlite-utils makes these and may spell them otherwise in another version: only their names count.
_OF_MIGRATIONS = (("table", MIGRATIONS), ("index", f"idx_{MIGRATIONS}_migration_set_name"))
_OURS = frozenset({MIGRATIONS, *EVENT_TABLES, *STATE_TABLES})
# What ANALYZE and AUTOINCREMENT leave. No such table can be made by hand.
_OF_SQLITE = frozenset({"sqlite_stat1", "sqlite_stat3", "sqlite_stat4", "sqlite_sequence"})


# A CHECK, a NOT NULL or a type of a column, in SQLite's words; a text, since few commands ask.
_RULE_BROKEN = r"(?:CHECK constraint failed in (?=[^.]*$)|\S+ value in (?=.*\.))([^.]+)"


class Inventory(NamedTuple):
    """`problems` are (name, what is wrong); `foreign` names the tables and views of others."""

    problems: tuple[tuple[str, str], ...]
    foreign: tuple[str, ...]


def take_inventory(connection: sqlite3.Connection) -> Inventory:
    """Hold tables, indexes, triggers and views against the schema, to the letter.

    A dropped trigger guards nothing, and an extra one may do anything.
    """
    fresh = sqlite3.connect(":memory:")
    create_in_memory(fresh)
    expected = _objects(fresh)
    fresh.close()
    found = _objects(connection)
    problems, foreign = [], []
    for kind, name in sorted(expected.keys() | found.keys() | {*_OF_MIGRATIONS}):
        there, wanted = found.get((kind, name)), expected.get((kind, name))
        if there is None:
            problems.append((name, f"{name} is missing"))
        elif (kind, name) in _OF_MIGRATIONS:
            if there[0] != MIGRATIONS:
                problems.append((name, f"{name} was changed"))
        elif wanted is None:
            if _touches_ours(connection, kind, name, *there):
                problems.append((name, f"{name} does not belong here"))
            elif kind in ("table", "view") and name not in _OF_SQLITE:
                foreign.append(name)
        elif there != wanted:
            problems.append((name, f"{name} was changed"))
    return Inventory(tuple(problems), tuple(foreign))


def _objects(connection: sqlite3.Connection) -> Objects:
    objects: Objects = {}
    for row in connection.execute("SELECT type, name, tbl_name, sql FROM sqlite_master"):
        # A damaged text may be anything; an index that a UNIQUE made has none.
        kind, name, table, sql = (str(cell) for cell in row)
        objects[kind, name] = table, sql
    return objects


def _touches_ours(
    connection: sqlite3.Connection, kind: str, name: str, table: str, sql: str
) -> bool:
    """May it change, hold up or stand in for a table of ours? Names are the same in any case.

    A text counts as soon as it has one of our names in it: SQL can only act on what it names, and
    knows too many ways to quote.
    """
    if table.lower() in _OURS or name.lower() in _OURS:
        return True
    if kind == "index":
        return _names_ours(sql.partition("(")[0])
    if kind == "table" and not sql.upper().startswith("CREATE VIRTUAL"):
        # A row that refers to one of ours would keep that from being deleted.
        quoted = name.replace('"', '""')
        parents = connection.execute(f'PRAGMA foreign_key_list("{quoted}")').fetchall()
        return any(str(parent[2]).lower() in _OURS for parent in parents)
    return _names_ours(sql)


def _names_ours(sql: str) -> bool:
    return not _OURS.isdisjoint(re.findall(r"\w+", sql.lower()))


def migration_problems(connection: sqlite3.Connection) -> list[tuple[str, str]]:
    """(name, what is wrong) of the list of steps taken, which is part of the ledger."""
    if not connection.execute(
        "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?", (MIGRATIONS,)
    ).fetchone():
        return []  # missing, says the inventory
    sql = f"SELECT migration_set, name, datetime(applied_at) IS NULL FROM {MIGRATIONS}"
    rows = connection.execute(sql).fetchall()
    if rows == [(*MIGRATION, 0)]:
        return []
    return [(MIGRATIONS, f"{MIGRATIONS} does not say that {MIGRATION[1]}, and only it, was done")]


def orphans(connection: sqlite3.Connection) -> Iterator[tuple[str, int | None, str]]:
    """(table, row, table of the row that is not there), in our tables: those of others may be as
    they like."""
    tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    for table in STATE_TABLES:
        if (table,) in tables:
            for row in connection.execute(f"PRAGMA foreign_key_check({table})"):
                yield row[:3]


def broken_pages(connection: sqlite3.Connection) -> list[str]:
    """What SQLite finds wrong with the file, at most 20; empty where it is sound. Whether tables of
    others keep their own rules is not asked."""
    try:
        rows = connection.execute("PRAGMA integrity_check(20)").fetchall()
    except sqlite3.OperationalError:
        rows = None  # a table of others may need a collation that is only where it was made
    found = [text for (text,) in rows or () if not _is_their_rule(text)]
    if rows is None or len(found) < len(rows):
        # What is theirs may have taken the place of what is ours.
        checks = [f"PRAGMA integrity_check({table})" for table in sorted(_OURS)]
        found += [text for sql in checks for (text,) in connection.execute(sql)]
    return [text for text in dict.fromkeys(found) if text != "ok"][:20]


def looks(connection: sqlite3.Connection, path: str, foreign: list[str]) -> Iterator[Look]:
    """All of this as findings of a check, each part by itself; `foreign` gets names of tables and
    views of others."""
    yield path, lambda: _file_findings(connection, path)
    yield path, lambda: _schema_findings(connection, foreign)
    yield MIGRATIONS, lambda: _changed(migration_problems(connection))


def _file_findings(connection: sqlite3.Connection, path: str) -> list[Problem]:
    with guarded(path):
        findings = broken_pages(connection)
        missing = list(islice(orphans(connection), 20))
    problems = [Problem("file_damaged", path, text) for text in findings]
    for table, row_id, parent in missing:
        message = f"{table} row {row_id} names a row of {parent} that does not exist"
        problems.append(Problem("file_damaged", table, message))
    return problems


def _schema_findings(connection: sqlite3.Connection, foreign: list[str]) -> list[Problem]:
    found = take_inventory(connection)
    foreign += found.foreign
    return _changed(found.problems)


def _changed(found: Iterable[tuple[str, str]]) -> list[Problem]:
    return [Problem("schema_changed", name, message) for name, message in found]


def _is_their_rule(text: str) -> bool:
    rule = re.match(_RULE_BROKEN, text)
    return rule is not None and rule[1].lower() not in _OURS
