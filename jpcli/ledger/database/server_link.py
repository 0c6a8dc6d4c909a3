"""The connection to a PostgreSQL server: made, made anew when it was lost, and what goes over it.

Owns waiting for a server that is away, and the forms in which statements and values go out and rows
come back. It knows nothing of ledgers.
"""

from __future__ import annotations

import logging
import os
import random
import re
import time
from contextlib import suppress
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NoReturn

import psycopg
from psycopg.adapt import Dumper, Loader
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.generators import send

from jpcli.domain.addresses import shown
from jpcli.ledger.database.server_faults import ServerLost, bad_address, refusal_of, translate

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence

    Statement = tuple[str, Mapping[str, Any] | Sequence[Any]]

# It notes lost connections there, which without this is a line on stderr.
logging.getLogger("psycopg").addHandler(logging.NullHandler())

WAIT_SECONDS = 30.0
_CONNECT_SECONDS = 5
# Who says nothing for some 25 seconds, not even that he is there, is given up: the machine is gone,
# or the way to it. Systems wait for two hours.
_SIGNS_OF_LIFE = {"keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3}
_PAUSES = 0.1, 2.0
_SECRETS = ("password", "sslpassword", "oauth_client_secret", "scram_client_key")
# What the library finds wrong with these only when it connects.
_CHOICES = {
    "sslmode": ("prefer", "disable", "allow", "require", "verify-ca", "verify-full"),
    "target_session_attrs": (
        "any",
        "read-write",
        "read-only",
        "primary",
        "standby",
        "prefer-standby",
    ),
}
_TOKEN = re.compile(r"'[^']*'|:([a-z_][a-z_0-9]*)|\?|%|\bGROUP_CONCAT\(|\bINSTR\(")
_OTHER = {"?": "%s", "%": "%%", "GROUP_CONCAT(": "STRING_AGG(", "INSTR(": "STRPOS("}


@lru_cache(1024)
def translated(sql: str) -> tuple[str, tuple[str, ...]]:
    """A statement as the server's library takes it, and the names of its parameters."""
    names: dict[str, None] = {}

    def other(token: re.Match[str]) -> str:
        text, name = token[0], token[1]
        if name is not None:
            names[name] = None
            return f"%({name})s"
        return text.replace("%", "%%") if text[0] == "'" else _OTHER[text]

    return _TOKEN.sub(other, sql), tuple(names)


class _AsInteger(Loader):  # type: ignore[misc,unused-ignore]
    """A sum of integers is one, whatever the server calls it."""

    def load(self, data: Any) -> int:
        return int(bytes(data))


class _TruthAsInteger(Loader):  # type: ignore[misc,unused-ignore]
    def load(self, data: Any) -> int:
        return int(bytes(data) == b"t")


class _TruthToInteger(Dumper):  # type: ignore[misc,unused-ignore]
    oid = psycopg.adapters.types["int8"].oid

    def dump(self, obj: Any) -> bytes:
        return b"1" if obj else b"0"


class _Pipeline(psycopg.Pipeline):  # type: ignore[misc,unused-ignore]
    """Ends with its Sync. The library asks for a Flush behind that; where the answers came first, a
    pooler gives the client a connection for it, which is dropped when the client leaves."""

    def _exit_gen(self) -> Generator[Any, Any, None]:
        try:
            self._enqueue_sync()
            yield from self._communicate_gen()
        finally:
            if self.result_queue:
                yield from send(self.pgconn)
                yield from self._fetch_gen(flush=False)


# The same for the server, in one transaction: who is gone in the middle of a change holds its lock.
ASK_FOR_LIFE = {f"tcp_{name}": value for name, value in _SIGNS_OF_LIFE.items()}


class Link:
    """One connection at a time to the server at an address, which has a password in it maybe;
    `path` is the address as it may be shown."""

    def __init__(self, address: str, wait_seconds: float) -> None:
        self.path = shown(address)
        self.wait_seconds = wait_seconds
        self._connection: psycopg.Connection[Any] | None = None
        self._conninfo, self._secrets = _read(address, self.path)

    @property
    def connection(self) -> psycopg.Connection[Any]:
        """The connection, made if there is none; errors as `refusal_of`."""
        found = self._connection
        if found is None or found.closed:
            found = self._connection = self._connected()
        return found

    @property
    def is_lost(self) -> bool:
        """There was a connection, and it is gone."""
        return self._connection is not None and self._connection.closed

    def close(self) -> None:
        """Give the connection back."""
        if self._connection is not None:
            self._connection.close()

    def send(self, statements: Sequence[Statement]) -> psycopg.Cursor[Any]:
        """Send statements in one go, and give what the last one answers. Errors are the library's,
        but for those of connecting."""
        return self.send_all(statements)[-1]

    def send_all(self, statements: Sequence[Statement]) -> list[psycopg.Cursor[Any]]:
        """The same, and what each of them answers."""
        connection = self.connection
        if len(statements) == 1:
            return [connection.execute(*statements[0])]
        connection._pipeline = _Pipeline(connection)  # noqa: SLF001
        with connection.pipeline():
            return [connection.execute(*statement) for statement in statements]

    def rollback(self) -> None:
        """Leave a transaction, where there is a connection still; none is made for it."""
        if self._connection is not None and not self._connection.closed:
            with suppress(psycopg.Error):
                self._connection.rollback()

    def copy(self, into: str, rows: Iterable[Sequence[Any]]) -> None:
        """Put rows into a table by its name, as one statement; errors are the library's."""
        cursor = self.connection.cursor()
        with cursor, cursor.copy(f"COPY {into} FROM STDIN") as copying:
            for row in rows:
                copying.write_row(row)

    def fail(self, error: Exception) -> NoReturn:
        """Raise an error of the library in our words, or as it is."""
        found = translate(error, self.path, lost=self.is_lost)
        raise found or error from (error if found is None else None)

    def patience(self) -> Patience:
        """As long as a lost server is waited for, from now."""
        return Patience(self.wait_seconds)

    def _connected(self) -> psycopg.Connection[Any]:
        patience = self.patience()
        while True:
            try:
                return self._try()
            except ServerLost as error:
                patience.wait_or_raise(error)

    def _try(self) -> psycopg.Connection[Any]:
        try:
            connection = psycopg.connect(self._conninfo, autocommit=True, prepare_threshold=None)
        except psycopg.OperationalError as error:
            raise refusal_of(error, self._conninfo, self._secrets, self.path) from None
        except psycopg.Error:
            raise bad_address(self.path) from None
        adapters = connection.adapters
        adapters.register_loader("numeric", _AsInteger)
        adapters.register_loader("bool", _TruthAsInteger)
        adapters.register_dumper(bool, _TruthToInteger)
        return connection


class AsStored:
    """Rows as they are; they stream."""

    def __init__(self, ask: Callable[[Statement], Iterator[tuple[Any, ...]]]) -> None:
        self._ask = ask

    def execute(self, sql: str, params: tuple[Any, ...] = ()) -> _Rows:
        return _Rows(self._ask((translated(sql)[0], params)))


class _Rows:
    def __init__(self, rows: Iterator[tuple[Any, ...]]) -> None:
        self._rows = rows

    def fetchone(self) -> tuple[Any, ...] | None:
        return next(self._rows, None)


class Patience:
    """Pauses that grow and are never quite the same, for so many seconds in all."""

    def __init__(self, seconds: float) -> None:
        self._until = time.monotonic() + seconds
        self._pause = _PAUSES[0]

    @property
    def left(self) -> float:
        """Seconds that are left of it."""
        return max(0.0, self._until - time.monotonic())

    def wait_or_raise(self, error: Exception) -> None:
        """Pause, or raise the error when there was time enough."""
        left = self.left
        if not left:
            if isinstance(error, ServerLost):
                error.waited = True
            raise error
        time.sleep(min(left, self._pause * random.uniform(0.5, 1.5)))  # noqa: S311
        self._pause = min(_PAUSES[1], self._pause * 1.6)


def _read(address: str, path: str) -> tuple[str, list[str]]:
    """The address as the library takes it, with our time to connect unless it has one, and what of
    it must never be shown. Raises BadInput `bad_address`."""
    try:
        parts = conninfo_to_dict(address)
    except (psycopg.Error, ValueError):
        raise bad_address(path) from None
    ports = str(parts.get("port") or "").split(",")
    seconds = str(parts.get("connect_timeout") or "1")
    readable = seconds.isdigit() and all(port.isdigit() for port in ports if port)
    # No name of a host or database has it: a password was not written as it should be.
    readable &= "@" not in f"{parts.get('host')}{parts.get('dbname')}"
    for name, choices in _CHOICES.items():
        readable &= parts.get(name, choices[0]) in choices
    if not readable:
        raise bad_address(path)
    more: dict[str, Any] = {"client_encoding": "utf8"}
    silence = {**_SIGNS_OF_LIFE, "tcp_user_timeout": 25_000}
    more.update((name, value) for name, value in silence.items() if name not in parts)
    if "connect_timeout" not in parts and "PGCONNECT_TIMEOUT" not in os.environ:
        more["connect_timeout"] = _CONNECT_SECONDS
    if "application_name" not in parts:
        more["fallback_application_name"] = "jpcli"
    secrets = [str(parts[name]) for name in _SECRETS if parts.get(name)]
    return make_conninfo(address, **more), secrets
