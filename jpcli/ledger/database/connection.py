"""Opening a ledger file: for reading, for writing, and refusing what is no ledger.

Owns connections, pragmas and transactions. Everything above asks with `:name` parameters and
gets tuples; nobody else holds a connection. Writers start with BEGIN IMMEDIATE: a deferred
transaction that reads and then writes fails under WAL as soon as another writer came between.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, NoReturn

from jpcli.domain.calendar import BillingCalendar
from jpcli.domain.errors import Failed
from jpcli.ledger.database import inventory, schema
from jpcli.ledger.database.draft import remove_abandoned
from jpcli.ledger.database.faults import damaged, guarded, translate
from jpcli.ledger.database.header import FileConnection, check_file, check_identity
from jpcli.ledger.database.neighbors import check_one_name, has_log, uri_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from contextlib import AbstractContextManager

BUSY_TIMEOUT_SECONDS = 10.0
# Keys are random, so a bulk change touches every page of their index: 2 MB, SQLite's own choice,
# makes it write each of them over and over.
WRITE_CACHE_KIB = 65_536
_CHUNK_ROWS = 256
_FAULTS = (sqlite3.Error, UnicodeDecodeError)
# Facts that another process may change between the opening of a ledger and a transaction on it.
_SETTABLE = frozenset({"name", "address", "bill_from", "payment_terms_days", "collect"})
# Facts: the rules of the time zone, and which seconds had another offset nevertheless.
ZONE_DATA, ZONE_EXCEPTIONS = "zone_data", "zone_exceptions"


class Ledger:
    """One open ledger. `path` is for messages; `currency`, `zone` and `name` never change."""

    def __init__(self, connection: sqlite3.Connection, path: str, meta: Mapping[str, str]) -> None:
        self._connection = connection
        self.path = path
        # Without those that may change: they are asked for (`fact`) where they are used.
        self.meta = {key: value for key, value in meta.items() if key not in _SETTABLE}
        self.currency = self.meta["currency"]
        self.zone = self.meta["time_zone"]
        self.name = meta["name"]
        self.calendar = calendar_by(meta)

    @property
    def lacks_rules(self) -> bool:
        """Whether its days still go by this machine's rules of its time zone."""
        return self.calendar.rules is not None and ZONE_DATA not in self.meta

    def learn(self, facts: Mapping[str, str]) -> None:
        """Go by these facts as well from now on: the rules of the time zone."""
        self.meta = {**self.meta, **facts}
        self.calendar = calendar_by(self.meta)

    def rows(self, sql: str, **params: Any) -> Iterator[tuple[Any, ...]]:
        """Stream the rows of a query; memory stays flat however many there are."""
        with self._guarded():
            # Not from the cursor itself: left early, that would be closed, and so complain of
            # a damaged file while somebody else's error is on its way.
            cursor = self._connection.execute(sql, params)
            while chunk := cursor.fetchmany(_CHUNK_ROWS):
                yield from chunk

    def all(self, sql: str, **params: Any) -> list[tuple[Any, ...]]:
        """All rows of a query that is known to be short."""
        try:
            return self._connection.execute(sql, params).fetchall()
        except _FAULTS as error:
            self._fail(error)

    def one(self, sql: str, **params: Any) -> tuple[Any, ...] | None:
        """The first row, or None."""
        try:
            row: tuple[Any, ...] | None = self._connection.execute(sql, params).fetchone()
        except _FAULTS as error:
            self._fail(error)
        return row

    def value(self, sql: str, **params: Any) -> Any:
        """The first cell of the first row, or None."""
        row = self.one(sql, **params)
        return None if row is None else row[0]

    def fact(self, key: str) -> str | None:
        """One of the ledger's fixed facts as it is stored now; some are learnt after its birth."""
        found: str | None = self.value("SELECT value FROM meta WHERE key = :key", key=key)
        return found

    def execute(self, sql: str, params: Mapping[str, Any] | tuple[Any, ...] = ()) -> None:
        """Run one statement that returns nothing, inside the caller's transaction."""
        try:
            self._connection.execute(sql, params)
        except _FAULTS as error:
            self._fail(error)

    def execute_many(self, sql: str, params: Iterable[tuple[Any, ...]]) -> None:
        """Run one statement for many rows (positional parameters: twice as fast as named)."""
        try:
            self._connection.executemany(sql, params)
        except _FAULTS as error:
            self._fail(error)

    @contextmanager
    def transaction(self, *, keep: bool = True) -> Iterator[None]:
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

    def add_function(self, name: str, function: Callable[[Any], Any]) -> None:
        """Let queries call a function of one value, which always gives the same for the same."""
        self._connection.create_function(name, 1, function, deterministic=True)

    @property
    def raw(self) -> sqlite3.Connection:
        """The connection itself, for `ledger/` modules that copy or compare whole files."""
        return self._connection

    def _fail(self, error: Exception) -> NoReturn:
        """Raise an error in our words. The calls that a bulk change makes a million times come
        here instead of entering a context manager each."""
        with self._guarded():
            raise error

    def _guarded(self) -> AbstractContextManager[None]:
        return guarded(self.path, lambda: _is_damaged(self._connection))


def calendar_by(meta: Mapping[str, str]) -> BillingCalendar:
    """The billing days of a ledger with these facts. One made before ledgers had the rules of their
    zone goes by this machine's until something is written to it."""
    skipped = meta["skipped_dates"]
    ordinals = tuple(int(part) for part in skipped.split(",")) if skipped else ()
    text = meta.get(ZONE_DATA)
    if text is None:
        return BillingCalendar(meta["time_zone"], ordinals)
    from jpcli.ledger.database.zone_data import exceptions_of, rules_of

    exceptions = exceptions_of(meta.get(ZONE_EXCEPTIONS))
    return BillingCalendar(meta["time_zone"], ordinals, rules_of(text), exceptions)


class LedgerOlder(Failed):
    """The ledger has an older schema; `migration` brings it to the newest."""


def open_ledger(path: str, *, writes: bool, older: bool = False) -> Ledger:
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
                raise LedgerOlder(
                    "ledger_older",
                    f"This ledger has schema {version}, this jpcli works with "
                    f"{schema.SCHEMA_VERSION}: {path}",
                    hint="Bring it up to date:   jpcli status",
                    subject=path,
                )
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


def ledger_on(connection: sqlite3.Connection, path: str) -> Ledger:
    """The ledger that an open connection holds; raises Failed `ledger_damaged`."""
    meta = dict(connection.execute("SELECT key, value FROM meta"))
    try:
        return Ledger(connection, path, meta)
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
                timeout=BUSY_TIMEOUT_SECONDS,
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
