"""What a ledger's file begins with, looked at before SQLite touches it.

Owns that look, and that it is taken once while the file is open: a process that closes a file by
any descriptor loses the locks that SQLite has on it. Another process would then think itself the
last one, fold the log into the ledger and remove it, and what goes into the log after that is lost.
"""

from __future__ import annotations

import os
import sqlite3
import stat
from contextlib import suppress

from jpcli.domain.errors import BadInput, Failed
from jpcli.domain.faults import NO_ROOM_FOR_FILES, outside_fault
from jpcli.domain.paths import check_path
from jpcli.domain.words import quoted
from jpcli.ledger.database import schema
from jpcli.ledger.database.faults import damaged
from jpcli.ledger.database.neighbors import has_log

_HEADER_BYTES = 100
_MAGIC = b"SQLite format 3\x00"
_APPLICATION = slice(68, 72)
# (device, inode) of the file that a connection of this process has, by the connection.
_open: dict[int, tuple[int, int]] = {}


class FileConnection(sqlite3.Connection):
    """A connection that is known to have its file open."""

    def of(self, path: str) -> None:
        """Note the file; one that is gone by now is nobody's to look at."""
        with suppress(OSError):
            found = os.stat(path)
            _open[id(self)] = found.st_dev, found.st_ino

    def close(self) -> None:
        """Give the file back, with all locks on it."""
        super().close()
        _open.pop(id(self), None)


def check_file(path: str) -> None:
    """Refuse what can't be a ledger before SQLite touches it, so that nothing is created."""
    check_path(path)
    try:
        found = os.stat(path)
        if (found.st_dev, found.st_ino) in list(_open.values()):
            return
        mode = found.st_mode
        if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
            raise _not_a_ledger(path)  # opening a pipe or a terminal would wait for its other end
        with open(path, "rb") as file:
            header = file.read(_HEADER_BYTES)
            size = os.fstat(file.fileno()).st_size
    except FileNotFoundError:
        raise BadInput(
            "no_ledger",
            f"There is no ledger at {path}",
            hint=f"Make one:   jpcli init --ledger {quoted(path)}",
            subject=path,
        ) from None
    except OSError as error:
        if error.errno in NO_ROOM_FOR_FILES:
            raise outside_fault(error) or error from None
        raise Failed(
            "ledger_unreadable",
            f"The ledger can't be read: {path} ({error.strerror})",
            hint="Check the path and the permissions of the file and of its folder.",
            subject=path,
        ) from None
    if not header.startswith(_MAGIC) or len(header) < _HEADER_BYTES:
        raise _not_a_ledger(path)
    logged = has_log(path)
    if not logged:
        version, application_id = header[60:64], header[_APPLICATION]
        check_identity(int.from_bytes(application_id, "big"), int.from_bytes(version, "big"), path)
    page_size = int.from_bytes(header[16:18], "big")
    pages = int.from_bytes(header[28:32], "big")
    # 1 stands for 65536. While a log is there the file may still be growing into its page count.
    expected = (65536 if page_size == 1 else page_size) * pages
    if size < expected and not logged:
        raise Failed(
            "ledger_damaged",
            f"The ledger is cut short: {path} has {size:,} of {expected:,} bytes",
            hint="Restore the last backup:   jpcli ledger restore FILE",
            subject=path,
        )


def is_ledger(path: str) -> bool:
    """Whether a ledger is there, damaged or not; False for what can't be looked at."""
    try:
        found = os.stat(path)
        if (found.st_dev, found.st_ino) in list(_open.values()):
            return True
        if not stat.S_ISREG(found.st_mode):
            return False
        with open(path, "rb") as file:
            header = file.read(_HEADER_BYTES)
    except OSError:
        return False
    identity = int.from_bytes(header[_APPLICATION], "big")
    return header.startswith(_MAGIC) and identity == schema.APPLICATION_ID


def check_identity(application_id: int, version: int, path: str) -> None:
    """What makes a database a ledger, and one that this version knows."""
    if application_id != schema.APPLICATION_ID:
        raise _not_a_ledger(path)
    if version < 1:
        raise damaged(path)
    if version > schema.SCHEMA_VERSION:
        raise BadInput(
            "ledger_newer",
            f"This ledger was made by a newer jpcli (schema {version}, "
            f"this one knows {schema.SCHEMA_VERSION}): {path}",
            hint="Install a newer jpcli, the way in which this one was installed.",
            subject=path,
        )


def _not_a_ledger(path: str) -> BadInput:
    return BadInput(
        "not_a_ledger",
        f"This file is not a ledger: {path}",
        hint="Name another file with --ledger, or make a ledger:   jpcli init",
        subject=path,
    )
