"""Copies of a whole ledger: backup while it is in use, and putting a backup in its place.

Owns the copying. A copy is written beside its final name, checked, and renamed into place, so a
file with that name is always whole.
"""

from __future__ import annotations

import os
import secrets
import sqlite3
from typing import TYPE_CHECKING

from jpcli.domain.errors import Failed, Refused
from jpcli.ledger.checking import CheckReport, check_ledger
from jpcli.ledger.connection import open_ledger
from jpcli.ledger.faults import guarded

if TYPE_CHECKING:
    from collections.abc import Callable


def copy_ledger(
    source: str, target: str, *, replace: bool, inspect: Callable[[CheckReport], None]
) -> CheckReport:
    """Copy the ledger `source` to `target`, as it stands at one moment.

    The copy is checked before it gets its name; `inspect` may raise to call it off. Raises
    Refused `file_exists` when `target` is there and `replace` is false.
    """
    if not replace and os.path.lexists(target):
        raise _exists(target)
    folder = os.path.dirname(os.path.abspath(target))
    draft = os.path.join(folder, f".jpcli-{secrets.token_hex(8)}.tmp")
    ledger = open_ledger(source, writes=False)
    try:
        _copy(ledger.raw, draft, source)
        copied = open_ledger(draft, writes=False)
        try:
            report = check_ledger(copied)
        finally:
            copied.close()
        inspect(report)
        _put(draft, target, folder, replace=replace)
    except OSError as error:
        raise Failed(
            "folder_unwritable",
            f"No copy can be made in {folder} ({error.strerror})",
            hint="Name another file.",
            subject=folder,
        ) from None
    finally:
        ledger.close()
        for leftover in (draft, f"{draft}-wal", f"{draft}-shm", f"{draft}-journal"):
            if os.path.exists(leftover):
                os.unlink(leftover)
    return report


def _copy(source: sqlite3.Connection, draft: str, path: str) -> None:
    """SQLite's own online backup: other processes may go on reading and writing meanwhile."""
    os.close(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    with guarded(path):
        target = sqlite3.connect(draft, isolation_level=None)
        try:
            source.backup(target)
            target.execute("PRAGMA journal_mode = DELETE")
        finally:
            target.close()


def _put(draft: str, target: str, folder: str, *, replace: bool) -> None:
    with guarded(target):
        final = sqlite3.connect(draft, isolation_level=None)
        final.execute("PRAGMA journal_mode = WAL")
        final.close()
    with open(draft, "rb") as file:
        os.fsync(file.fileno())
    if replace:
        # A log of the replaced ledger would be taken for this one's.
        for leftover in (f"{target}-wal", f"{target}-shm"):
            if os.path.exists(leftover):
                os.unlink(leftover)
        os.replace(draft, target)
    else:
        try:
            os.link(draft, target)
        except FileExistsError:
            raise _exists(target) from None
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _exists(target: str) -> Refused:
    return Refused(
        "file_exists",
        f"There is a file at {target} already",
        hint="Name another file.",
        subject=target,
    )
