"""No room for a temporary file, or for what is being made: told as that, never as damage."""

from __future__ import annotations

import errno
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from jpcli.domain.errors import Busy as LedgerBusy
from jpcli.domain.errors import Failed, JpcliError
from jpcli.ledger.database import inventory, tables
from jpcli.ledger.database.draft import folder_unwritable
from jpcli.ledger.upkeep import check, replay
from jpcli.services.files.new_file import write_new
from jpcli.services.ledger import upkeep
from tests.services.agency import Agency

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.ledger.conftest import Busy

pytestmark = pytest.mark.file("a full disk")

ROOT = Path(__file__).parents[3]
PROGRAM = "from jpcli.cli.entry import main; main()"


def copied(agency: Agency) -> Any:
    return agency.ask(upkeep.backup, agency.path + ".backup")


def put_back(agency: Agency) -> Any:
    return upkeep.restore(agency.path + ".new", agency.path, replace=False)


def made_anew(agency: Agency) -> Any:
    """A ledger of the first schema is brought to the newest by the same replay."""
    with sqlite3.connect(agency.path) as older:
        older.execute("PRAGMA user_version = 1")
    older.close()
    return upkeep.restore(agency.path + ".new", agency.path, replace=False)


ROADS = {"check": Agency.check, "backup": copied, "restore": put_back, "older": made_anew}


def sqlite_error(code: int) -> sqlite3.OperationalError:
    error = sqlite3.OperationalError("injected")
    error.sqlite_errorcode = code
    return error


@contextmanager
def replay_meets(error: Exception, patch: pytest.MonkeyPatch) -> Iterator[None]:
    def fail(*_: Any) -> None:
        raise error

    with patch.context() as inside:
        inside.setattr(replay, "apply_events", fail)
        yield


@pytest.mark.parametrize("road", ROADS)
@pytest.mark.parametrize(
    ("error", "code"),
    [
        (sqlite_error(sqlite3.SQLITE_FULL), "disk_full"),
        (sqlite_error(sqlite3.SQLITE_IOERR_WRITE), "disk_error"),
        (sqlite_error(sqlite3.SQLITE_CANTOPEN), "ledger_unreadable"),
        (OSError(errno.ENOSPC, "No space left on device"), "disk_full"),
        (OSError(errno.EMFILE, "Too many open files"), "too_many_files"),
        (MemoryError(), "out_of_memory"),
    ],
    ids=repr,
)
def test_what_a_replay_cant_have_is_no_damage(
    busy: Busy, road: str, error: Exception, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = sorted(os.listdir(Path(busy.agency.path).parent))
    with replay_meets(error, monkeypatch), pytest.raises(JpcliError) as caught:
        ROADS[road](busy.agency)
    assert (caught.value.code, caught.value.exit_code) == (code, 1)
    assert [n for n in sorted(os.listdir(Path(busy.agency.path).parent)) if "-" not in n] == names


def test_an_event_that_cant_be_applied_is_damage_still(
    busy: Busy, monkeypatch: pytest.MonkeyPatch
) -> None:
    with replay_meets(sqlite3.IntegrityError("CHECK constraint failed"), monkeypatch):
        found = busy.agency.check()
    assert "replay_failed" in {problem["code"] for problem in found["problems"]}


def test_a_temporary_file_that_may_not_grow_is_a_full_disk(
    busy: Busy, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = tables.create_in_memory

    def small(scratch: sqlite3.Connection) -> None:
        made(scratch)
        pages = scratch.execute("PRAGMA page_count").fetchone()[0]
        scratch.execute(f"PRAGMA max_page_count = {pages}")

    busy.agency.issue("jetpack-scan", 300)
    monkeypatch.setattr(tables, "create_in_memory", small)
    with pytest.raises(Failed) as caught:
        busy.agency.check()
    assert caught.value.code == "disk_full"
    assert "temporary file" in caught.value.message


@pytest.mark.parametrize("look", ["compare_table", "head_problems", "broken_pages"])
@pytest.mark.parametrize(
    ("error", "code"),
    [
        (sqlite_error(sqlite3.SQLITE_FULL), "disk_full"),
        (LedgerBusy("ledger_busy", "in use"), "ledger_busy"),
        (sqlite_error(sqlite3.SQLITE_CORRUPT), None),
        (sqlite_error(sqlite3.SQLITE_IOERR_READ), None),
    ],
    ids=repr,
)
def test_each_look_of_a_check_tells_the_two_apart(
    busy: Busy, look: str, error: Exception, code: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk that can't read the ledger is a finding about the ledger."""

    def fail(*_: Any) -> None:
        raise error

    monkeypatch.setattr(inventory if look == "broken_pages" else check, look, fail)
    if code is None:
        assert "file_damaged" in {p["code"] for p in busy.agency.check()["problems"]}
        return
    with pytest.raises(JpcliError) as caught:
        busy.agency.check()
    assert caught.value.code == code


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_file_that_finds_no_room_is_a_full_disk(
    number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Statements, plans, policies and exports to a file all go through one writer."""

    def fail(_: int) -> None:
        raise OSError(number, "no room")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(Failed) as caught:
        write_new(str(tmp_path / "statement.html"), "text")
    assert caught.value.code == "disk_full"
    assert os.listdir(tmp_path) == []
    no_right = folder_unwritable("x", PermissionError(errno.EACCES, "no"), "file", "hint")
    assert no_right.code == "folder_unwritable"


# --- a temporary folder that is really full ------------------------------------------------------


@pytest.fixture
def full_folder(tmp_path: Path) -> Iterator[Path]:
    """A folder with 200 KiB of room, where a file system may be mounted."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=200k", "tmpfs", str(folder)]
    if (
        not shutil.which("mount")
        or subprocess.run(command, check=False, capture_output=True).returncode
    ):
        pytest.skip("no file system can be mounted here")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


COMMANDS: dict[str, Callable[[str], list[str]]] = {
    "check": lambda _: ["ledger", "check"],
    "backup": lambda path: ["ledger", "backup", path + ".backup"],
    "restore": lambda path: ["ledger", "restore", path + ".older", "--yes"],
}


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_with_a_full_temporary_folder(name: str, full_folder: Path, busy: Busy) -> None:
    path = busy.agency.path
    busy.agency.issue("jetpack-scan", 12_000)
    shutil.copyfile(path, path + ".older")
    before = busy.agency.state()
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM, *COMMANDS[name](path), "--ledger", path, "--json"],
        cwd=ROOT,
        env={**os.environ, "SQLITE_TMPDIR": str(full_folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 1, run.stdout[-500:] + run.stderr
    assert json.loads(run.stdout)["error"]["code"] == "disk_full"
    assert "Traceback" not in run.stderr
    assert not os.path.exists(path + ".backup")
    assert busy.agency.state() == before
    assert busy.agency.check()["ok"]
