"""A ledger on a PostgreSQL server, which many share.

Owns transactions there. A write locks the row with the head of the chain before anything else, and
is READ COMMITTED, so each of its statements sees what the writer before it kept: writers stand in
line, as at a file. A reader has one REPEATABLE READ transaction, and so one moment, as with a file.
What is written waits, and goes out with the next question or the COMMIT: one way there and back.
"""

from __future__ import annotations

from contextlib import contextmanager, suppress
from itertools import count
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

import psycopg

from jpcli.domain.errors import JpcliError
from jpcli.ledger.database import server_schema
from jpcli.ledger.database.connection import Ledger
from jpcli.ledger.database.server_faults import (
    ServerLost,
    translate,
    unknown_outcome,
    unreachable,
)
from jpcli.ledger.database.server_laid import Laid
from jpcli.ledger.database.server_link import ASK_FOR_LIFE, WAIT_SECONDS, AsStored, Link, translated
from jpcli.ledger.database.waiting import wait_seconds

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from jpcli.ledger.database.connection import Look, Reader, Scratch
    from jpcli.ledger.database.server_link import Statement

Result = TypeVar("Result")

_CHUNK_ROWS, _LONG_CHUNK_ROWS = 256, 4096
# More rows than these go by COPY, and so many waiting statements are sent.
_FEW_ROWS, _MOST_WAITING = 50, 500
_READ = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
_WRITE = "BEGIN ISOLATION LEVEL READ COMMITTED"
_WHOLE = "SET LOCAL cursor_tuple_fraction = 1"
_HEAD = "SELECT seq FROM chain WHERE id = 1 FOR UPDATE"
_numbers = count(1)


