"""The tables of a ledger on a server: the same as in a file, in the words of PostgreSQL.

Owns their making from the statements that `schema` has, and their comparison with those: tables,
columns, rules, indexes and triggers are ours to the letter.
"""

from __future__ import annotations

import json
import re
from importlib import resources
from typing import TYPE_CHECKING, Any

import psycopg

from jpcli.domain.errors import BadInput, Failed, Problem
from jpcli.domain.words import quoted
from jpcli.ledger.database import schema
from jpcli.ledger.database.server_faults import ServerLost, translate

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jpcli.ledger.database.connection import Ledger, Look
    from jpcli.ledger.database.server_link import Link, Statement

TABLES = (*schema.EVENT_TABLES, *schema.STATE_TABLES)
_MARK_TEXT = "jpcli ledger, schema "
_MARK = "SELECT obj_description(to_regclass('events'), 'pg_class')"
_FACTS = "SELECT key, value, obj_description(to_regclass('events'), 'pg_class') FROM meta"
# A table is filled after those that it names, and an invoice after its lines: then it takes none.
_AFTER_THEIR_PARTS = ("invoices",)
FILLED = (*(t for t in TABLES if t not in _AFTER_THEIR_PARTS), *_AFTER_THEIR_PARTS)

_WORDS = (
    (r"\bINTEGER\b", "BIGINT"),
    (r"\bTEXT\b", 'TEXT COLLATE "C"'),
    (r"\bBLOB\b", "BYTEA"),
    (r"\) STRICT(, WITHOUT ROWID)?", ")"),
    (r"child = \(parent_id IS NOT NULL\)", "(child = 1) = (parent_id IS NOT NULL)"),
    # The sums of a month are read from this index alone.
    (
        r"PRIMARY KEY \(offer_id, child, last_day, first_day, license_id\)",
        r"\g<0> INCLUDE (site_id, ends)",
    ),
)
_TRIGGER = re.compile(
    r"CREATE TRIGGER (?P<name>\w+) BEFORE (?P<what>.+?) ON (?P<table>\w+)\s+"
    r"(?P<closed>WHEN EXISTS .+?\s+)?BEGIN SELECT RAISE\(ABORT, '(?P<text>.+)'\); END",
    re.DOTALL,
)
_FUNCTIONS = (
    """CREATE FUNCTION jpcli_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION USING MESSAGE = TG_ARGV[0], ERRCODE = 'integrity_constraint_violation';
END
$$""",
    """CREATE FUNCTION jpcli_refuse_if_closed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM invoices WHERE id = NEW.invoice_id) THEN
    RAISE EXCEPTION USING MESSAGE = TG_ARGV[0], ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END
$$""",
)
# What the triggers on rows do not see.
_EMPTIED = {
    "events": "events are append-only",
    "invoices": "a closed invoice is never deleted",
    "invoice_lines": "the lines of a closed invoice are never deleted",
    "invoice_holders": "whose a closed invoice is, is never deleted",
    "invoice_shares": "the shares of a closed invoice are never deleted",
}


def statements() -> list[str]:
    """Every statement that makes the newest schema in an empty place, in order."""
    made = []
    for statement in schema.statements():
        trigger = _TRIGGER.fullmatch(statement)
        if trigger is None:
            for word, other in _WORDS:
                statement = re.sub(word, other, statement)  # noqa: PLW2901
            made.append(statement)
        else:
            made.append(_trigger(**trigger.groupdict()))
    first_trigger = next(n for n, text in enumerate(made) if text.startswith("CREATE TRIGGER"))
    made[first_trigger:first_trigger] = _FUNCTIONS
    made += [
        f"CREATE TRIGGER {table}_are_never_emptied BEFORE TRUNCATE ON {table}"
        f" FOR EACH STATEMENT EXECUTE FUNCTION jpcli_refuse('{text}')"
        for table, text in _EMPTIED.items()
    ]
    return [*made, f"COMMENT ON TABLE events IS '{_MARK_TEXT}{schema.SCHEMA_VERSION}'"]


