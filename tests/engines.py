"""Where the ledgers of tests are: in a file each, or on one server in a schema each.

A test names a ledger by a path in its folder on both engines, and what it looks at past jpcli it
asks here. `pytest --engine postgres` puts all of them on a server.
"""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from jpcli.domain.addresses import is_server

if TYPE_CHECKING:
    import pytest

    from tests.server.places import Places

FILE, POSTGRES = "file", "postgres"
# What is tested on a server as well.
ROOMS = ("tests/ledger", "tests/services", "tests/cli")


class Engine(Protocol):
    """What of a ledger is not asked by way of jpcli."""

    def place(self, path: str) -> str:
        """The address of the ledger that a test calls by a path."""

    def copy(self, source: str, target: str) -> None:
        """Put a copy of a ledger in a place, whatever was there."""

    def rows(self, address: str, sql: str) -> list[tuple[Any, ...]]:
        """What is stored."""

    def change(self, address: str, statements: tuple[str, ...]) -> None:
        """What a hand with a shell could do, each at once."""

    def harm(self, address: str, statements: tuple[str, ...]) -> None:
        """The same by a careful hand, which takes the triggers off and puts them back. On a server
        the rules of columns stay."""

    def dump(self, address: str) -> str:
        """Every row of every table, a line each."""

    def leave(self, folder: Path | None) -> None:
        """A test is over, and so are the ledgers in its folder."""


class _Files:
    def place(self, path: str) -> str:
        return path

    def copy(self, source: str, target: str) -> None:
        shutil.copy(source, target)  # its mode as well
        for left in ("-wal", "-shm"):
            Path(target + left).unlink(missing_ok=True)

    def rows(self, address: str, sql: str) -> list[tuple[Any, ...]]:
        with closing(_read(address)) as connection:
            return connection.execute(sql).fetchall()

    def change(self, address: str, statements: tuple[str, ...]) -> None:
        with closing(sqlite3.connect(address, isolation_level=None)) as connection:
            for statement in statements:
                connection.execute(statement)

    def harm(self, address: str, statements: tuple[str, ...]) -> None:
        with closing(sqlite3.connect(address, isolation_level=None)) as connection:
            connection.execute("PRAGMA ignore_check_constraints = ON")
            asked = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
            triggers = connection.execute(asked).fetchall()
            off = [f"DROP TRIGGER {name}" for name, _ in triggers]
            for statement in (*off, *statements, *(sql for _, sql in triggers)):
                connection.execute(statement)

    def dump(self, address: str) -> str:
        with closing(_read(address)) as connection:
            return "\n".join(connection.iterdump())

    def leave(self, folder: Path | None) -> None:
        """Files go with their folder."""


def _read(path: str) -> sqlite3.Connection:
    quoted = path.replace("%", "%25").replace("?", "%3f").replace("#", "%23")
    return sqlite3.connect(f"file:{quoted}?mode=ro", uri=True)


class _OnServer:
    """Starts a server when the first ledger is named."""

    def __init__(self) -> None:
        self._places: Places | None = None

    @property
    def places(self) -> Places:
        if self._places is None:
            from tests.server.places import Places

            self._places = Places()
        return self._places

    def place(self, path: str) -> str:
        return path if is_server(path) else self.places.address(path)

    def copy(self, source: str, target: str) -> None:
        self.places.copy(source, target)

    def rows(self, address: str, sql: str) -> list[tuple[Any, ...]]:
        return self.places.rows(address, sql)

    def change(self, address: str, statements: tuple[str, ...]) -> None:
        self.places.change(address, statements)

    def harm(self, address: str, statements: tuple[str, ...]) -> None:
        self.places.harm(address, statements)

    def dump(self, address: str) -> str:
        return self.places.dump(address)

    def leave(self, folder: Path | None) -> None:
        if self._places is not None:
            self._places.leave(folder)


engine: Engine = _Files()


def use(name: str) -> None:
    """Choose the engine, before the first test."""
    global engine  # noqa: PLW0603
    engine = _OnServer() if name == POSTGRES else _Files()


def on_server() -> bool:
    return isinstance(engine, _OnServer)


def stays(item: pytest.Item) -> str | None:
    """Why a test is not tried on a server."""
    mark = item.get_closest_marker("file")
    if mark is not None:
        return f"about files: {mark.args[0]}"
    return "opens no ledger" if item.get_closest_marker("no_ledger") else None


def place(path: Path | str) -> str:
    """The address of the ledger that a test calls by a path."""
    return engine.place(str(path))


def copy(source: Path | str, target: Path | str) -> None:
    """Put a copy of a ledger in a place, whatever was there; both by path or address."""
    engine.copy(place(source), place(target))


def refusals() -> tuple[type[Exception], ...]:
    """What a rule of the tables raises when a hand breaks it."""
    if not on_server():
        return (sqlite3.IntegrityError,)
    import psycopg

    return (psycopg.errors.IntegrityError,)
