"""Who acts: the name of a process, and whether the process of a name is gone.

Owns how long a process of another machine, which nobody here can see, is taken to be at work.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from functools import cache
from itertools import count
from typing import TYPE_CHECKING

from jpcli.domain.instants import SECOND

if TYPE_CHECKING:
    from collections.abc import Iterator

NOBODY = ""
# Of another machine's process: after so long without a sign of it, it is gone.
_SILENT = 15 * 60 * SECOND
_numbers = count(1)
_at_work: set[str] = set()


@contextmanager
def at_work() -> Iterator[str]:
    """The name of this process while it does one thing."""
    name = f"{_host()}/{os.getpid()}/{_begun(os.getpid())}/{next(_numbers)}"
    _at_work.add(name)
    try:
        yield name
    finally:
        _at_work.discard(name)


def is_gone(name: str, seen_at: int, now_at: int) -> bool:
    """Whether nobody acts under this name any more; both instants are by our clock, the first is
    when there was the last sign of it."""
    if name == NOBODY:
        return True
    host, pid, begun, _ = name.rsplit("/", 3)
    if host != _host() or begun == "?":
        return now_at - seen_at > _SILENT
    if int(pid) == os.getpid() and begun == _begun(os.getpid()):
        return name not in _at_work
    return _begun(int(pid)) != begun


@cache
def _host() -> str:
    import platform

    return platform.node()


def _begun(pid: int) -> str:
    """When a process began, as its system counts; empty if there is none, `?` where this can't be
    seen. One that was killed and not yet fetched by its parent is none."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
            fields = file.read().rpartition(")")[2].split()
    except FileNotFoundError:
        return "" if os.path.isdir("/proc/self") else _seen(pid)
    except OSError:
        return ""
    return "" if fields[0] in "ZX" else fields[19]


def _seen(pid: int) -> str:
    """The same where there is no /proc: only that there is such a process."""
    if os.name != "posix":
        return "?"
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return ""
    except OSError:  # another user's
        pass
    return "there"