class PostgresLedger(Ledger):
    """A ledger on a server. `reads` says that its one transaction, for questions, is open."""

    def __init__(self, link: Link, meta: Mapping[str, str], *, reads: bool) -> None:
        super().__init__(link.path, meta)
        self._link = link
        self._reads = reads
        self._writes = False
        # Which of its transactions this is, and what went wrong in it: then it is never kept.
        self._epoch = 0
        self._broken: Exception | None = None
        self._waiting: list[Statement] = []
        self._promised: tuple[int, bytes] | None = None
        # Values that may be named in any query: those of scratches, and what was found.
        self._laid: dict[str, Callable[[], Any]] = {}

    def rows(self, sql: str, **params: Any) -> Iterator[tuple[Any, ...]]:
        return self._stream(self._bound(sql, params))

    def all(self, sql: str, **params: Any) -> list[tuple[Any, ...]]:
        found: list[tuple[Any, ...]] = self._ask(self._bound(sql, params)).fetchall()
        return found

    def one(self, sql: str, **params: Any) -> tuple[Any, ...] | None:
        row: tuple[Any, ...] | None = self._ask(self._bound(sql, params)).fetchone()
        return row

    def _bound(self, sql: str, params: Mapping[str, Any] | tuple[Any, ...]) -> Statement:
        text, names = translated(sql)
        if not names:
            return text, params if isinstance(params, tuple) else ()
        assert not isinstance(params, tuple)
        laid = self._laid
        return text, {name: params[name] if name in params else laid[name]() for name in names}

    def _ask(self, *statements: Statement) -> psycopg.Cursor[Any]:
        """Send what waits, and these behind it. Outside a transaction nothing is half done, so what
        is lost is asked again."""
        patience = None
        while True:
            self._check_there()
            sent, self._waiting = [*self._waiting, *statements], []
            try:
                return self._link.send(sent)
            except psycopg.Error as error:
                found = translate(error, self.path, lost=self._link.is_lost)
                if self._writes or self._reads or not isinstance(found, ServerLost):
                    self._fail(error)
                patience = patience or self._link.patience()
                patience.wait_or_raise(found)

    def _check_there(self) -> None:
        """A transaction ends with its connection: nothing of it may go over another one, whoever
        caught the error and goes on."""
        if self._broken is not None:
            raise self._broken
        if (self._writes or self._reads) and self._link.is_lost:
            raise unreachable(self.path)

    def _fail(self, error: psycopg.Error) -> NoReturn:
        """Raise it in our words. After an error a change is not kept, and a reader has a new
        transaction: what looks for the cause asks, too."""
        found = translate(error, self.path, lost=self._link.is_lost)
        if self._writes:
            self._broken = found or error
        elif self._reads and not self._link.is_lost:
            self._epoch += 1
            with suppress(psycopg.Error):
                self._link.send([("ROLLBACK", ()), (_READ, ()), (_WHOLE, ())])
        raise found or error from (error if found is None else None)

    def _stream(self, query: Statement) -> Iterator[tuple[Any, ...]]:
        """Rows as they are asked for. The cursor lives at the server, inside a transaction; between
        two of them all rows are fetched at once."""
        if not (self._writes or self._reads):
            yield from self._ask(query)
            return
        name = f"stream_{next(_numbers)}"
        declare = (f"DECLARE {name} NO SCROLL CURSOR FOR {query[0]}", query[1])
        epoch = self._epoch
        found = self._ask(declare, (f"FETCH {_CHUNK_ROWS} FROM {name}", ())).fetchall()
        size = _CHUNK_ROWS
        try:
            while True:
                yield from found
                if len(found) < size:
                    return
                size = _LONG_CHUNK_ROWS
                assert epoch == self._epoch, "rows are read to their end in one transaction"
                found = self._ask((f"FETCH {size} FROM {name}", ())).fetchall()
        finally:
            if epoch == self._epoch:
                self._waiting.append((f"CLOSE {name}", ()))

    def execute(self, sql: str, params: Mapping[str, Any] | tuple[Any, ...] = ()) -> None:
        self._waiting.append(self._bound(sql, params))
        if len(self._waiting) > _MOST_WAITING:
            self._ask()

    def execute_many(self, sql: str, params: Iterable[tuple[Any, ...]]) -> None:
        rows = list(params)
        if len(rows) > _FEW_ROWS and sql.startswith("INSERT") and "ON CONFLICT" not in sql:
            self._copy(sql.removeprefix("INSERT INTO ").partition(" VALUES")[0], rows)
            return
        for row in rows:
            self.execute(sql, row)

    def _copy(self, into: str, rows: list[tuple[Any, ...]]) -> None:
        if self._waiting:
            self._ask()
        self._check_there()
        try:
            with (
                self._link.connection.cursor() as cursor,
                cursor.copy(f"COPY {into} FROM STDIN") as copy,
            ):
                for row in rows:
                    copy.write_row(row)
        except psycopg.Error as error:
            self._fail(error)

    @contextmanager
    def transaction(self, *, keep: bool = True, locks: bool = True) -> Iterator[None]:
        """As anywhere; without `locks` there is no chain yet, and so nobody to wait for."""
        self._promised = self._broken = None
        self._waiting = []
        head: list[Statement] = [(_HEAD, ())] if locks else []
        self._ask((_WRITE, ()), self._patient, (_WHOLE, ()), (ASK_FOR_LIFE, ()), *head)
        self._writes = True
        self._epoch += 1
        try:
            yield
            self._end(keep=keep)
        finally:
            self._writes = False
            self._epoch += 1
            self._broken = None
            self._waiting = []
            with suppress(psycopg.Error):
                if not self._link.is_lost:
                    self._link.connection.rollback()

    def _end(self, *, keep: bool) -> None:
        self._check_there()
        sent, self._waiting = [*self._waiting, ("COMMIT" if keep else "ROLLBACK", ())], []
        try:
            done = self._link.send(sent).statusmessage
            assert done == sent[-1][0], "no transaction ends otherwise than it was told to"
        except psycopg.Error as error:
            found = translate(error, self.path, lost=self._link.is_lost)
            if not (keep and self._link.is_lost and isinstance(found, ServerLost)):
                raise found or error from (error if found is None else None)
            if self._promised is not None and not self._was_kept():
                raise found from None

    def _was_kept(self) -> bool:
        """Whether the event that was to be the last one is there, asked while holding the head: who
        still has that is still about to keep it. Raises Failed `outcome_unknown`."""
        assert self._promised is not None
        seq, link = self._promised
        hash_of = ("SELECT hash FROM events WHERE seq = %s", (seq,))
        patience = self._link.patience()
        while True:
            try:
                row = self._link.send(
                    [(_WRITE, ()), self._patient, (_HEAD, ()), hash_of]
                ).fetchone()
                self._link.connection.rollback()
                return row is not None and row[0] == link
            except psycopg.errors.UndefinedTable:  # it was to be made in that transaction
                return False
            except (psycopg.Error, JpcliError):
                with suppress(psycopg.Error, JpcliError):
                    self._link.connection.rollback()
                patience.wait_or_raise(unknown_outcome(self.path))

    @property
    def _patient(self) -> Statement:
        """Who stands in line for the head gives up when the time to wait is over."""
        return f"SET LOCAL lock_timeout = {max(1000, int(self._link.wait_seconds * 1000))}", ()

    def promise(self, seq: int, link: bytes) -> None:
        self._promised = seq, link

    def repeating(self, run: Callable[[], Result]) -> Result:
        patience = None
        learned = self.meta, self.calendar
        while True:
            try:
                return run()
            except ServerLost as error:
                if error.waited:
                    raise
                patience = patience or self._link.patience()
                patience.wait_or_raise(error)
                self.meta, self.calendar = learned

    def close(self) -> None:
        self._link.close()

    def scratch(self, columns: str, *, key: bool = False) -> Scratch:  # noqa: ARG002
        return Laid(self._laid, next(_numbers), columns)

    def containing(self, column: str, table: str, text: str, fold: Callable[[Any], Any]) -> str:
        values = self.rows(f"SELECT {column} FROM {table}")
        name = f"found_{next(_numbers)}"
        found = [value for (value,) in values if text in fold(value)]
        self._laid[name] = lambda: found
        return f"{column} = ANY(CAST(:{name} AS TEXT[]))"

    def has_table(self, name: str) -> bool:
        return name in server_schema.TABLES

    def copy_into(self, path: str) -> None:
        server_schema.copy_into(self, path)

    @property
    def reader(self) -> Reader:
        return AsStored(self._stream)

    def looks(self, foreign: list[str]) -> Iterator[Look]:
        return server_schema.looks(self, foreign)


def open_server(address: str, *, writes: bool) -> PostgresLedger:
    """Open the ledger at an address.

    Raises BadInput (`bad_address`, `no_database`, `no_ledger`, `ledger_newer`), AuthProblem
    (`bad_login`), or Busy (`server_unreachable`).
    """
    link = Link(address, wait_seconds(WAIT_SECONDS))
    try:
        return PostgresLedger(link, _meta(link, writes=writes), reads=not writes)
    except (LookupError, ValueError, TypeError, AttributeError, OSError) as error:
        link.close()
        raise server_schema.damaged(link.path) from error
    except BaseException:
        link.close()
        raise


def _meta(link: Link, *, writes: bool) -> dict[str, str]:
    """The facts of the ledger, if there is one that this version knows."""
    begin: list[Statement] = [] if writes else [(_READ, ()), (_WHOLE, ())]
    patience = link.patience()
    while True:
        try:
            return server_schema.facts(link, begin)
        except psycopg.Error as error:
            found = translate(error, link.path, lost=link.is_lost)
            if not isinstance(found, ServerLost):
                raise found or error from (error if found is None else None)
            patience.wait_or_raise(found)
