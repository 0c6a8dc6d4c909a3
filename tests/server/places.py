"""A schema for each ledger of a test, all in one database of one server.

A schema is made in a thousandth of the time of a database, and one with tables is filled anew with
the rows of another in a tenth of the time in which tables are made. Connections are kept for the
next command of this process, as a pooler does, for the same reason; `tests/server` has its own.
"""

from __future__ import annotations

import os
from atexit import register
from contextlib import ExitStack
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict
from psycopg.pq import TransactionStatus

from jpcli.ledger.database import server_schema
from jpcli.ledger.database.server_link import Link
from tests.server.running import running

_OPTION = "-csearch_path="
_SPOILS = ("CREATE", "DROP", "ALTER", "COMMENT")
_SPARE = 30
_COMPLETE = (
    "SELECT COUNT(*) FROM pg_class WHERE relkind IN ('r', 'v')"
    " AND relnamespace = CAST(%s AS regnamespace)"
)


class Places:
    """The ledgers of the tests of this process. `free` have our tables and nobody who uses them,
    `empty` no table."""

    def __init__(self) -> None:
        stack = ExitStack()
        register(stack.close)
        self._server = stack.enter_context(running())
        self._hand = stack.enter_context(self._server.connect())
        self._hand.execute("SET lock_timeout = '20s'")
        self._names = (f"t{number}" for number in count(1))
        self._by_path: dict[str, str] = {}
        self._empty: list[str] = []
        self._free: list[str] = []
        self._spoiled: set[str] = set()
        _keep_connections()

    def address(self, path: str) -> str:
        """Where the ledger is that is called by a path."""
        if path not in self._by_path:
            self._by_path[path] = self._empty.pop() if self._empty else self._new()
        return self._server.address(
            "postgres", more=f"?options={quote(_OPTION + self._by_path[path])}"
        )

    def _new(self) -> str:
        name = next(self._names)
        self._hand.execute(f"CREATE SCHEMA {name}")
        return name

    def copy(self, source: str, target: str) -> None:
        """Give a schema the rows of another, and the tables, if it has none."""
        old, new = _schema(source), _schema(target)
        if new in self._spoiled or not self._is_complete(new):
            self._hand.execute(f"DROP SCHEMA {new} CASCADE")
            self._hand.execute(f"ALTER SCHEMA {self._made()} RENAME TO {new}")
            self._spoiled.discard(new)
        with self._hand.transaction(), self._hand.pipeline():
            self._hand.execute("SET LOCAL session_replication_role = replica")  # no trigger
            for table in server_schema.TABLES:
                self._hand.execute(f"DELETE FROM {new}.{table}")
                self._hand.execute(f"INSERT INTO {new}.{table} SELECT * FROM {old}.{table}")

    def _made(self) -> str:
        """A schema with our tables."""
        if self._free:
            return self._free.pop()
        name = self._new()
        self._go_to(name)
        with self._hand.transaction(), self._hand.pipeline():
            for statement in server_schema.statements():
                self._hand.execute(statement)
        return name

    def _is_complete(self, name: str) -> bool:
        row = self._hand.execute(_COMPLETE, (name,)).fetchone()
        return row == (len(server_schema.TABLES),)

    def rows(self, address: str, sql: str) -> list[tuple[Any, ...]]:
        self._go_to(_schema(address))
        return self._hand.execute(sql).fetchall()

    def change(self, address: str, statements: tuple[str, ...]) -> None:
        name = _schema(address)
        self._go_to(name)
        for statement in statements:
            if statement.startswith(_SPOILS):
                self._spoiled.add(name)
            self._hand.execute(statement)

    def harm(self, address: str, statements: tuple[str, ...]) -> None:
        """As a superuser can, whom no trigger stops for the time."""
        name = _schema(address)
        self._spoiled.add(name)
        self._go_to(name)
        self._hand.execute("SET session_replication_role = replica")
        try:
            for statement in statements:
                self._hand.execute(statement)
        finally:
            self._hand.execute("RESET session_replication_role")

    def dump(self, address: str) -> str:
        """As SQLite's shell writes a row."""
        self._go_to(_schema(address))
        return "\n".join(
            f'INSERT INTO "{table}" VALUES{row!r};'
            for table in sorted(server_schema.TABLES)
            for row in self._hand.execute(f"SELECT * FROM {table} AS row ORDER BY row")
        )

    def _go_to(self, name: str) -> None:
        self._hand.execute(f"SET search_path TO {name}")

    def leave(self, folder: Path | None) -> None:
        """Take back what was in the folder of a test, or in one that is gone."""
        for path in list(self._by_path):
            inside = folder is not None and Path(path).is_relative_to(folder)
            if inside or not os.path.isdir(os.path.dirname(path)):
                self._take_back(self._by_path.pop(path))

    def _take_back(self, name: str) -> None:
        (tables,) = self._hand.execute(_COMPLETE, (name,)).fetchone() or (0,)
        if tables == 0:
            self._empty.append(name)
        elif (
            tables == len(server_schema.TABLES)
            and name not in self._spoiled
            and len(self._free) < _SPARE
        ):
            self._free.append(name)
        else:
            self._hand.execute(f"DROP SCHEMA {name} CASCADE")
            self._spoiled.discard(name)


def _schema(address: str) -> str:
    return str(conninfo_to_dict(address)["options"]).removeprefix(_OPTION)


def _keep_connections() -> None:
    """Give a connection to the next command when one is done with it."""
    connect, close = Link._connected, Link.close
    kept: dict[int, list[psycopg.Connection[Any]]] = {}

    def connected(link: Link) -> psycopg.Connection[Any]:
        options = str(conninfo_to_dict(link._conninfo).get("options") or "")
        idle = kept.setdefault(os.getpid(), [])
        while options.startswith(_OPTION) and idle:
            connection = idle.pop()
            if not connection.closed:
                connection.execute(f"SET search_path TO {options.removeprefix(_OPTION)}")
                return connection
        return connect(link)

    def closed(link: Link) -> None:
        connection = link._connection
        ours = _OPTION in link._conninfo and connection is not None and not connection.closed
        if ours and connection is not None:
            if connection.info.transaction_status == TransactionStatus.INTRANS:
                connection.rollback()
            if connection.info.transaction_status == TransactionStatus.IDLE:
                kept.setdefault(os.getpid(), []).append(connection)
                link._connection = None
                return
        close(link)

    patch = pytest.MonkeyPatch()
    patch.setattr(Link, "_connected", connected)
    patch.setattr(Link, "close", closed)
