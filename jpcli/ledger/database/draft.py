"""Files that are there whole or not at all: written under a name beside their own, then linked.

Owns drafts, for every file that jpcli makes, and the folders that are made for them. A draft is
nobody's but its owner's under any umask, and so is what it becomes. Whoever works on one holds a
lock on it, so that what a killed run left is told from what is still being written, and goes with
the next draft in that folder. Where there are no locks, as on some network shares, what nobody has
written to for a day is such a leaving: if it was none, whoever works on it fails to give it its
name, and has an error and no half of a file.
"""

from __future__ import annotations

import os
import stat
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from jpcli.domain.errors import BadInput, Failed, Refused
from jpcli.domain.faults import outside_fault
from jpcli.ledger.database.header import is_ledger
from jpcli.ledger.database.neighbors import SUFFIXES, check_name, clear_place

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_BEGIN, _END = ".jpcli-", ".tmp"
_ABANDONED_SECONDS = 24 * 3600
# Drafts of this process. A look at one would end the locks that SQLite has on it: to the system
# they are the process's, and gone as soon as it closes that file by any descriptor.
_mine: set[str] = set()


@contextmanager
def draft_beside(path: str, *, looks: bool = True) -> Iterator[str]:
    """An empty file in the folder of `path`, with mode 0600, while the block lasts. Its name goes
    with the block, with the files that SQLite keeps beside it.

    Whoever makes very many in one folder `looks` for abandoned ones with the first: a look is at
    every name in it. Raises BadInput `reserved_name` where `path` is a name that SQLite would take
    for its own.
    """
    check_name(path)
    folder = os.path.dirname(os.path.abspath(path))
    if looks:
        remove_abandoned(folder)
    draft, descriptor = _begin(folder)
    _mine.add(draft)
    try:
        yield draft
    finally:
        _remove(draft)
        os.close(descriptor)
        _mine.discard(draft)


def make_folders(folder: str) -> None:
    """Make a folder, and those above it that are missing, with mode 0700 under any umask."""
    missing = []
    while not os.path.isdir(folder):
        missing.append(folder)
        folder = os.path.dirname(folder)
    for each in reversed(missing):
        with suppress(FileExistsError):  # another process was first
            os.mkdir(each, 0o700)
            os.chmod(each, 0o700)


def remove_abandoned(folder: str) -> None:
    """Remove the drafts of killed runs from a folder; what can't be removed stays."""
    try:
        names = os.listdir(folder)
    except OSError:
        return
    for name in names:
        if name.startswith(_BEGIN) and name.endswith(_END):
            draft = os.path.join(folder, name)
            if draft not in _mine:
                with suppress(OSError):
                    _remove_abandoned(draft)


def link_new(
    draft: str, path: str, refusal: Callable[[str], Refused] | None = None, *, ledger: bool = False
) -> None:
    """Give a draft its name, durably; what is there already is refused, as `file_exists` unless
    told otherwise. For a `ledger` there must be nothing that SQLite would take for a part of it
    (Refused `left_beside`).
    """
    # What another process has beside its new ledger is not for us to clear.
    with alone_in(os.path.dirname(os.path.abspath(path))) as folder:
        if ledger and not os.path.lexists(path):
            clear_place(path)
        try:
            os.link(draft, path)
        except OSError:
            if os.path.lexists(path):
                raise (refusal or file_exists)(path) from None
            os.rename(draft, path)  # a file system without links, or it fails as well
        os.fsync(folder)


@contextmanager
def alone_in(folder: str) -> Iterator[int]:
    """One at a time in a folder, where there are locks; gives its descriptor. Whoever has it must
    not wait for it once more, as `link_new` does."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        _lock(descriptor, wait=True)
        yield descriptor
    finally:
        os.close(descriptor)


def replace_plain(draft: str, path: str, *, ledger: bool = False) -> None:
    """Put a draft where a plain file may be, links followed; errors as `check_plain`. Only a
    `ledger` may go where one is."""
    check_plain(path, ledger=ledger)
    target = os.path.realpath(path)
    os.replace(draft, target)
    sync(os.path.dirname(target))


def check_plain(path: str, *, ledger: bool = False) -> None:
    """Raise BadInput `not_a_file` where a folder, a device or a pipe is, also through a link:
    one can't be replaced, and opening it may wait for ever. Raise Refused `ledger_there` where
    a ledger is, whoever said yes, unless a `ledger` is to go there."""
    try:
        mode = os.stat(path).st_mode
    except OSError:
        return
    if not stat.S_ISREG(mode):
        what = "a folder" if stat.S_ISDIR(mode) else "a device or a pipe"
        message = f"{path} is {what}, not a file"
        raise BadInput("not_a_file", message, hint="Name another file.", subject=path)
    if not ledger and is_ledger(path):
        message = f"{path} is a ledger, and nothing else is ever written in its place"
        raise Refused("ledger_there", message, hint="Name another file.", subject=path)


def sync(path: str) -> None:
    """Make a file's bytes, or the names in a folder, durable."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def file_exists(path: str, hint: str = "Name another file.") -> Refused:
    """The refusal to write over a file (exit 3)."""
    message = f"There is a file at {path} already"
    return Refused("file_exists", message, hint=hint, subject=path)


def folder_unwritable(path: str, error: OSError, what: str, hint: str) -> Failed:
    """`what` can't be made at `path`, because its folder does not take it, or nothing is left of
    the disk (`disk_full`)."""
    outside = outside_fault(error)
    if outside is not None and outside.code == "disk_full":
        return outside
    folder = os.path.dirname(os.path.abspath(path))
    message = f"No {what} can be made in {folder} ({error.strerror})"
    return Failed("folder_unwritable", message, hint=hint, subject=folder)


def _begin(folder: str) -> tuple[str, int]:
    """A new draft and the descriptor that holds its lock."""
    while True:
        draft = os.path.join(folder, f"{_BEGIN}{os.urandom(8).hex()}{_END}")
        descriptor = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600)
        os.fchmod(descriptor, 0o600)  # the umask may have taken something away
        _lock(descriptor, wait=True)
        if os.fstat(descriptor).st_nlink:
            return draft, descriptor
        os.close(descriptor)  # another process came before the lock, and took it for abandoned


def _remove_abandoned(draft: str) -> None:
    found = os.lstat(draft)
    if not stat.S_ISREG(found.st_mode):
        return
    if found.st_nlink > 1:  # it has got its name, and is another name of a file in use
        _remove(draft)
        return
    descriptor = os.open(draft, os.O_RDWR | os.O_NOFOLLOW)
    try:
        locked = _lock(descriptor, wait=False)
        if locked is None:
            locked = time.time() - os.fstat(descriptor).st_mtime > _ABANDONED_SECONDS
        if locked:
            _remove(draft)
    finally:
        os.close(descriptor)


def _lock(descriptor: int, *, wait: bool) -> bool | None:
    """Lock a draft or a folder; False where another process has it, None without such locks."""
    import fcntl

    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except BlockingIOError:
        return False
    except OSError:
        return None
    return True


def _remove(draft: str) -> None:
    """The draft last: it says whose the others are. What fails here is for the next run."""
    for suffix in (*SUFFIXES, ""):
        with suppress(OSError):
            os.unlink(draft + suffix)