def _trigger(name: str, what: str, table: str, closed: str | None, text: str) -> str:
    function = "jpcli_refuse_if_closed" if closed else "jpcli_refuse"
    return (
        f"CREATE TRIGGER {name} BEFORE {' '.join(what.split())} ON {table}"
        f" FOR EACH ROW EXECUTE FUNCTION {function}('{text}')"
    )


def check_mark(mark: str | None, path: str) -> None:
    """What makes a database a ledger, and one that this version knows."""
    version = (mark or "").removeprefix(_MARK_TEXT)
    if not mark or not mark.startswith(_MARK_TEXT) or not version.isdigit():
        raise BadInput(
            "no_ledger",
            f"There is no ledger at {path}",
            hint=f"Make one:   jpcli init --ledger {quoted(path)}",
            subject=path,
        )
    if int(version) > schema.SCHEMA_VERSION:
        raise BadInput(
            "ledger_newer",
            f"This ledger was made by a newer jpcli (schema {version}, "
            f"this one knows {schema.SCHEMA_VERSION}): {path}",
            hint="Install a newer jpcli, the way in which this one was installed.",
            subject=path,
        )


def facts(link: Link, begin: list[Statement]) -> dict[str, str]:
    """The facts of the ledger at the other end of a link, if there is one that this version knows,
    in one go after statements that `begin`; errors as `check_mark` and `translate`. A lost server
    is waited for."""
    patience = link.patience()
    while True:
        try:
            return _facts(link, begin)
        except psycopg.Error as error:
            found = translate(error, link.path, lost=link.is_lost)
            if not isinstance(found, ServerLost):
                raise found or error from (error if found is None else None)
            patience.wait_or_raise(found)


def _facts(link: Link, begin: list[Statement]) -> dict[str, str]:
    rows: list[tuple[str, str, str | None]] = []
    try:
        rows = link.send([*begin, (_FACTS, ())]).fetchall()
        mark = rows[0][2] if rows else None
    except psycopg.errors.UndefinedTable:
        (mark,) = link.send([("ROLLBACK", ()), (_MARK, ())]).fetchone() or (None,)
    check_mark(mark, link.path)
    return {key: value for key, value, _ in rows}


def damaged(path: str) -> Failed:
    """The error for a ledger that is not what it was."""
    message = f"The ledger is damaged: {path}"
    hint = "Restore the last backup:   jpcli ledger restore FILE"
    return Failed("ledger_damaged", message, hint=hint, subject=path)


# (name, what it is) of all that makes the tables of ours what they are.
_INVENTORY = """
WITH place AS (SELECT relnamespace AS id FROM pg_class WHERE oid = to_regclass('events')),
ours AS (
  SELECT c.* FROM pg_class c JOIN place p ON p.id = c.relnamespace WHERE c.relname = ANY(:tables)
)
SELECT c.relname, concat('table ', c.relkind, c.relpersistence)
  || CASE WHEN c.relrowsecurity OR c.relhasrules OR c.relispartition THEN ' with rules' ELSE '' END
FROM ours c
UNION ALL SELECT c.relname || '.' || a.attname, format_type(a.atttypid, a.atttypmod)
  || COALESCE(' ' || l.collname, '') || CASE WHEN a.attnotnull THEN ' NOT NULL' ELSE '' END
  || COALESCE(' DEFAULT ' || pg_get_expr(d.adbin, d.adrelid), '')
FROM ours c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
LEFT JOIN pg_collation l ON l.oid = a.attcollation
LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
UNION ALL SELECT r.relname || '.' || k.conname || ' (rule)',
  replace(pg_get_constraintdef(k.oid), quote_ident(n.nspname) || '.', '')
FROM pg_constraint k JOIN pg_class r ON r.oid = k.conrelid
JOIN pg_namespace n ON n.oid = r.relnamespace
WHERE k.contype NOT IN ('n', 't')
  AND (k.conrelid IN (SELECT oid FROM ours) OR k.confrelid IN (SELECT oid FROM ours))
UNION ALL SELECT c.relname || '.' || x.relname || ' (index)',
  replace(pg_get_indexdef(i.indexrelid), ' ON ' || quote_ident(n.nspname) || '.', ' ON ')
  || CASE WHEN i.indisvalid THEN '' ELSE ' (not valid)' END
FROM pg_index i JOIN ours c ON c.oid = i.indrelid JOIN pg_class x ON x.oid = i.indexrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
UNION ALL SELECT c.relname || '.' || t.tgname || ' (trigger)', concat(t.tgenabled, ' ',
  replace(pg_get_triggerdef(t.oid), quote_ident(n.nspname) || '.', ''))
FROM pg_trigger t JOIN ours c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE NOT t.tgisinternal
UNION ALL SELECT p.proname || '()', p.prosrc FROM pg_proc p JOIN place ON place.id = p.pronamespace
WHERE p.proname IN ('jpcli_refuse', 'jpcli_refuse_if_closed')
"""
_OTHERS = """
SELECT c.relname FROM pg_class c WHERE c.relkind IN ('r', 'v', 'm', 'p', 'f')
AND c.relname <> ALL(:tables) AND c.relnamespace =
(SELECT relnamespace FROM pg_class WHERE oid = to_regclass('events')) ORDER BY c.relname
"""


