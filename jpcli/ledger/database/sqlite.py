"""A ledger in a file: opened for reading, for writing, and what is no ledger refused.

Owns SQLite's connections, pragmas and transactions. Writers start with BEGIN IMMEDIATE: a deferred
transaction that reads and then writes fails under WAL as soon as another writer came between.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import contextmanager, suppress
from itertools import count
from typing import TYPE_CHECKING, Any, NoReturn

from jpcli.ledger.database import inventory, schema, tables
from jpcli.ledger.database.connection import Ledger, ledger_older
from jpcli.ledger.database.draft import remove_abandoned, sync
from jpcli.ledger.database.faults import damaged, guarded, translate
from jpcli.ledger.database.header import FileConnection, check_file, check_identity
from jpcli.ledger.database.neighbors import check_one_name, has_log, uri_of
from jpcli.ledger.database.waiting import wait_seconds

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from contextlib import AbstractContextManager

    from jpcli.ledger.database.connection import Ask, Look, Reader, Scratch

BUSY_TIMEOUT_SECONDS = 10.0
# Keys are random, so a bulk change touches every page of their index: 2 MB, SQLite's own choice,
# makes it write each of them over and over.
WRITE_CACHE_KIB = 65_536
_CHUNK_ROWS = 256
_FAULTS = (sqlite3.Error, UnicodeDecodeError)
_numbers = count(1)


class SqliteLedger(Ledger):
    """A ledger in a file."""

    def __init__(self, connection: sqlite3.Connection, path: str, meta: Mapping[str, str]) -> None:
        super().__init__(path, meta)
        self._connection = connection

    def rows(self, sql: str, **params: Any) -> Iterator[tuple[Any, ...]]:
        with self._guarded():
            # Not from the cursor itself: left early, that would be closed, and so complain of
            # a damaged file while somebody else's error is on its way.
            cursor = self._connection.execute(sql, params)
            while chunk := cursor.fetchmany(_CHUNK_ROWS):
                yield from chunk

    def all(self, sql: str, **params: Any) -> list[tuple[Any, ...]]:
        try:
            return self._connection.execute(sql, params).fetchall()
        except _FAULTS as error:
            self._fail(error)

    def one(self, sql: str, **params: Any) -> tuple[Any, ...] | None:
        try:
            row: tuple[Any, ...] | None = self._connection.execute(sql, params).fetchone()
        except _FAULTS as error:
            self._fail(error)
        return row

    def execute(self, sql: str, params: Mapping[str, Any] | tuple[Any, ...] = ()) -> None:
        try:
            self._connection.execute(sql, params)
        except _FAULTS as error:
            self._fail(error)

    def execute_many(self, sql: str, params: Iterable[tuple[Any, ...]]) -> None:
        try:
            self._connection.executemany(sql, params)
        except _FAULTS as error:
            self._fail(error)

    @contextmanager
    def transaction(self, *, keep: bool = True, asks: Iterable[Ask] = ()) -> Iterator[None]:  # noqa: ARG002
        """BEGIN IMMEDIATE … COMMIT; rolled back on any error, or at the end unless `keep`."""
        with self._guarded():
            self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            with self._guarded():
                self._connection.execute("COMMIT" if keep else "ROLLBACK")
        finally:
            # Closing undoes it as well, so that a failure here must not hide why it is undone.
            with suppress(sqlite3.Error):
                if self._connection.in_transaction:
                    self._connection.rollback()

    def close(self) -> None:
        """Give the file back. The last one to leave folds the write-ahead log into it."""
        self._connection.close()

    def scratch(self, columns: str, *, key: bool = False) -> Scratch:
        return _TemporaryTable(self, columns, key=key)

    def containing(self, column: str, table: str, text: str, fold: Callable[[Any], Any]) -> str:
        del table, text  # the function is called for every row
        self._connection.create_function("FOLDED", 1, fold, deterministic=True)
        return f"INSTR(FOLDED({column}), :search) > 0"

    def has_table(self, name: str) -> bool:
        sql = "SELECT COUNT(*) FROM sqlite_master WHERE name = :name"
        return bool(self.value(sql, name=name))

    def late_indexes(self) -> dict[str, str]:
        return tables.late_indexes()

    @property
    def raw(self) -> sqlite3.Connection:
        """The connection itself, for what copies whole files."""
        return self._connection

    def copy_into(self, path: str) -> None:
        copy_file(self._connection, path)

    @property
    def reader(self) -> Reader:
        return self._connection

    def looks(self, foreign: list[str]) -> Iterator[Look]:
        return inventory.looks(self._connection, self.path, foreign)

    def _fail(self, error: Exception) -> NoReturn:
        """Raise an error in our words. The calls that a bulk change makes a million times come
        here instead of entering a context manager each."""
        with self._guarded():
            raise error

    def _guarded(self) -> AbstractContextManager[None]:
        return guarded(self.path, lambda: _is_damaged(self._connection))


def copy_file(source: sqlite3.Connection, path: str) -> None:
    """SQLite's own online backup: other processes may go on reading and writing meanwhile."""
    target = sqlite3.connect(path, isolation_level=None)
    try:
        source.backup(target)
        # The copy is one file until it has its name; then every later connection writes ahead.
        target.execute("PRAGMA journal_mode = DELETE")
        target.execute("PRAGMA journal_mode = WAL")
    finally:
        target.close()
    sync(path)


