"""A ledger on a server of an older schema, brought to the newest: as `migration` does it in a file.

The state is made anew in a temporary file and put in the place of the old one, in one transaction
that holds the head of the chain: writers stand in line, and readers of the old one are waited for.
Who is killed leaves the old ledger. No copy is kept, for the server's backups have it.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing, contextmanager
from itertools import islice
from typing import TYPE_CHECKING

from jpcli.domain.errors import Refused
from jpcli.ledger.database import server_schema, tables
from jpcli.ledger.database.faults import guarded
from jpcli.ledger.database.postgres import PostgresLedger, open_server
from jpcli.ledger.database.schema import EVENT_TABLES, SCHEMA_VERSION
from jpcli.ledger.database.sqlite import ledger_on
from jpcli.ledger.upkeep.migration import rebuild
from jpcli.ledger.upkeep.server import pour

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jpcli.ledger.database.connection import Ledger

_ROWS = 5_000


def open_older_on_server(address: str, *, writes: bool) -> Ledger:
    """Open a ledger that `open_server` found to be older, brought up to date.

    Who may only read gets a private copy, which is lost with the connection. Errors as
    `open_server`; Busy `ledger_busy`; Failed `ledger_damaged` when the events are not whole or
    don't apply: the ledger is then as it was.
    """
    try:
        bring_up_to_date_on_server(address)
    except Refused as error:
        if writes or error.code != "read_only":
            raise
        return _private_copy(address)
    return open_server(address, writes=writes)


def bring_up_to_date_on_server(address: str) -> None:
    """Bring it to the newest schema if it is older; errors as `open_older_on_server`."""
    with closing(open_server(address, writes=True, older=True)) as ledger:
        ledger.repeating(lambda: _bring_up_to_date(ledger))


def _bring_up_to_date(ledger: PostgresLedger) -> None:
    with ledger.transaction():
        mark = str(ledger.value(server_schema.MARK))
        if mark.endswith(f" {SCHEMA_VERSION}"):
            return  # another process was first
        with _rebuilt(ledger) as copy:
            # First of all what readers open first, so that none has a part of the old one left.
            ledger.execute("LOCK TABLE meta IN ACCESS EXCLUSIVE MODE")
            for statement in server_schema.remake_state():
                ledger.execute(statement)
            pour(copy, ledger, leaving_out=EVENT_TABLES)


@contextmanager
def _rebuilt(ledger: PostgresLedger) -> Iterator[Ledger]:
    """A copy in a temporary file, of the newest schema."""
    with closing(sqlite3.connect("", isolation_level=None)) as connection:
        yield _fill(connection, ledger)


def _fill(connection: sqlite3.Connection, ledger: PostgresLedger) -> Ledger:
    with guarded(ledger.path):
        tables.migrate(connection)
        connection.execute("BEGIN")
        for table in (*EVENT_TABLES, "meta"):
            columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
            rows = ledger.rows(f"SELECT {', '.join(columns)} FROM {table}")
            into = f"INSERT INTO {table} VALUES ({', '.join('?' * len(columns))})"
            while several := list(islice(rows, _ROWS)):
                connection.executemany(into, several)
        rebuild(connection, ledger.path)
        connection.execute("COMMIT")
        return ledger_on(connection, ledger.path)


def _private_copy(address: str) -> Ledger:
    connection = sqlite3.connect("", isolation_level=None)
    try:
        with closing(open_server(address, writes=False, older=True)) as ledger:
            copy = _fill(connection, ledger)
        connection.execute("PRAGMA query_only = ON")
    except BaseException:
        connection.close()
        raise
    return copy
