"""What lies beside a ledger and counts: the files that SQLite takes for a part of it.

Owns their names. SQLite finds them by the name of the ledger, symbolic links followed, whoever
left them there: so a new ledger wants a place without any, and one with a second name in the file
system, where each name has a log of its own, is not written.
"""

from __future__ import annotations

import os
import stat

from jpcli.domain.errors import BadInput, Failed, Refused
from jpcli.domain.words import command_line, quoted

SUFFIXES = ("-wal", "-shm", "-journal")


def has_log(path: str) -> bool:
    """Is something in the write-ahead log of a ledger?"""
    try:
        return os.stat(os.path.realpath(path) + "-wal").st_size > 0
    except OSError:
        return False


def open_to_others(path: str) -> tuple[list[str], str]:
    """The files of a ledger that not only their owner may use, and the first one's mode in octal.
    The log gets its mode from the ledger: it is named where that one's is right."""
    real = os.path.realpath(path)
    for files in ([real], [real + suffix for suffix in SUFFIXES]):
        modes = {each: _mode(each) for each in files}
        if found := [each for each in files if modes[each] & (stat.S_IRWXG | stat.S_IRWXO)]:
            return found, f"{modes[found[0]]:04o}"
    return [], ""


def _mode(path: str) -> int:
    try:
        return stat.S_IMODE(os.stat(path).st_mode)
    except OSError:  # a log goes with the last process that has the ledger open
        return 0


def _beside(path: str) -> list[str]:
    """The files that would be taken for a part of a new ledger at `path`."""
    return [path + suffix for suffix in SUFFIXES if os.path.lexists(path + suffix)]


def clear_place(path: str) -> None:
    """Remove what lies beside a new ledger and has nothing in it: readers leave that behind them.
    Errors as `check_nothing_beside`, and OSError."""
    check_nothing_beside(path)
    for each in _beside(path):
        os.unlink(each)


def check_nothing_beside(path: str) -> None:
    """Raise Refused `left_beside` where a new ledger would take over what another one left."""
    found = [each for each in _beside(path) if _has_content(each)]
    if found and not os.path.lexists(path):  # else its own, of another process that was quicker
        moves = " && ".join(command_line("mv", each, _free(each)) for each in found)
        raise Refused(
            "left_beside",
            f"There is no ledger at {path}, but {', '.join(found)} of one that was there:"
            " a new ledger would take it for its own",
            hint=f"Bring back the file it belongs to, or move it away:   {moves}",
            subject=found[0],
        )


def check_name(path: str) -> None:
    """Raise BadInput `reserved_name` for a file that SQLite would take for a part of another."""
    for suffix in SUFFIXES:
        if path.endswith(suffix):
            whose = path.removesuffix(suffix)
            message = f"SQLite would take {path} for a part of {whose}"
            raise BadInput("reserved_name", message, hint="Name another file.", subject=path)


def check_one_name(path: str) -> None:
    """Raise Failed `ledger_hard_linked` where the ledger has a second name: whoever writes under
    that one has another log, and neither sees what the other was told is kept."""
    if os.stat(path).st_nlink > 1:
        real = os.path.realpath(path)
        root = real
        while not os.path.ismount(root):
            root = os.path.dirname(root)
        find = f"find {quoted(root)} -xdev -samefile {quoted(real)}"
        raise Failed(
            "ledger_hard_linked",
            f"The ledger has another name in the file system, so it can only be read: {path}",
            hint=f"Remove all names but one; this finds them:   {find}",
            subject=path,
        )


def uri_of(path: str) -> str:
    """A path as SQLite takes it in front of `?mode=`; `%`, `?` and `#` would end or change it."""
    absolute = os.path.abspath(path)
    return "file:" + absolute.replace("%", "%25").replace("?", "%3f").replace("#", "%23")


def free_name(name: str) -> str:
    """`name-1`, or the next number that nothing has, and beside which a ledger can be put."""
    number = 1
    while os.path.lexists(f"{name}-{number}") or _beside(f"{name}-{number}"):
        number += 1
    return f"{name}-{number}"


def _has_content(path: str) -> bool:
    """An index of a log (`-shm`) is made anew from the log, so it tells nothing by itself."""
    found = os.lstat(path)
    return not stat.S_ISREG(found.st_mode) or (found.st_size > 0 and not path.endswith("-shm"))


def _free(path: str) -> str:
    return free_name(f"{path}.left")
