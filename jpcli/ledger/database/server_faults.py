"""What a PostgreSQL server says when something is wrong, in our words: closed by default.

Owns the mapping from its codes (SQLSTATE) to errors of ours. Texts of the server, or of the library
that speaks with it, are never looked at, and shown only where no address can be in them: they quote
passwords.
"""

from __future__ import annotations

import os
import re
import selectors
import time
from typing import TYPE_CHECKING, NamedTuple

import psycopg
from psycopg import pq

from jpcli.domain.errors import AuthProblem, BadInput, Busy, Failed, JpcliError, Refused

if TYPE_CHECKING:
    from collections.abc import Iterable

# Lost, going down, coming up, full: it may be back, or another one in its place.
_GONE = ("08", "57P01", "57P02", "57P03", "53300")
# The server chose this transaction to give way to another one.
_GAVE_WAY = ("40001", "40P01")
AGAIN = "Run the same command again; nothing was written."


class ServerLost(Busy):
    """The server is gone, or gave the transaction up, and nothing of that was kept. `waited` says
    that it was waited for in vain."""

    waited = False


class _Fault(NamedTuple):
    kind: type[JpcliError]
    code: str
    message: str
    hint: str


# SQLSTATE, or its first two signs -> what it is; `{path}` is the address, without its password.
_FAULTS = {
    "28": _Fault(
        AuthProblem,
        "bad_login",
        "The server does not let this user in: {path}",
        "Check user and password: in the address, PGPASSWORD or ~/.pgpass.",
    ),
    "3D000": _Fault(
        BadInput,
        "no_database",
        "The server has no database of this name: {path}",
        "Check the address, or make one:   createdb NAME",
    ),
    "42501": _Fault(
        Refused,
        "read_only",
        "This user may not write to the ledger; nothing was written: {path}",
        "Ask for more rights, or name another user in the address.",
    ),
    "25006": _Fault(
        Refused,
        "read_only",
        "This server only takes questions; nothing was written: {path}",
        "Name all servers, with ?target_session_attrs=read-write",
    ),
    "53100": _Fault(
        Failed,
        "disk_full",
        "The disk of the server is full; nothing was written to {path}",
        "Free some space and run the same command again.",
    ),
    "55P03": _Fault(
        Busy, "ledger_busy", "The ledger is in use by another process for too long: {path}", AGAIN
    ),
    "57014": _Fault(
        Busy, "ledger_busy", "The server gave up: it took longer than it allows: {path}", AGAIN
    ),
}


# What the library says itself, in English; a connection that breaks in the middle says neither.
_NOT_TRUSTED = re.compile("certificate|does not support SSL")


def translate(error: Exception, path: str, *, lost: bool) -> JpcliError | None:
    """The error of ours that `error` stands for, None when it is not one we know. `lost` says that
    the connection is gone."""
    code = getattr(error, "sqlstate", None) or ""
    if lost or code.startswith(_GONE):
        return unreachable(path)
    if code in _GAVE_WAY:
        message = f"The server gave the transaction up for another one: {path}"
        return ServerLost("ledger_busy", message, hint=AGAIN, subject=path)
    return by_code(code, path)


def by_code(code: str, path: str) -> JpcliError | None:
    """The error of ours for a SQLSTATE."""
    fault = _FAULTS.get(code) or _FAULTS.get(code[:2])
    if fault is None:
        return None
    return fault.kind(fault.code, fault.message.format(path=path), hint=fault.hint, subject=path)


def unreachable(path: str, why: str = "") -> ServerLost:
    """No server answers, or not any more."""
    message = f"The server can't be reached{why}: {path}"
    return ServerLost("server_unreachable", message, hint=AGAIN, subject=path)


def not_trusted(path: str, why: str) -> AuthProblem:
    """The server is not, or can't be shown to be, the one that the address asks for."""
    return AuthProblem(
        "server_not_trusted",
        f"The server can't be trusted by TLS ({why}): {path}",
        hint="See what sslmode and sslrootcert of the address, and the server's certificate, say.",
        subject=path,
    )


def unknown_outcome(path: str) -> Failed:
    """The server was lost while it was asked to keep a change, and did not come back."""
    message = f"The server was lost, and it is not known whether the change was kept: {path}"
    hint = "Before you do it again, see whether it is there:   jpcli log --limit 1"
    return Failed("outcome_unknown", message, hint=hint, subject=path)


def bad_address(path: str) -> BadInput:
    """An address that can't be read, or has an option that there is not."""
    return BadInput(
        "bad_address",
        f"The address can't be read, or has an option that there is not: {path}",
        hint="A sign in a password is written like this: @ as %40, / as %2F.   The whole address:"
        " postgresql://USER@HOST:5432/DATABASE",
        subject="--ledger",
    )


def refusal_of(
    error: psycopg.OperationalError, conninfo: str, secrets: Iterable[str], path: str
) -> JpcliError:
    """Why there is no connection. `secrets` must not be shown, whatever text they are in."""
    if getattr(error.pgconn, "needs_password", False):
        return by_code("28P01", path) or unreachable(path)
    code = _code_of_refusal(conninfo)
    known = None if code.startswith(_GONE) else by_code(code, path)
    if known is not None:
        return known
    told = [line.partition("failed: ")[2] for line in str(error).splitlines()]
    told = [line for line in told if line]  # one of each host
    why = told[0] if told else ""
    hidden = not why or any(secret in why for secret in secrets)
    if told and all(_NOT_TRUSTED.search(each) for each in told):
        return not_trusted(path, "no details" if hidden else why)
    return unreachable(path, "" if hidden else f" ({why})")


def _code_of_refusal(conninfo: str) -> str:
    """The SQLSTATE with which the server refuses a connection, "" for none. The client library
    keeps it to itself, so it is tried once more with what comes over the wire noted, in memory."""
    if not hasattr(os, "memfd_create"):
        return ""
    noted = os.memfd_create("jpcli")
    connection = pq.PGconn.connect_start(conninfo.encode())
    try:
        if connection.status == pq.ConnStatus.BAD:
            return ""
        connection.trace(noted)
        _poll(connection, time.monotonic() + 5)
        connection.untrace()
        text = os.pread(noted, 1 << 20, 0)
    finally:
        connection.finish()
    found = re.findall(rb'\tErrorResponse\t.*? C "(\w{5})"', text)
    return found[-1].decode() if found else ""


def _poll(connection: pq.abc.PGconn, until: float) -> None:
    while (status := connection.connect_poll()) not in (
        pq.PollingStatus.OK,
        pq.PollingStatus.FAILED,
    ):
        left = until - time.monotonic()
        if left <= 0:
            return
        reads = status == pq.PollingStatus.READING
        with selectors.DefaultSelector() as waiting:  # of any number of a file, as select is not
            waiting.register(
                connection.socket, selectors.EVENT_READ if reads else selectors.EVENT_WRITE
            )
            if not waiting.select(left):
                return