class _TemporaryTable:
    """Temporary tables live beside the file, so one that can't be written will do."""

    def __init__(self, ledger: SqliteLedger, columns: str, *, key: bool) -> None:
        number = next(_numbers)
        self.name = f"temp.scratch_{number}"
        self._ledger = ledger
        first, *others = columns.split(", ")
        declared = [f"{first} INTEGER{' PRIMARY KEY' if key else ''}"]
        declared += [f"{name} INTEGER" for name in others]
        ledger.execute(f"CREATE TEMP TABLE scratch_{number} ({', '.join(declared)})")
        marks = ", ".join("?" * len(declared))
        ignoring = " ON CONFLICT DO NOTHING" if key else ""
        self._insert = f"INSERT INTO {self.name} VALUES ({marks}){ignoring}"
        self._remove = f"DELETE FROM {self.name} WHERE {first} = ?"

    def insert(self, rows: Iterable[tuple[Any, ...]]) -> None:
        self._ledger.execute_many(self._insert, rows)

    def remove(self, key: int) -> None:
        self._ledger.execute(self._remove, (key,))


def open_file(path: str, *, writes: bool, older: bool = False) -> SqliteLedger:
    """Open the ledger at `path`; one of an older schema only with `older`.

    Raises BadInput (`no_ledger`, `not_a_ledger`, `ledger_newer`), LedgerOlder, or Failed
    (`ledger_damaged`, `ledger_unreadable`). A read-only file or folder can be read; a write then
    fails.
    """
    check_file(path)
    connection = connect(path, writes=writes)
    try:
        with guarded(path, lambda: _is_damaged(connection)):
            version = _check_version(connection, path)
            if version < schema.SCHEMA_VERSION and not older:
                raise ledger_older(path, version, schema.SCHEMA_VERSION)
            connection.execute("PRAGMA foreign_keys = ON")
            if writes:
                connection.execute("PRAGMA synchronous = FULL")
                connection.execute(f"PRAGMA cache_size = -{WRITE_CACHE_KIB}")
            else:
                # One moment for the whole command, whatever others write meanwhile.
                connection.execute("BEGIN")
            return ledger_on(connection, path)
    except BaseException:
        connection.close()
        raise


def ledger_on(connection: sqlite3.Connection, path: str) -> SqliteLedger:
    """The ledger that an open connection holds; raises Failed `ledger_damaged`."""
    meta = dict(connection.execute("SELECT key, value FROM meta"))
    try:
        return SqliteLedger(connection, path, meta)
    except (LookupError, ValueError, TypeError, AttributeError, OSError) as error:
        # A fact is missing or no text, or it is a time zone that nobody knows.
        raise damaged(path) from error


def _is_damaged(connection: sqlite3.Connection) -> bool:
    """Is it the file's fault? Asked only after an error that nothing else explains."""
    try:
        if inventory.take_inventory(connection).problems:
            return True
        found: tuple[str] = connection.execute("PRAGMA quick_check(1)").fetchone()
    except (sqlite3.Error, UnicodeDecodeError):
        return True
    return found != ("ok",)


def connect(path: str, *, writes: bool) -> sqlite3.Connection:
    """A connection in autocommit mode; a reader falls back to `immutable` in a folder, or on a
    full disk, where SQLite can't make its shared-memory file and so nobody can write either.

    A writer removes what killed runs left beside the ledger; Failed `ledger_hard_linked` where the
    ledger has another name even then.
    """
    if writes:
        remove_abandoned(os.path.dirname(os.path.realpath(path)))
        check_one_name(path)
    uri = uri_of(path)
    modes = ["?mode=rw"] if writes else ["?mode=ro", "?immutable=1"]
    for mode in modes:
        with guarded(path):
            connection = sqlite3.connect(
                uri + mode,
                uri=True,
                timeout=wait_seconds(BUSY_TIMEOUT_SECONDS),
                isolation_level=None,
                factory=FileConnection,
            )
        try:
            connection.of(path)
            connection.execute("PRAGMA user_version").fetchone()
        except sqlite3.Error as error:
            connection.close()
            fallback = mode != modes[-1] and not has_log(path)
            if fallback and _has_no_place(error):
                continue
            raise translate(error, path) or error from error
        return connection
    raise AssertionError("unreachable: the last mode either returns or raises")


def _has_no_place(error: sqlite3.Error) -> bool:
    """Is it because the files beside the ledger can't be made?"""
    code = error.sqlite_errorcode
    in_vain = code & 0xFF in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY)
    return in_vain or code == sqlite3.SQLITE_IOERR_SHMSIZE


def _check_version(connection: sqlite3.Connection, path: str) -> int:
    application_id = connection.execute("PRAGMA application_id").fetchone()[0]
    version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    check_identity(application_id, version, path)
    return version
