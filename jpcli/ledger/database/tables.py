"""The tables in a ledger file: made, made anew for a newer schema, compared with the schema.

Owns what is done with the schema's statements; `schema` has them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from jpcli.ledger.database.schema import (
    APPLICATION_ID,
    EVENT_TABLES,
    SCHEMA_VERSION,
    STATE_TABLES,
    statements,
)

if TYPE_CHECKING:
    import sqlite3

    from sqlite_utils import Database

# The head of a statement that makes a table of the chain, or what hangs on one.
_OF_EVENTS = re.compile(rf"\b(TABLE|ON) ({'|'.join(EVENT_TABLES)})\b")


def migrate(connection: sqlite3.Connection) -> None:
    """Bring `connection` to the newest schema; sqlite-utils keeps the list of steps taken."""
    from sqlite_utils import Database
    from sqlite_utils.migrations import Migrations

    migrations = Migrations("jpcli")

    @migrations(name="0001_first_ledger")
    def first_ledger(db: Database) -> None:
        for statement in statements():
            db.execute(statement)

    database = Database(connection)
    migrations.apply(database)
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")


def create_in_memory(connection: sqlite3.Connection) -> None:
    """The same tables without the book-keeping of migrations: what a replay writes into."""
    for statement in statements():
        connection.execute(statement)


def remake_state(connection: sqlite3.Connection) -> None:
    """Drop the state tables with all that hangs on them, and make the newest, empty ones.

    In the caller's transaction, with foreign keys off. Events, chain and what others may have put
    into the file stay as they are, also where something of theirs is missing.
    """
    for table in STATE_TABLES:
        connection.execute(f"DROP TABLE IF EXISTS {table}")
    for statement in statements():
        if not _OF_EVENTS.search(statement.partition("(")[0]):
            connection.execute(statement)


def differences(connection: sqlite3.Connection) -> list[tuple[str, str]]:
    """(name, what is wrong) of tables, indexes and triggers that are not ours to the letter.

    A dropped trigger guards nothing, and an extra one may do anything.
    """
    import sqlite3

    fresh = sqlite3.connect(":memory:")
    create_in_memory(fresh)
    # sqlite-utils' list of migrations and SQLite's statistics are not the ledger's own.
    sql = (
        "SELECT name, type, tbl_name, sql FROM sqlite_master"
        " WHERE tbl_name <> '_sqlite_migrations' AND name NOT LIKE 'sqlite!_stat%' ESCAPE '!'"
    )
    expected = {name: rest for name, *rest in fresh.execute(sql)}
    fresh.close()
    # A damaged name may be anything but text.
    found = {str(name): rest for name, *rest in connection.execute(sql)}
    problems = []
    for name in sorted(expected.keys() | found.keys()):
        if name not in found:
            problems.append((name, f"{name} is missing"))
        elif name not in expected:
            problems.append((name, f"{name} does not belong here"))
        elif expected[name] != found[name]:
            problems.append((name, f"{name} was changed"))
    return problems
