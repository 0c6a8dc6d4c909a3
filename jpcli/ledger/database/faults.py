"""What SQLite says when something is wrong, in our words: one table, closed by default.

Owns the mapping from SQLite's result codes to errors of ours; never looks at message texts. A
code that is not listed is raised as it came, because hiding an unknown fault would be worse.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING

from jpcli.domain.errors import BadInput, Busy, Failed, JpcliError
from jpcli.domain.faults import FEWER, NO_ROOM_FOR_FILES, TOO_MANY, outside_fault

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_RESTORE = "Restore the last backup:   jpcli ledger restore FILE"

# Primary result code -> (class, code, message, hint); `{path}` is the ledger.
_FAULTS: dict[int, tuple[type[JpcliError], str, str, str]] = {
    sqlite3.SQLITE_BUSY: (
        Busy,
        "ledger_busy",
        "The ledger is in use by another process for too long: {path}",
        "Run the same command again; nothing was written.",
    ),
    sqlite3.SQLITE_LOCKED: (
        Busy,
        "ledger_busy",
        "The ledger is locked by another process: {path}",
        "Run the same command again; nothing was written.",
    ),
    # The locks of the write-ahead log could not be had, as when who holds them was stopped.
    sqlite3.SQLITE_PROTOCOL: (
        Busy,
        "ledger_busy",
        "The ledger is in use by another process for too long: {path}",
        "Run the same command again; nothing was written.",
    ),
    sqlite3.SQLITE_READONLY: (
        Failed,
        "ledger_read_only",
        "The ledger can't be written: {path}",
        "Check the permissions of the file and of its folder; nothing was written.",
    ),
    sqlite3.SQLITE_PERM: (
        Failed,
        "ledger_read_only",
        "The ledger can't be written: {path}",
        "Check the permissions of the file and of its folder; nothing was written.",
    ),
    sqlite3.SQLITE_CANTOPEN: (
        Failed,
        "ledger_unreadable",
        "The ledger can't be opened: {path}",
        "Check the path and the permissions of the file and of its folder.",
    ),
    sqlite3.SQLITE_FULL: (
        Failed,
        "disk_full",
        "The disk is full; nothing was written to {path}",
        "Free some space and run the same command again.",
    ),
    sqlite3.SQLITE_IOERR: (
        Failed,
        "disk_error",
        "The disk failed while reading or writing {path}",
        "Check the disk, then run:   jpcli ledger check",
    ),
    sqlite3.SQLITE_CORRUPT: (
        Failed,
        "ledger_damaged",
        "The ledger is damaged: {path}",
        _RESTORE,
    ),
    sqlite3.SQLITE_NOTADB: (
        BadInput,
        "not_a_ledger",
        "This file is not a ledger: {path}",
        "Name another file with --ledger, or make a ledger:   jpcli init",
    ),
}

# Extended codes under "I/O error" that mean a full disk as well.
_FULL_TOO = {sqlite3.SQLITE_IOERR_SHMSIZE}
# And those after which a change may be there all the same: it was written, but not made to last.
_UNSURE = {sqlite3.SQLITE_IOERR_FSYNC, sqlite3.SQLITE_IOERR_DIR_FSYNC}
_SEE_WHETHER = "Before you do it again, see whether it is there:   jpcli log --limit 1\n"


def translate(error: Exception, path: str) -> JpcliError | None:
    """The error of ours that `error` stands for, or None when it is not one we know."""
    code = getattr(error, "sqlite_errorcode", None)
    if code is None:
        # Python's own: a text in the file is no UTF-8.
        return damaged(path) if isinstance(error, sqlite3.OperationalError) else None
    if code & 0xFF == sqlite3.SQLITE_CANTOPEN and not _has_room_for_files():
        return Failed("too_many_files", TOO_MANY, hint=FEWER, subject=path)
    known = _FAULTS.get(sqlite3.SQLITE_FULL if code in _FULL_TOO else code & 0xFF)
    if known is None:
        return None
    kind, name, message, hint = known
    hint = _SEE_WHETHER + hint if code in _UNSURE else hint
    return kind(name, message.format(path=path), hint=hint, subject=path)


# What a search for damage may meet that says nothing about the ledger; of a file of its own, as
# the temporary one of a replay, no fault of the disk does.
_OUTSIDE = frozenset({"disk_full", "too_many_files", "out_of_memory", "ledger_busy"})
_OF_ITS_OWN = _OUTSIDE | {"disk_error", "ledger_unreadable", "ledger_read_only", "system_error"}


def raise_outside(error: Exception, path: str, *, its_own: bool = False) -> None:
    """Raise as ours what the system could not give, however it came; return for anything that may
    be the fault of the ledger. With `its_own` the file at `path` is none that came from elsewhere.
    """
    if isinstance(error, JpcliError):
        found: JpcliError | None = error
    elif isinstance(error, sqlite3.Error):
        found = translate(error, path)
    else:
        found = outside_fault(error)
    if found is not None and found.code in (_OF_ITS_OWN if its_own else _OUTSIDE):
        raise found from error


def _has_room_for_files() -> bool:
    """Whether this process may open one more; SQLite does not say why it could not."""
    try:
        os.close(os.open(os.devnull, os.O_RDONLY))
    except OSError as error:
        return error.errno not in NO_ROOM_FOR_FILES
    return True


def damaged(path: str) -> JpcliError:
    """The error for a ledger that is not what it was."""
    kind, name, message, hint = _FAULTS[sqlite3.SQLITE_CORRUPT]
    return kind(name, message.format(path=path), hint=hint, subject=path)


@contextmanager
def guarded(path: str, is_damaged: Callable[[], bool] | None = None) -> Iterator[None]:
    """Turn SQLite's errors inside the block into ours.

    Unknown ones pass through, unless `is_damaged` says that it is the file's fault. An error
    whose message quotes a damaged name comes as UnicodeDecodeError.
    """
    try:
        yield
    except (sqlite3.Error, UnicodeDecodeError) as error:
        translated = translate(error, path)
        if translated is None and is_damaged is not None and is_damaged():
            translated = damaged(path)
        if translated is None:
            raise
        raise translated from error
