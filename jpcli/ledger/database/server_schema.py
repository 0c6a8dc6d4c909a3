"""The tables of a ledger on a server: the same as in a file, in the words of PostgreSQL.

Owns their making from the statements that `schema` has; `server_inventory` compares with those.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import psycopg

from jpcli.domain.addresses import restoring, typed
from jpcli.domain.errors import BadInput, Failed
from jpcli.domain.words import quoted
from jpcli.ledger.database import schema
from jpcli.ledger.database.connection import ledger_older
from jpcli.ledger.database.server_faults import ServerLost, translate
from jpcli.ledger.database.tables import is_of_events

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from jpcli.ledger.database.connection import Ledger
    from jpcli.ledger.database.server_link import Link, Statement

TABLES = (*schema.EVENT_TABLES, *schema.STATE_TABLES)
_MARK_TEXT = "jpcli ledger, schema "
MARK = "SELECT obj_description(to_regclass('events'), 'pg_class')"
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
    return [*made, _marking()]


def _trigger(name: str, what: str, table: str, closed: str | None, text: str) -> str:
    function = "jpcli_refuse_if_closed" if closed else "jpcli_refuse"
    return (
        f"CREATE TRIGGER {name} BEFORE {' '.join(what.split())} ON {table}"
        f" FOR EACH ROW EXECUTE FUNCTION {function}('{text}')"
    )


def remake_state() -> list[str]:
    """Every statement that makes the newest state tables, empty, where there is an older ledger;
    what others look at them with is in the way."""
    made = [
        statement.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION", 1)
        for statement in statements()
        if not is_of_events(statement)
    ]
    return [f"DROP TABLE IF EXISTS {', '.join(schema.STATE_TABLES)}", *made, _marking()]


def _marking() -> str:
    return f"COMMENT ON TABLE events IS '{_MARK_TEXT}{schema.SCHEMA_VERSION}'"


def check_mark(mark: str | None, path: str, *, older: bool = False) -> None:
    """What makes a database a ledger, and one of this version, or with `older` one before it.

    Raises BadInput (`no_ledger`, `ledger_newer`) or LedgerOlder.
    """
    version = (mark or "").removeprefix(_MARK_TEXT)
    if not mark or not mark.startswith(_MARK_TEXT) or not version.isdigit():
        raise BadInput(
            "no_ledger",
            f"There is no ledger at {path}",
            hint=f"Make one:   jpcli init --ledger {quoted(typed(path))}",
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
    if int(version) < schema.SCHEMA_VERSION and not older:
        raise ledger_older(path, int(version), schema.SCHEMA_VERSION)


def check_not_newer(row: tuple[str | None] | None, path: str) -> None:
    """Of the row of a MARK: who was before in the line of writers may have made it newer."""
    check_mark(row and row[0], path, older=True)


def facts(link: Link, begin: Sequence[Statement], *, older: bool = False) -> dict[str, str]:
    """The facts of the ledger at the other end of a link, if there is one that this version knows,
    in one go after statements that `begin`; errors as `check_mark` and `translate`. A lost server
    is waited for."""
    patience = link.patience()
    while True:
        try:
            return _facts(link, begin, older=older)
        except psycopg.Error as error:
            found = translate(error, link.path, lost=link.is_lost)
            if not isinstance(found, ServerLost):
                raise found or error from (error if found is None else None)
            patience.wait_or_raise(found)


def _facts(link: Link, begin: Sequence[Statement], *, older: bool) -> dict[str, str]:
    rows: list[tuple[str, str, str | None]] = []
    try:
        rows = link.send([*begin, (_FACTS, ())]).fetchall()
        if not rows:
            # Whoever waited while the tables were made anew sees those from before: nothing.
            rows = link.send([("ROLLBACK", ()), *begin, (_FACTS, ())]).fetchall()
        mark = rows[0][2] if rows else None
    except psycopg.errors.UndefinedTable:
        (mark,) = link.send([("ROLLBACK", ()), (MARK, ())]).fetchone() or (None,)
    check_mark(mark, link.path, older=older)
    return {key: value for key, value, _ in rows}


def damaged(path: str) -> Failed:
    """The error for a ledger that is not what it was."""
    message = f"The ledger is damaged: {path}"
    hint = f"Restore the last backup:   {restoring(path)}"
    return Failed("ledger_damaged", message, hint=hint, subject=path)


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
