"""What the system can't give is told as that, in one line, and nothing is half done."""

from __future__ import annotations

import errno
import os
import sqlite3
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from jpcli.cli.shared.failure import failure_from
from jpcli.ledger.database import sqlite
from jpcli.ledger.database.faults import translate
from jpcli.services.desk import Desk
from tests.cli.conftest import ENTRY

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

FAULTS = [
    (MemoryError(), "out_of_memory"),
    (OSError(errno.EMFILE, "Too many open files", "/tmp/x"), "too_many_files"),
    (OSError(errno.ENFILE, "Too many open files in system"), "too_many_files"),
    (OSError(errno.ENOSPC, "No space left on device"), "disk_full"),
    (OSError(errno.EIO, "Input/output error", b"/tmp/x"), "system_error"),
    (OSError("bare"), "system_error"),
    (ZeroDivisionError(), "internal_error"),
]


@pytest.mark.no_ledger
@pytest.mark.parametrize(("error", "code"), FAULTS, ids=repr)
def test_a_fault_of_the_system_is_no_mistake_of_ours(error: Exception, code: str) -> None:
    failure = failure_from(error)
    assert (failure.code, failure.exit_code) == (code, 1)
    assert failure.hint


@pytest.mark.no_ledger
def test_locks_that_cant_be_had_are_busy() -> None:
    error = sqlite3.OperationalError("locking protocol")
    error.sqlite_errorcode = sqlite3.SQLITE_PROTOCOL
    found = translate(error, "ledger.db")
    assert found is not None
    assert (found.code, found.exit_code) == ("ledger_busy", 75)


@pytest.mark.file("who holds a file; tests/server has who holds the head of a server's ledger")
@pytest.mark.parametrize("holds", ["BEGIN IMMEDIATE", "PRAGMA locking_mode = EXCLUSIVE"])
def test_a_stopped_neighbor_is_busy(
    holds: str, ledger: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "BUSY_TIMEOUT_SECONDS", 0.2)
    path = tmp_path / "ledger.db"
    program = (
        "import os, signal, sqlite3\n"
        f"ledger = sqlite3.connect({str(path)!r}, isolation_level=None)\n"
        f"ledger.execute({holds!r})\n"
        "ledger.execute('UPDATE meta SET value = value')\n"
        "print('held', flush=True)\n"
        "os.kill(os.getpid(), signal.SIGSTOP)\n"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE) as neighbor:
        try:
            assert neighbor.stdout is not None
            assert neighbor.stdout.readline() == b"held\n"
            os.waitid(os.P_PID, neighbor.pid, os.WSTOPPED | os.WNOWAIT)
            run = ledger("clients", "add", "Ann", "--json")
            assert (run.code, run.error["code"]) == (75, "ledger_busy")
        finally:
            neighbor.kill()
    assert ledger("clients", "list", "--json").data["clients"] == []
    assert ledger("clients", "add", "Ann").code == 0
    assert ledger("ledger", "check").code == 0


@pytest.mark.parametrize("files", [*range(4, 13), 20])
def test_too_few_open_files_are_told(
    files: int, ledger: Callable[..., Any], tmp_path: Path
) -> None:
    program = f"""
import resource, jpcli.cli.entry
resource.setrlimit(resource.RLIMIT_NOFILE, ({files}, {files}))
{ENTRY}
"""
    done = subprocess.run(
        [sys.executable, "-c", program, "clients", "add", "Ann"],
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    assert "Traceback" not in done.stderr
    assert "internal_error" not in done.stderr
    assert done.returncode == 0 or any(
        code in done.stderr for code in ("too_many_files", "system_error", "ledger_unreadable")
    ), done.stderr
    assert (done.returncode == 0) == (len(ledger("clients", "list", "--json").data["clients"]) == 1)
    assert ledger("ledger", "check").code == 0


@pytest.mark.parametrize(
    ("argv", "code"),
    [
        (("clients", "add", "Ann", "--json"), 0),
        (("clients", "list", "--json"), 0),
        (("assign", "jetpack-scan_x", "--site", "a.example", "--json"), 3),
    ],
    ids=str,
)
def test_a_close_that_fails_hides_no_outcome(
    argv: tuple[str, ...],
    code: int,
    ledger: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    expected = ledger(*argv, "--dry-run") if code else None

    def fail(desk: Desk) -> None:
        desk.ledger.close()
        raise sqlite3.OperationalError("disk I/O error")

    monkeypatch.setattr(Desk, "close", fail)
    run = ledger(*argv)
    assert run.code == (expected.code if expected else code), run.err
    assert ("error" in run.json) == bool(code)
    assert "disk I/O" not in run.err + run.out