def looks(ledger: Ledger, foreign: list[str]) -> Iterator[Look]:
    """The schema as findings of a check; `foreign` gets the names of tables and views of others."""
    yield "schema", lambda: _schema_findings(ledger, foreign)


def inventory(ledger: Ledger) -> dict[str, str]:
    """All that makes the tables what they are, by name."""
    return dict(ledger.all(_INVENTORY, tables=list(TABLES)))


def _schema_findings(ledger: Ledger, foreign: list[str]) -> list[Problem]:
    text = (resources.files("jpcli") / "data" / "server_schema.json").read_text("utf-8")
    expected: dict[str, str] = json.loads(text)
    found = inventory(ledger)
    foreign += [name for (name,) in ledger.all(_OTHERS, tables=list(TABLES))]
    problems = []
    for name in sorted(expected.keys() | found.keys()):
        if name not in found:
            what = "is missing"
        elif name not in expected:
            what = "does not belong here"
        elif found[name] != expected[name]:
            what = "was changed"
        else:
            continue
        problems.append(Problem("schema_changed", name, f"{name} {what}"))
    return problems


def copy_into(ledger: Ledger, path: str) -> None:
    """Write a ledger's rows into an empty file, which becomes a ledger."""
    import sqlite3

    from jpcli.ledger.database import tables
    from jpcli.ledger.database.draft import sync

    connection = sqlite3.connect(path, isolation_level=None)
    try:
        tables.migrate(connection)
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("BEGIN IMMEDIATE")
        for table, columns, rows in contents(ledger):
            marks = ", ".join("?" * len(columns.split(", ")))
            connection.executemany(f"INSERT INTO {table} ({columns}) VALUES ({marks})", rows)
        connection.execute("COMMIT")
        connection.execute("PRAGMA journal_mode = WAL")
    finally:
        connection.close()
    sync(path)


def contents(ledger: Ledger) -> Iterator[tuple[str, str, Iterator[tuple[Any, ...]]]]:
    """(table, its columns, its rows) of every table, in an order in which they can be filled."""
    import sqlite3
    from contextlib import closing

    from jpcli.ledger.database.tables import create_in_memory

    with closing(sqlite3.connect(":memory:")) as fresh:
        create_in_memory(fresh)
        named = {
            table: ", ".join(row[1] for row in fresh.execute(f"PRAGMA table_info({table})"))
            for table in FILLED
        }
    order = {"events": "seq", "chain": "id", **schema.STATE_TABLES}
    for table, columns in named.items():
        yield table, columns, ledger.rows(f"SELECT {columns} FROM {table} ORDER BY {order[table]}")
