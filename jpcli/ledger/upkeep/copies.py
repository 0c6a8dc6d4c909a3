"""Copies of a whole ledger: backup while it is in use, and putting a backup in its place.

Owns the copying. A copy is written beside its final name, checked, and linked into place, so a
file with that name is always whole. A ledger is replaced only while nobody else has it open, and
what was there is kept.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing, contextmanager, suppress
from typing import TYPE_CHECKING

from jpcli.domain.errors import BadInput, Failed, JpcliError
from jpcli.ledger.database import sqlite
from jpcli.ledger.database.draft import (
    draft_beside,
    file_exists,
    folder_unwritable,
    link_new,
    remove_abandoned,
    replace_plain,
    sync,
)
from jpcli.ledger.database.faults import guarded
from jpcli.ledger.database.neighbors import (
    SUFFIXES,
    check_name,
    check_nothing_beside,
    check_one_name,
    free_name,
    uri_of,
)
from jpcli.ledger.database.sqlite import copy_file, open_file
from jpcli.ledger.database.waiting import wait_seconds
from jpcli.ledger.queries.plan import head
from jpcli.ledger.upkeep.check import CheckReport, check_ledger
from jpcli.ledger.upkeep.migration import bring_up_to_date

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from jpcli.ledger.database.connection import Ledger

    Inspect = Callable[[CheckReport], None]
    Complete = Callable[[str | Ledger, CheckReport, str | None], None]


def copy_ledger(source: Ledger, target: str, inspect: Inspect) -> CheckReport:
    """Copy an open ledger to `target`, as it stands at one moment.

    The copy is checked before it gets its name; `inspect` may raise to call it off. Raises
    Refused `file_exists` when `target` is there, `left_beside` when something is that would
    become a part of it. The ledger is not opened a second time: when a process closes a file by
    any descriptor, the locks that SQLite has on it for the first are gone.
    """
    if os.path.lexists(target):
        raise file_exists(target)
    check_nothing_beside(target)
    with _checked_copy(source, target, inspect) as (draft, report):
        link_new(draft, target, ledger=True)
    return report


def same_copy(source: Ledger, target: str) -> CheckReport | None:
    """The report on `target` where that is a whole copy of `source` as it stands now; else None.

    The ledger itself under another name is no copy, and is not opened a second time.
    """
    if not os.path.isfile(target) or _same(source.path, target):
        return None
    try:
        with closing(open_file(target, writes=False)) as copy:
            report = check_ledger(copy)
    except JpcliError:
        return None
    return report if not report.problems and report.head == head(source) else None


def _same(path: str, target: str) -> bool:
    return os.path.exists(path) and os.path.samefile(path, target)


_NAME_A_BACKUP = "Name a file that `jpcli ledger backup` wrote."


def open_backup(source: str) -> Ledger:
    """The backup itself; where there is none, no new ledger would be of any help."""
    try:
        return open_file(source, writes=False, older=True)
    except BadInput as error:
        if error.code == "no_ledger":
            error.message = f"There is no backup at {source}"
        if error.code in ("no_ledger", "not_a_ledger"):
            error.hint = _NAME_A_BACKUP
        raise


def restore_ledger(
    source: str, target: str, inspect: Inspect, complete: Complete
) -> tuple[CheckReport, str | None]:
    """Put a checked copy of `source` where `target` is; gives the name under which that is kept.
    `complete` may write to the copy before it gets its name; it is given that name as well.

    Raises Busy `ledger_busy` when others have `target` open for too long, BadInput
    `not_a_ledger` when it is no file, `same_file` when it is the source, Failed
    `ledger_hard_linked` when it has another name, Refused `left_beside` when
    there is none, but what would become a part of it.
    """
    target = os.path.realpath(target)
    if os.path.realpath(source) == target:  # which would be waited for, as for another process
        message = f"This is the ledger itself, and no backup of it: {source}"
        raise BadInput("same_file", message, hint=_NAME_A_BACKUP, subject=source)
    if os.path.lexists(target) and not os.path.isfile(target):
        message = f"This is no file, so no ledger can be put there: {target}"
        raise BadInput("not_a_ledger", message, subject=target)
    if os.path.lexists(target):
        remove_abandoned(os.path.dirname(target))
        check_one_name(target)
    else:
        check_name(target)
        check_nothing_beside(target)
    with (
        closing(open_backup(source)) as ledger,
        _checked_copy(ledger, target, inspect) as (draft, report),
    ):
        there = os.path.lexists(target)
        kept = free_name(f"{target}.before-restore") if there else None
        complete(draft, report, kept)
        sync(draft)
        if kept is None:
            link_new(draft, target, ledger=True)
            return report, None
        held = _held(target)
        if held is None:
            _keep_bytes(target, kept)
            _put(draft, target)
        else:
            _exchange(draft, held, target, kept)
    return report, kept


@contextmanager
def _checked_copy(
    source: Ledger, target: str, inspect: Inspect
) -> Iterator[tuple[str, CheckReport]]:
    """A copy beside `target` under another name, while the block lasts."""
    try:
        with draft_beside(target) as draft:
            with guarded(target):
                source.copy_into(draft)
            bring_up_to_date(draft, keep=False)
            copied = open_file(draft, writes=False)
            try:
                report = check_ledger(copied)
            finally:
                copied.close()
            inspect(report)
            yield draft, report
    except OSError as error:
        raise folder_unwritable(target, error, "copy", "Name another file.") from None


def _held(path: str) -> sqlite3.Connection | None:
    """A ledger that nobody else can open until the connection is closed; None for what is none.

    Whoever waits for it meanwhile goes on with what is in the file then. A file put in its place
    under the same name would leave them writing to the old one.
    """
    try:
        open_file(path, writes=False, older=True).close()
    except (Failed, BadInput):
        return None
    with guarded(path):
        uri = uri_of(path) + "?mode=rw"
        held = sqlite3.connect(
            uri, uri=True, timeout=wait_seconds(sqlite.BUSY_TIMEOUT_SECONDS), isolation_level=None
        )
        try:
            held.execute("PRAGMA locking_mode = EXCLUSIVE")
            held.execute("BEGIN IMMEDIATE")
            held.execute("COMMIT")
        except BaseException:
            held.close()
            raise
    return held


def _exchange(draft: str, held: sqlite3.Connection, target: str, kept: str) -> None:
    """Copy what is there to `kept`, then the draft over it in one transaction."""
    try:
        with guarded(target), draft_beside(target) as spare:
            copy_file(held, spare)
            link_new(spare, kept, ledger=True)
            fresh = sqlite3.connect(draft, isolation_level=None)
            try:
                fresh.backup(held)
            except BaseException:
                with suppress(OSError):
                    os.unlink(kept)  # the ledger is still there itself
                raise
            finally:
                fresh.close()
    finally:
        held.close()


def _keep_bytes(path: str, kept: str) -> None:
    """Keep what is there, log and all, byte for byte: it is damaged, so it is not opened."""
    from shutil import copyfile

    for suffix in ("-wal", "-journal", ""):
        if os.path.isfile(path + suffix):
            with draft_beside(kept) as draft:
                copyfile(path + suffix, draft)
                sync(draft)
                link_new(draft, kept + suffix)


def _put(draft: str, target: str) -> None:
    for suffix in SUFFIXES:
        if os.path.lexists(target + suffix):
            os.unlink(target + suffix)  # it would be taken for the new one's
    replace_plain(draft, target, ledger=True)
