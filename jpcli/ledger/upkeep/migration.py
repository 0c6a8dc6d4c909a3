"""A ledger of an older schema, brought to the newest: its state is made anew from its events.

Owns that step. Events and chain are never touched, everything happens in one transaction that
takes the write lock first, and the file as it was is kept beside it. So whoever is killed leaves
the old ledger, and of many processes at once one does it and the others find it done.
"""

from __future__ import annotations

import os
import sqlite3
from typing import TYPE_CHECKING

from jpcli.domain.errors import Failed, Refused
from jpcli.ledger.database import schema, tables
from jpcli.ledger.database.connection import LedgerOlder
from jpcli.ledger.database.draft import draft_beside, folder_unwritable, link_new, sync
from jpcli.ledger.database.faults import guarded
from jpcli.ledger.database.inventory import orphans
from jpcli.ledger.database.neighbors import uri_of
from jpcli.ledger.database.sqlite import WRITE_CACHE_KIB, connect, ledger_on, open_file
from jpcli.ledger.upkeep.replay import ChainWalk, head_problems, replay, zone_behind

if TYPE_CHECKING:
    from jpcli.ledger.database.connection import Ledger

# Where nothing can be written a reader gets the new schema in a copy of its own.
_NO_PLACE = (
    "ledger_read_only",
    "ledger_unreadable",
    "disk_full",
    "folder_unwritable",
    "ledger_hard_linked",
)


def open_older(path: str, *, writes: bool) -> tuple[Ledger, str | None]:
    """Open a ledger that `open_file` found to be older, and the name of the copy that was kept
    if it was this process that brought it up to date; errors as `open_file`, and those of
    `bring_up_to_date`.

    Readers bring it up to date as well. Where the file can't be written they get a private copy,
    which is lost with the connection.
    """
    try:
        kept = bring_up_to_date(path, keep=True)
    except Failed as error:
        if writes or error.code not in _NO_PLACE:
            raise
        return _private_copy(path), None
    return open_file(path, writes=writes), kept


def open_as_newest(path: str) -> Ledger:
    """Open a file to be read alone and left as it is: one of an older schema as a private copy of
    the newest. Errors as `open_file`, and those of `bring_up_to_date`."""
    try:
        return open_file(path, writes=False)
    except LedgerOlder:
        return _private_copy(path)


def bring_up_to_date(path: str, *, keep: bool) -> str | None:
    """Bring the file to the newest schema if it is older, with `keep` leaving a copy of how it
    was; gives the name of that copy.

    Raises Busy `ledger_busy`, Failed `ledger_damaged` when the events are not whole or don't
    apply, `ledger_read_only`, `ledger_hard_linked` or `disk_full`; the file is then as it was.
    """
    path = os.path.realpath(path)
    connection = connect(path, writes=True)
    try:
        with guarded(path, lambda: _lacks_events(connection)):
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute(f"PRAGMA cache_size = -{WRITE_CACHE_KIB}")
            connection.execute("BEGIN IMMEDIATE")
            version = _version(connection)
            if version >= schema.SCHEMA_VERSION:
                return None  # another process was first
            kept = _keep(path, version) if keep else None
            rebuild(connection, path)
            connection.execute("COMMIT")
            return kept
    finally:
        # What was not committed is rolled back.
        connection.close()


def rebuild(connection: sqlite3.Connection, path: str) -> None:
    """The newest schema, filled from the events, inside the transaction that is open."""
    ledger = ledger_on(connection, path)
    walk = ChainWalk(ledger)
    zone = zone_behind(ledger)
    tables.remake_state(connection)
    problem = replay(walk, connection, path, zone)
    found = (*walk.problems, *head_problems(ledger, walk), *([] if problem is None else [problem]))
    if not found and next(orphans(connection), None) is not None:
        raise AssertionError("the events add up to rows that name what is not there")
    if found:
        raise Failed(
            "ledger_damaged",
            f"The ledger can't be brought to schema {schema.SCHEMA_VERSION}, "
            f"nothing was written: {found[0].message}",
            hint="Restore the last backup:   jpcli ledger restore FILE",
            subject=path,
            problems=found,
        )
    connection.execute(f"PRAGMA user_version = {schema.SCHEMA_VERSION}")


def _lacks_events(connection: sqlite3.Connection) -> bool:
    """Is it the file's fault? Asked only after an error that nothing else explains."""
    sql = "SELECT COUNT(*) FROM sqlite_master WHERE name IN ('events', 'chain', 'meta')"
    try:
        return bool(connection.execute(sql).fetchone() != (3,))
    except (sqlite3.Error, UnicodeDecodeError):
        return True


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _keep(path: str, version: int) -> str:
    """Copy what is committed to a name beside the ledger that nothing has yet."""
    try:
        with draft_beside(f"{path}.schema-{version}") as draft:
            reader = sqlite3.connect(uri_of(path) + "?mode=ro", uri=True, isolation_level=None)
            try:
                reader.execute("VACUUM INTO ?", (draft,))
            finally:
                reader.close()
            sync(draft)
            return _linked(draft, f"{path}.schema-{version}")
    except OSError as error:
        hint = (
            "The ledger is copied before it is brought up to date. Check the folder's permissions."
        )
        raise folder_unwritable(path, error, "copy", hint) from None


def _linked(draft: str, name: str) -> str:
    number = 1
    while True:
        free = name if number == 1 else f"{name}-{number}"
        try:
            link_new(draft, free, ledger=True)
        except Refused:
            number += 1
        else:
            return free


def _private_copy(path: str) -> Ledger:
    source = open_file(path, writes=False, older=True)
    copy = sqlite3.connect("", isolation_level=None)  # a temporary file, not all in memory
    try:
        with guarded(path):
            source.raw.backup(copy)
            copy.execute("BEGIN")
            rebuild(copy, path)
            copy.execute("COMMIT")
            copy.execute("PRAGMA foreign_keys = ON")
            copy.execute("PRAGMA query_only = ON")
            return ledger_on(copy, path)
    except BaseException:
        copy.close()
        raise
    finally:
        source.close()
