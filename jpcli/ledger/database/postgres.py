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

from jpcli.ledger.database import server_inventory, server_schema
from jpcli.ledger.database.connection import HEAD, Ledger
from jpcli.ledger.database.server_batches import written_at_once
from jpcli.ledger.database.server_faults import ServerLost, translate, unreachable
from jpcli.ledger.database.server_foreseen import Foreseen
from jpcli.ledger.database.server_laid import Laid
from jpcli.ledger.database.server_link import ASK_FOR_LIFE, WAIT_SECONDS, AsStored, Link, translated
from jpcli.ledger.database.server_outcome import LOCK, WRITE, patient, was_kept
from jpcli.ledger.database.waiting import wait_seconds

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from jpcli.ledger.database.connection import Ask, Look, Reader, Scratch
    from jpcli.ledger.database.server_link import Statement

Result = TypeVar("Result")
Item = TypeVar("Item")

_CHUNK_ROWS, _LONG_CHUNK_ROWS = 256, 4096
# More rows than these go by COPY, and so many waiting statements are sent.
_FEW_ROWS, _MOST_WAITING = 50, 500
_WHOLE = "SET LOCAL cursor_tuple_fraction = 1"
_READ = (("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", ()), (_WHOLE, ()))
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
        self._foreseen = Foreseen()
        self._promised: tuple[int, bytes] | None = None
        # Values that may be named in any query: those of scratches, and what was found.
        self._laid: dict[str, Callable[[], Any]] = {}

    def rows(self, sql: str, **params: Any) -> Iterator[tuple[Any, ...]]:
        return self._stream(self._bound(sql, params))

    def all(self, sql: str, **params: Any) -> list[tuple[Any, ...]]:
        question = self._bound(sql, params)
        found = self._known(question)
        return self._ask(question)[-1].fetchall() if found is None else list(found)

    def one(self, sql: str, **params: Any) -> tuple[Any, ...] | None:
        question = self._bound(sql, params)
        found = self._known(question)
        if found is not None:
            return found[0] if found else None
        row: tuple[Any, ...] | None = self._ask(question)[-1].fetchone()
        return row

    def _known(self, question: Statement) -> list[tuple[Any, ...]] | None:
        self._check_there()
        return self._foreseen.answer(question)

    def _bound(self, sql: str, params: Mapping[str, Any] | tuple[Any, ...]) -> Statement:
        text, names = translated(sql)
        if not names:
            return text, params if isinstance(params, tuple) else ()
        assert not isinstance(params, tuple)
        laid = self._laid
        return text, {name: params[name] if name in params else laid[name]() for name in names}

    def _ask(self, *statements: Statement) -> list[psycopg.Cursor[Any]]:
        """Send what waits, what was foreseen, and these behind it. Outside a transaction nothing is
        half done, so what is lost is asked again."""
        patience = None
        noted = self._foreseen.take_noted()
        sent = [*self._waiting, *(statement for statement, _ in noted), *statements]
        first, self._waiting = len(self._waiting), []
        while True:
            self._check_there()
            try:
                answered = self._link.send_all(sent)
            except psycopg.Error as error:
                found = translate(error, self.path, lost=self._link.is_lost)
                if self._writes or self._reads or not isinstance(found, ServerLost):
                    self._fail(error)
                patience = patience or self._link.patience()
                patience.wait_or_raise(found)
            else:
                for (_, keys), cursor in zip(noted, answered[first:], strict=False):
                    self._foreseen.keep(keys, cursor.fetchall())
                return answered

    def _check_there(self) -> None:
        """A transaction ends with its connection: nothing of it may go over another one, whoever
        caught the error and goes on."""
        if self._broken is not None:
            raise self._broken
        if (self._writes or self._reads) and self._link.is_lost:
            raise unreachable(self.path)

    def _fail(self, error: psycopg.Error) -> NoReturn:
        """Raise it in our words. Of a change nothing is kept, a reader has a new transaction."""
        found = translate(error, self.path, lost=self._link.is_lost)
        self._epoch += 1
        self._foreseen.clear()
        if not self._link.is_lost:
            with suppress(psycopg.Error):
                self._link.send([("ROLLBACK", ()), *_READ * self._reads])
                found = found or server_inventory.damage_behind(error, self._link)
        if self._writes:
            self._broken = found or error
        raise found or error from (error if found is None else None)

    def _stream(self, query: Statement) -> Iterator[tuple[Any, ...]]:
        """Rows as they are asked for. The cursor lives at the server, inside a transaction; between
        two of them all rows are fetched at once."""
        known = self._known(query)
        if known is not None or not (self._writes or self._reads):
            yield from self._ask(query)[-1] if known is None else known
            return
        name = f"stream_{next(_numbers)}"
        declare = (f"DECLARE {name} NO SCROLL CURSOR FOR {query[0]}", query[1])
        epoch = self._epoch
        found = self._ask(declare, (f"FETCH {_CHUNK_ROWS} FROM {name}", ()))[-1].fetchall()
        size = _CHUNK_ROWS
        try:
            while True:
                yield from found
                if len(found) < size:
                    return
                size = _LONG_CHUNK_ROWS
                assert epoch == self._epoch, "rows are read to their end in one transaction"
                found = self._ask((f"FETCH {size} FROM {name}", ()))[-1].fetchall()
        finally:
            if epoch == self._epoch:
                self._waiting.append((f"CLOSE {name}", ()))

    def execute(self, sql: str, params: Mapping[str, Any] | tuple[Any, ...] = ()) -> None:
        self._write(self._bound(sql, params), sql)

    def _write(self, statement: Statement, sql: str) -> None:
        self._waiting.append(statement)
        self._foreseen.written(sql)
        if len(self._waiting) > _MOST_WAITING:
            self._ask()

    def execute_many(self, sql: str, params: Iterable[tuple[Any, ...]]) -> None:
        rows = list(params)
        many = len(rows) > _FEW_ROWS
        if many and sql.startswith("INSERT") and "ON CONFLICT" not in sql:
            self._copy(sql.removeprefix("INSERT INTO ").partition(" VALUES")[0], rows)
        elif many and (once := written_at_once(sql, rows)) is not None:
            self._write(once, sql)
        else:
            for row in rows:
                self.execute(sql, row)

    def _copy(self, into: str, rows: list[tuple[Any, ...]]) -> None:
        if self._waiting:
            self._ask()
        self._check_there()
        self._foreseen.written(into)
        try:
            self._link.copy(into, rows)
        except psycopg.Error as error:
            self._fail(error)

    def ahead(self, asks: Iterable[Ask]) -> None:
        if self._writes or self._reads:
            for ask in asks:
                self._foreseen.foresee(ask)

    def each(self, items: Iterable[Item], asks: Callable[[Item], Iterable[Ask]]) -> Iterable[Item]:
        """As anywhere; outside a transaction the answers last as long as some items do."""
        lasting = self._writes or self._reads
        return self._foreseen.each(items, asks, self._ask, lasting=lasting)

    @contextmanager
    def transaction(
        self, *, keep: bool = True, asks: Iterable[Ask] = (), locks: bool = True
    ) -> Iterator[None]:
        """As anywhere; without `locks` there is no chain yet, and so nobody to wait for."""
        self._promised = self._broken = None
        self._foreseen.clear()
        settings = {"cursor_tuple_fraction": 1, **ASK_FOR_LIFE}
        self._waiting = [WRITE, patient(self._link.wait_seconds, **settings)]
        if locks:
            self._foreseen.note(self._bound(HEAD, ()), LOCK)
            for ask in asks:
                self._foreseen.foresee(ask)
        asked = self._ask(*[(server_schema.MARK, ())] * locks)
        self._writes = True
        self._epoch += 1
        try:
            if locks:
                server_schema.check_not_newer(asked[-1].fetchone(), self.path)
            yield
            self._end(keep=keep)
        finally:
            self._writes = False
            self._epoch += 1
            self._broken = None
            self._waiting = []
            self._foreseen.clear()
            self._link.rollback()

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
            if self._promised is not None and not was_kept(self._link, *self._promised):
                raise found from None

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
        # A pooler drops its own connection behind one that is gone in the middle of a transaction.
        self._link.rollback()
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
        return server_inventory.looks(self, foreign)


def open_server(address: str, *, writes: bool, older: bool = False) -> PostgresLedger:
    """Open the ledger at an address; one of an older schema only with `older`.

    Raises BadInput (`bad_address`, `no_database`, `no_ledger`, `ledger_newer`), LedgerOlder,
    AuthProblem (`bad_login`), or Busy (`server_unreachable`).
    """
    link = Link(address, wait_seconds(WAIT_SECONDS))
    try:
        known = server_schema.facts(link, _READ * (not writes), older=older)
        return PostgresLedger(link, known, reads=not writes)
    except BaseException as error:
        link.close()
        if isinstance(error, (LookupError, ValueError, TypeError, AttributeError, OSError)):
            raise server_schema.damaged(link.path) from error
        raise
