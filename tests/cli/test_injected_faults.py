"""A fault injected at each call: one of our errors, nothing half done, and never a traceback.

Calls are counted for each kind: those to SQLite, and those to the system for files. The first ones
are all tried, later ones at growing distances.
"""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from tests.cli.lines import LINES, Line
from tests.cli.world import World
from tests.cli.world import world as world

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = pytest.mark.file("faults of SQLite, and of files")

PATHS = (
    "init",
    "status",
    "issue",
    "revoke",
    "invoice close",
    "invoice preview",
    "ledger check",
    "ledger export",
    "ledger import",
    "ledger backup",
    "ledger restore",
    "plan",
)
CHOSEN = [next(line for line in reversed(LINES) if line.path == path) for path in PATHS]
POINTS = (1, 2, 3, 4, 5, 7, 10, 17, 31, 61, 89)
FILE_CALLS = ("open", "fsync", "rename", "replace", "link", "unlink", "mkdir", "chmod")


class Fault:
    """Fires at the `at`-th call, and at every one after it with `goes_on`."""

    def __init__(self, at: int, error: Callable[[], BaseException], goes_on: bool) -> None:
        self._at, self._error, self._goes_on = at, error, goes_on
        self.calls = 0

    @property
    def fired(self) -> bool:
        return self.calls >= self._at

    def meet(self) -> None:
        self.calls += 1
        if self.calls == self._at or (self.fired and self._goes_on):
            raise self._error()


def sqlite_error(kind: type[sqlite3.Error], code: int) -> Callable[[], BaseException]:
    def make() -> BaseException:
        error = kind("injected")
        error.sqlite_errorcode = code
        return error

    return make


SQLITE = {
    "a bad disk": sqlite_error(sqlite3.OperationalError, sqlite3.SQLITE_IOERR_FSYNC),
    "damage": sqlite_error(sqlite3.DatabaseError, sqlite3.SQLITE_CORRUPT),
    "locks": sqlite_error(sqlite3.OperationalError, sqlite3.SQLITE_PROTOCOL),
    "no memory": MemoryError,
}
SYSTEM = {
    "a bad disk": lambda: OSError(errno.EIO, "Input/output error"),
    "no right": lambda: PermissionError(errno.EACCES, "Permission denied"),
    "too many files": lambda: OSError(errno.EMFILE, "Too many open files"),
}


@contextmanager
def in_sqlite(fault: Fault) -> Iterator[None]:
    class Faulty(sqlite3.Connection):
        def execute(self, *args: Any) -> sqlite3.Cursor:
            fault.meet()
            return super().execute(*args)

        def executemany(self, *args: Any) -> sqlite3.Cursor:
            fault.meet()
            return super().executemany(*args)

    plain = sqlite3.connect

    def connect(*args: Any, **options: Any) -> sqlite3.Connection:
        made: sqlite3.Connection = plain(*args, **{"factory": Faulty, **options})
        return made

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sqlite3, "connect", connect)
        yield


@contextmanager
def in_system(fault: Fault) -> Iterator[None]:
    def failing(plain: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **options: Any) -> Any:
            fault.meet()
            return plain(*args, **options)

        return call

    with pytest.MonkeyPatch.context() as patch:
        for name in FILE_CALLS:
            patch.setattr(os, name, failing(getattr(os, name)))
        yield


def attack(
    line: Line,
    world: World,
    where: Callable[[Fault], Any],
    error: Callable[[], BaseException],
    goes_on: bool,
) -> None:
    original = world.folder.parent / "original"
    shutil.copytree(world.folder, original)
    world(line)  # imports whatever it needs
    for point in POINTS:
        shutil.rmtree(world.folder)
        shutil.copytree(original, world.folder)
        fault = Fault(point, error, goes_on)
        with where(fault):
            run = world(line)
        said = f"{line}, call {point}: {run.code} {run.err}"
        assert "internal" not in run.err, said
        assert "Traceback" not in run.err, said
        assert run.code in (0, 1, 2, 3, 75), said
        assert (run.code == 0) or run.err, said
        checked = world.jpcli("ledger", "check")
        assert checked.code == 0, said + checked.err
        if not fault.fired:
            break


@pytest.mark.crossed("kind")
@pytest.mark.parametrize("line", CHOSEN, ids=str)
@pytest.mark.parametrize("kind", SQLITE)
def test_a_fault_in_sqlite(kind: str, line: Line, world: World) -> None:
    attack(line, world, in_sqlite, SQLITE[kind], goes_on=False)


@pytest.mark.crossed("kind")
@pytest.mark.parametrize("line", CHOSEN, ids=str)
@pytest.mark.parametrize("kind", SYSTEM)
def test_a_fault_of_the_system(kind: str, line: Line, world: World) -> None:
    attack(line, world, in_system, SYSTEM[kind], goes_on=kind == "too many files")
