"""The tables in a ledger file: made, and made anew for a newer schema.

Owns what is done with the schema's statements; `schema` has them, `inventory` compares with them.
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

# The one step in sqlite-utils' list: what has changed since then is made anew (`migration`).
MIGRATION = ("jpcli", "0001_first_ledger")

# The head of a statement that makes a table of the chain, or what hangs on one.
_OF_EVENTS = re.compile(rf"\b(TABLE|ON) ({'|'.join(EVENT_TABLES)})\b")


def migrate(connection: sqlite3.Connection) -> None:
    """Bring `connection` to the newest schema; sqlite-utils keeps the list of steps taken."""
    from sqlite_utils import Database
    from sqlite_utils.migrations import Migrations

    migrations = Migrations(MIGRATION[0])

    @migrations(name=MIGRATION[1])
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


# What is found by these is not asked for while very many licenses are made, and each of those goes
# to another page of theirs.
_LATE_INDEXES = ("events_by_subject", "licenses_by_parent", "licenses_by_site")


def late_indexes() -> dict[str, str]:
    """Indexes that are better made when all rows are there, and the statements that make them."""
    made = {}
    for statement in statements():
        name = statement.removeprefix("CREATE INDEX ").partition(" ")[0]
        if name in _LATE_INDEXES:
            made[name] = statement
    return made


def of_state() -> list[str]:
    """The statements that make the state tables and what hangs on them, in order."""
    return [text for text in statements() if not is_of_events(text)]


def is_of_events(statement: str) -> bool:
    """Does it make the events, the chain, or what hangs on those?"""
    return _OF_EVENTS.search(statement.partition("(")[0]) is not None


def remake_state(connection: sqlite3.Connection) -> None:
    """Drop the state tables with all that hangs on them, and make the newest, empty ones.

    In the caller's transaction, with foreign keys off. Events, chain and what others may have put
    into the file stay as they are, also where something of theirs is missing.
    """
    for table in STATE_TABLES:
        connection.execute(f"DROP TABLE IF EXISTS {table}")
    for statement in of_state():
        connection.execute(statement)
