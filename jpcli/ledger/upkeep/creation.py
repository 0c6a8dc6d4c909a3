"""Making a ledger file, whole or not at all.

Owns the birth of the file: it is built beside its final name and linked into place, so a
ledger that exists is never overwritten and a half-made one is never seen, even when two
processes try at once.
"""

from __future__ import annotations

import os
import secrets
import sqlite3
from typing import TYPE_CHECKING

from jpcli.domain import events
from jpcli.domain.errors import Failed, Refused
from jpcli.ledger.database import tables
from jpcli.ledger.database.connection import Ledger
from jpcli.ledger.database.faults import guarded
from jpcli.ledger.writer import Writer

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def create_ledger(
    path: str,
    meta: Mapping[str, str],
    *,
    actor: str,
    now_at: int,
    first_events: Callable[[Writer], None],
) -> None:
    """Make the ledger at `path` with the fixed facts `meta`, then what `first_events` records.

    Raises Refused (`ledger_exists`) when anything is there already, Failed
    (`folder_unwritable`) when the folder can't take it.
    """
    if os.path.lexists(path):
        raise already_there(path)
    folder = make_folder(path)
    draft = os.path.join(folder, f".jpcli-{secrets.token_hex(8)}.tmp")
    try:
        os.close(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        _fill(draft, path, meta, actor=actor, now_at=now_at, first_events=first_events)
        os.link(draft, path)
        _sync_folder(folder)
    except FileExistsError:
        raise already_there(path) from None
    except OSError as error:
        raise _folder_unwritable(folder, error) from None
    finally:
        for leftover in (draft, f"{draft}-wal", f"{draft}-shm", f"{draft}-journal"):
            if os.path.exists(leftover):
                os.unlink(leftover)


def make_folder(path: str) -> str:
    """The folder that a file is to be in, made if need be; raises Failed `folder_unwritable`."""
    folder = os.path.dirname(os.path.abspath(path))
    try:
        os.makedirs(folder, exist_ok=True)
    except OSError as error:
        raise _folder_unwritable(folder, error) from None
    return folder


def already_there(path: str) -> Refused:
    """The refusal to touch an existing file (exit 3)."""
    return Refused(
        "ledger_exists",
        f"There is a file at {path} already; a ledger is never overwritten",
        hint="Use it:   jpcli status    or name another with --ledger",
        subject=path,
    )


def _fill(
    draft: str,
    path: str,
    meta: Mapping[str, str],
    *,
    actor: str,
    now_at: int,
    first_events: Callable[[Writer], None],
) -> None:
    with guarded(path):
        connection = sqlite3.connect(draft, isolation_level=None)
        try:
            tables.migrate(connection)
            connection.execute("PRAGMA foreign_keys = ON")
            connection.execute("BEGIN IMMEDIATE")
            writer = Writer(Ledger(connection, path, meta), actor=actor, now_at=now_at)
            writer.record(*events.ledger_created(meta))
            first_events(writer)
            writer.flush()
            connection.execute("COMMIT")
            # Stored in the file: every later connection writes ahead.
            connection.execute("PRAGMA journal_mode = WAL")
        finally:
            connection.close()


def _sync_folder(folder: str) -> None:
    """Make the new name durable, not only the bytes behind it."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _folder_unwritable(folder: str, error: OSError) -> Failed:
    return Failed(
        "folder_unwritable",
        f"No ledger can be made in {folder} ({error.strerror})",
        hint="Name another place with --ledger.",
        subject=folder,
    )
