"""Copies of a ledger: backup while it is in use, restore, and what is refused."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import threading
from pathlib import Path
from typing import Any

import pytest

from jpcli.domain.errors import BadInput, JpcliError
from jpcli.ledger.database import sqlite
from jpcli.services.ledger import upkeep
from tests.services.agency import A, Agency, codes

pytestmark = pytest.mark.file("backups and what they restore")


@pytest.fixture
def working(agency: Agency) -> Agency:
    agency.issue("jetpack-scan", 3, at="2024-07-01", site=A)
    return agency


def backup(agency: Agency, name: str = "copy.db") -> Agency:
    path = Path(agency.called).parent / name
    answer = agency.ask(upkeep.backup, str(path))
    assert answer["ok"]
    assert answer["bytes"] == path.stat().st_size
    return Agency(path)


def files(agency: Agency) -> list[str]:
    """What is beside the ledger, without what SQLite needs while it is open."""
    names = os.listdir(Path(agency.called).parent)
    return sorted(name for name in names if not name.endswith(("-wal", "-shm", ".csv")))


def refused(agency: Agency, source: Path | str, *, replace: bool = True) -> str:
    with pytest.raises(JpcliError) as caught:
        upkeep.restore(agency.path, str(source), replace=replace)
    return caught.value.code


# --- backup --------------------------------------------------------------------------------------


def test_a_backup_is_a_ledger_of_its_own(working: Agency) -> None:
    copy = backup(working)
    assert copy.state() == working.state()
    assert copy.check()["ok"]
    copy.issue_one()
    assert copy.state().events == working.state().events + 1


def test_a_backup_of_a_ledger_in_use_is_one_moment_of_it(working: Agency) -> None:
    """A writer goes on meanwhile; each of its commands is two events, all or nothing."""
    stop = threading.Event()

    def write() -> None:
        while not stop.is_set():
            working.issue_one(site=A)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        copies = [backup(working, f"copy{number}.db") for number in range(10)]
    finally:
        stop.set()
        writer.join()
    sizes = [copy.state().events for copy in copies]
    assert sizes == sorted(sizes)
    assert sizes[0] < sizes[-1], "nothing was written meanwhile: the test proves nothing"
    assert all(copy.check()["ok"] for copy in copies)
    assert len({size % 2 for size in sizes}) == 1


def test_a_backup_has_what_is_still_in_the_log(working: Agency) -> None:
    """What was committed but not yet folded into the main file."""
    reader = sqlite3.connect(working.path, isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT * FROM events").fetchone()
    key = working.issue_one()
    assert Path(working.path + "-wal").stat().st_size > 0
    copy = backup(working)
    reader.close()
    assert key in copy.state().tables
    assert files(working) == ["copy.db", "ledger.db"]
    assert not Path(copy.path + "-wal").exists() or not Path(copy.path + "-wal").stat().st_size


def test_a_backup_overwrites_nothing(working: Agency) -> None:
    path = Path(working.path).parent / "copy.db"
    path.write_text("mine")
    with pytest.raises(JpcliError) as caught:
        backup(working)
    assert (caught.value.code, caught.value.exit_code) == ("file_exists", 3)
    assert path.read_text() == "mine"
    assert files(working) == ["copy.db", "ledger.db"]


def test_a_damaged_ledger_is_not_backed_up_as_if_it_were_whole(working: Agency) -> None:
    working.sql("UPDATE prices SET day_price_e12 = 1")
    with pytest.raises(JpcliError) as caught:
        backup(working)
    assert (caught.value.code, caught.value.exit_code) == ("ledger_damaged", 1)
    assert caught.value.problems
    assert files(working) == ["ledger.db"]


# --- restore -------------------------------------------------------------------------------------


def test_restore_brings_back_what_was_and_keeps_what_is(working: Agency) -> None:
    copy = backup(working)
    then = working.state()
    working.issue_one()
    now = working.state()
    answer = upkeep.restore(working.path, copy.path, replace=True)
    assert codes(answer) == ["restored", "kept"]
    assert working.state() == then
    kept = Agency(str(answer.data["kept"]))
    assert kept.state() == now
    assert kept.check()["ok"]
    assert files(working) == ["copy.db", "ledger.db", "ledger.db.before-restore-1"]


@pytest.mark.parametrize("name", ["the path", "a link", "a way around"])
def test_a_ledger_is_no_backup_of_itself(working: Agency, tmp_path: Path, name: str) -> None:
    """It would be waited for, and in vain."""
    link = tmp_path / "link.db"
    link.symlink_to(working.path)
    path = Path(working.path)
    around = path.parent / ".." / path.parent.name / path.name
    source = {"the path": path, "a link": link, "a way around": around}[name]
    before = working.state()
    with pytest.raises(BadInput) as caught:
        upkeep.restore(working.path, str(source), replace=True)
    assert (caught.value.code, "ledger backup" in str(caught.value.hint)) == ("same_file", True)
    assert working.state() == before


def test_what_is_no_backup_is_told_with_what_is(working: Agency, tmp_path: Path) -> None:
    (tmp_path / "text.db").write_text("no ledger")
    for name, code in (("nix.db", "no_ledger"), ("text.db", "not_a_ledger")):
        with pytest.raises(BadInput) as caught:
            upkeep.check_backup(str(tmp_path / name))
        assert caught.value.code == code
        assert caught.value.hint == "Name a file that `jpcli ledger backup` wrote."


def test_restore_makes_a_ledger_where_there_is_none(working: Agency, tmp_path: Path) -> None:
    path = tmp_path / "new" / "folder" / "ledger.db"
    answer = upkeep.restore(str(path), backup(working).path, replace=False)
    assert answer.data["kept"] is None
    assert Agency(path).state() == working.state()


def test_restore_does_not_touch_a_ledger_unasked(working: Agency) -> None:
    copy = backup(working)
    before = Path(working.path).read_bytes()
    assert refused(working, copy.path, replace=False) == "ledger_exists"
    assert Path(working.path).read_bytes() == before


def test_each_restore_keeps_the_ledger_before_it_under_a_name_of_its_own(working: Agency) -> None:
    copy = backup(working)
    kept = [upkeep.restore(working.path, copy.path, replace=True).data["kept"] for _ in range(3)]
    assert len(set(kept)) == 3
    assert all(Agency(str(path)).check()["ok"] for path in kept)


BAD_BACKUPS: list[tuple[str, Any, str]] = [
    ("missing", None, "no_ledger"),
    ("empty", b"", "not_a_ledger"),
    ("text", b"hello" * 100, "not_a_ledger"),
    ("cut", 0.6, "ledger_damaged"),
    ("a changed price", "UPDATE prices SET day_price_e12 = 1", "ledger_damaged"),
    ("a missing trigger", "DROP TRIGGER events_are_never_deleted", "ledger_damaged"),
    ("from a newer jpcli", "PRAGMA user_version = 99", "ledger_newer"),
    ("another database", "PRAGMA application_id = 1", "not_a_ledger"),
]


@pytest.mark.parametrize(
    ("damage", "code"), [pytest.param(*row[1:], id=row[0]) for row in BAD_BACKUPS]
)
def test_a_damaged_backup_is_refused_and_the_ledger_stays(
    working: Agency, damage: Any, code: str
) -> None:
    copy = backup(working)
    path = Path(copy.path)
    if damage is None:
        path.unlink()
    elif isinstance(damage, bytes):
        path.write_bytes(damage)
    elif isinstance(damage, float):
        path.write_bytes(path.read_bytes()[: int(path.stat().st_size * damage)])
    else:
        copy.sql(damage)
    working.issue_one()
    before, names = working.state(), files(working)
    assert refused(working, copy.path) == code
    assert working.state() == before
    assert files(working) == names


def test_a_damaged_ledger_is_replaced_and_kept_byte_for_byte(working: Agency) -> None:
    copy = backup(working)
    path = Path(working.path)
    broken = path.read_bytes()[:5_000]
    path.write_bytes(broken)
    answer = upkeep.restore(working.path, copy.path, replace=True)
    assert Path(str(answer.data["kept"])).read_bytes() == broken
    assert working.state() == copy.state()
    assert working.check()["ok"]


def test_the_log_of_a_damaged_ledger_is_not_taken_for_the_new_ones(working: Agency) -> None:
    copy = backup(working)
    path = Path(working.path)
    reader = sqlite3.connect(working.path, isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT * FROM events").fetchone()
    working.issue_one()
    log = Path(working.path + "-wal").read_bytes()
    reader.close()
    for suffix in ("-wal", "-shm"):
        Path(working.path + suffix).unlink(missing_ok=True)
    path.write_bytes(b"rubbish")
    Path(working.path + "-wal").write_bytes(log)
    answer = upkeep.restore(working.path, copy.path, replace=True)
    assert working.state() == copy.state()
    assert Path(str(answer.data["kept"]) + "-wal").read_bytes() == log


def test_restore_waits_for_others_and_gives_up_without_a_trace(
    working: Agency, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "BUSY_TIMEOUT_SECONDS", 0.1)
    copy = backup(working)
    working.issue_one()
    before, names = working.state(), files(working)
    other = sqlite3.connect(working.path, isolation_level=None)
    other.execute("SELECT * FROM events").fetchone()
    assert refused(working, copy.path) == "ledger_busy"
    other.close()
    assert working.state() == before
    assert files(working) == names


def test_nothing_that_was_acknowledged_meanwhile_is_lost(working: Agency) -> None:
    """Writers go on while ledgers are restored: what they were told is there, or in a kept one."""
    copy = backup(working)
    told: list[str] = []
    stop = threading.Event()

    def write() -> None:
        while not stop.wait(0.02):
            told.append(working.issue_one())

    writers = [threading.Thread(target=write) for _ in range(2)]
    for writer in writers:
        writer.start()
    kept: list[Agency] = []
    try:
        while len(kept) < 5 or len(told) < 5:
            answer = upkeep.restore(working.path, copy.path, replace=True)
            kept.append(Agency(str(answer.data["kept"])))
    finally:
        stop.set()
        for writer in writers:
            writer.join()
    everything = "".join(ledger.state().tables for ledger in [working, *kept])
    assert [key for key in told if key not in everything] == []
    assert all(ledger.check()["ok"] for ledger in [working, *kept])


def test_restore_follows_a_link_to_the_ledger(working: Agency, tmp_path: Path) -> None:
    copy = backup(working)
    working.issue_one()
    link = tmp_path / "link.db"
    link.symlink_to(working.path)
    upkeep.restore(str(link), copy.path, replace=True)
    assert link.is_symlink()
    assert working.state() == copy.state()


def test_a_folder_is_not_replaced(working: Agency, tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "file").write_text("mine")
    assert refused(Agency(folder), backup(working).path) == "not_a_ledger"
    assert (folder / "file").read_text() == "mine"


def test_a_ledger_can_be_restored_from_a_copy_made_by_hand(working: Agency, tmp_path: Path) -> None:
    path = tmp_path / "by-hand.db"
    shutil.copyfile(working.path, path)
    working.issue_one()
    upkeep.restore(working.path, str(path), replace=True)
    assert working.state() == Agency(path).state()


# --- who may use it ------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o660, 0o604, 0o620])
@pytest.mark.parametrize("reached", ["by its name", "through a link"])
def test_a_ledger_that_others_may_use_is_a_remark_with_the_command_that_ends_it(
    working: Agency, tmp_path: Path, mode: int, reached: str
) -> None:
    real = tmp_path / "of an agency.db"
    os.rename(working.path, real)
    ledger = Agency(real)
    if reached == "through a link":
        ledger = Agency(tmp_path / "link.db")
        Path(ledger.path).symlink_to(real)
    assert codes(ledger.do(upkeep.check)) == ["ledger_ok"]
    os.chmod(real, mode)
    answer = ledger.do(upkeep.check)
    assert codes(answer) == ["ledger_ok", "open_to_others"]
    assert answer.data["ok"]
    note = answer.notes[-1]
    assert (note.kind, note.subject) == ("info", str(real))
    assert f"{mode:04o}" in note.message
    assert real.stat().st_mode & 0o777 == mode, "nobody asked for another"
    assert note.hint is not None
    subprocess.run(["sh", "-ec", note.hint.partition(":   ")[2]], check=True)
    assert real.stat().st_mode & 0o777 == mode & 0o700
    assert codes(ledger.do(upkeep.check)) == ["ledger_ok"]


def test_a_log_that_is_still_open_to_others_is_named(working: Agency) -> None:
    with working.desk(writes=False) as desk:
        log = Path(f"{working.path}-wal")
        log.chmod(0o644)
        note = upkeep.check(desk).notes[-1]
    assert (note.code, note.subject) == ("open_to_others", str(log))
