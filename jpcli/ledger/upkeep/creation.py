"""Making a ledger file, whole or not at all.

Owns the birth of the file: it is built beside its final name and linked into place, so a
ledger that exists is never overwritten and a half-made one is never seen, even when two
processes try at once.
"""

from __future__ import annotations

import os
import sqlite3
from typing import TYPE_CHECKING

from jpcli.domain import events
from jpcli.domain.errors import Refused
from jpcli.domain.paths import check_path
from jpcli.ledger.database import tables
from jpcli.ledger.database.draft import (
    draft_beside,
    folder_unwritable,
    link_new,
    make_folders,
)
from jpcli.ledger.database.faults import guarded
from jpcli.ledger.database.neighbors import check_nothing_beside
from jpcli.ledger.database.sqlite import SqliteLedger
from jpcli.ledger.writer import Writer

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_ELSEWHERE = "Name another place with --ledger."


def create_file(
    path: str,
    meta: Mapping[str, str],
    *,
    actor: str,
    now_at: int,
    first_events: Callable[[Writer], None],
) -> None:
    """Make the ledger at `path` with the fixed facts `meta`, then what `first_events` records.

    Raises Refused (`ledger_exists`, `left_beside`) when anything is there already, Failed
    (`folder_unwritable`) when the folder can't take it.
    """
    check_free(path)
    make_folder(path)
    try:
        with draft_beside(path) as draft:
            _fill(draft, path, meta, actor=actor, now_at=now_at, first_events=first_events)
            link_new(draft, path, already_there, ledger=True)
    except OSError as error:
        raise folder_unwritable(path, error, "ledger", _ELSEWHERE) from None


def check_free(path: str) -> None:
    """Refuse a place that has a file (`ledger_exists`), or what would become a part of the new
    ledger (`left_beside`)."""
    if os.path.lexists(path):
        raise already_there(path)
    check_nothing_beside(path)


def make_folder(path: str) -> None:
    """Make the folder that a file is to be in, and those above it, for nobody but their owner
    under any umask; raises Failed `folder_unwritable`, BadInput as of `check_path`."""
    check_path(path)
    try:
        make_folders(os.path.dirname(os.path.abspath(path)))
    except OSError as error:
        raise folder_unwritable(path, error, "ledger", _ELSEWHERE) from None


def already_there(path: str) -> Refused:
    """The refusal to touch an existing file (exit 3)."""
    return Refused(
        "ledger_exists",
        f"There is a file at {path} already; a ledger is never overwritten",
        hint="Name another with --ledger, or use it:   jpcli status",
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
            writer = Writer(SqliteLedger(connection, path, meta), actor=actor, now_at=now_at)
            writer.record(*events.ledger_created(meta))
            first_events(writer)
            writer.flush()
            connection.execute("COMMIT")
            # Stored in the file: every later connection writes ahead.
            connection.execute("PRAGMA journal_mode = WAL")
        finally:
            connection.close()
