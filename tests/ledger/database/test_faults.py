"""Files that are no ledger, and places that can't take one: one clear error, nothing damaged."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from jpcli.domain.errors import JpcliError
from jpcli.ledger.database import faults, sqlite
from jpcli.services.ledger import upkeep
from tests.ledger.conftest import Busy
from tests.services.agency import Agency, raw

pytestmark = pytest.mark.file("modes, disks, and what is no ledger")

NOBODY = 65534
ROOT = Path(__file__).parents[3]

Make = Callable[[Path], object]


def read(agency: Agency) -> Any:
    return agency.preview("2024-07", by="license")


def write(agency: Agency) -> Any:
    return agency.issue("jetpack-scan", 3, at="2024-07-01")


def check(agency: Agency) -> Any:
    return agency.check()


def backup(agency: Agency) -> Any:
    return agency.ask(upkeep.backup, agency.path + ".backup")


CALLS = [read, write, check, backup]


def refused(call: Callable[[], Any]) -> tuple[str, int]:
    with pytest.raises(JpcliError) as caught:
        call()
    assert caught.value.message
    assert "\n" not in caught.value.message
    return caught.value.code, caught.value.exit_code


# --- no ledger -----------------------------------------------------------------------------------


def other_database(path: Path) -> None:
    made = sqlite3.connect(path)
    made.execute("CREATE TABLE events (seq INTEGER)")
    made.commit()
    made.close()


def newer(path: Path) -> None:
    made = sqlite3.connect(path)
    made.execute("PRAGMA user_version = 999")
    made.close()


def cut(part: float) -> Make:
    def make(path: Path) -> None:
        content = path.read_bytes()
        path.write_bytes(content[: int(len(content) * part)])

    return make


def holding(content: bytes) -> Make:
    def make(path: Path) -> None:
        path.write_bytes(content)

    return make


def replaced(other: Make) -> Make:
    def make(path: Path) -> None:
        path.unlink()
        other(path)

    return make


def dangling(path: Path) -> None:
    path.symlink_to("gone")


FILES: list[tuple[str, Make, str, int]] = [
    ("empty", holding(b""), "not_a_ledger", 2),
    ("text", holding(b"product,amount\n" * 100), "not_a_ledger", 2),
    ("zeros", holding(bytes(8192)), "not_a_ledger", 2),
    ("only a header", cut(0.0001), "not_a_ledger", 2),
    ("header and rubbish", holding(b"SQLite format 3\0" * 64), "not_a_ledger", 2),
    ("another database", replaced(other_database), "not_a_ledger", 2),
    ("from a newer jpcli", newer, "ledger_newer", 2),
    ("cut by one byte", cut(1 - 1e-9), "ledger_damaged", 1),
    ("cut in half", cut(0.5), "ledger_damaged", 1),
    ("cut to one percent", cut(0.02), "ledger_damaged", 1),
    ("a folder", replaced(Path.mkdir), "ledger_unreadable", 1),
    ("a pipe", replaced(os.mkfifo), "not_a_ledger", 2),
    ("not there", Path.unlink, "no_ledger", 2),
    ("a dangling link", replaced(dangling), "no_ledger", 2),
]


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize(
    ("make", "code", "exit_code"), [pytest.param(*row[1:], id=row[0]) for row in FILES]
)
def test_what_is_no_whole_ledger_is_refused_and_left_alone(
    busy: Busy,
    make: Make,
    code: str,
    exit_code: int,
    call: Callable[[Agency], Any],
) -> None:
    path = Path(busy.agency.path)
    make(path)
    before = path.read_bytes() if path.is_file() else None
    names = sorted(os.listdir(path.parent))
    assert refused(lambda: call(busy.agency)) == (code, exit_code)
    assert (path.read_bytes() if path.is_file() else None) == before
    assert sorted(os.listdir(path.parent)) == names


def test_a_file_in_the_place_of_a_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    agency = Agency(tmp_path / "file" / "ledger.db")
    assert refused(lambda: read(agency)) == ("ledger_unreadable", 1)
    assert refused(lambda: agency.init(prices=None)) == ("folder_unwritable", 1)


def test_an_existing_file_is_never_overwritten_by_init(tmp_path: Path) -> None:
    made: dict[str, Make] = {"text": holding(b"mine"), "link": dangling, "folder": Path.mkdir}
    for name, make in made.items():
        path = tmp_path / name
        make(path)
        agency = Agency(path)
        assert refused(partial(agency.init, prices=None)) == ("ledger_exists", 3)
    assert (tmp_path / "text").read_text() == "mine"
    assert sorted(os.listdir(tmp_path)) == ["folder", "link", "text"]


@pytest.mark.parametrize(
    "name",
    ["100%25 café.db", "what?.db", "a#b.db", "sp ace.db", "mode=memory.db", "%00.db", "ü/ü.db"],
)
def test_a_path_means_itself(tmp_path: Path, name: str) -> None:
    agency = Agency(tmp_path / name)
    if "/" not in name:
        agency.init()
    else:
        agency.init(prices=None)
        return
    agency.card(now="2023-01-01T00:00:00Z")
    write(agency)
    assert check(agency)["ok"]
    backup(agency)
    assert sorted(n for n in os.listdir(tmp_path) if not n.endswith(("-shm", "-wal"))) == sorted(
        [name, name + ".prices.csv", name + ".backup"]
    )


# --- no rights -----------------------------------------------------------------------------------


@contextmanager
def without_rights() -> Iterator[None]:
    """As somebody whom permission bits stop, also where the tests run as root."""
    if os.geteuid() != 0:
        yield
        return
    os.setegid(NOBODY)
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)
        os.setegid(0)


@pytest.fixture
def shared(busy: Busy) -> Iterator[Agency]:
    """A ledger in a folder that everybody may pass through and nobody else may write in."""
    import tempfile

    folder = Path(tempfile.mkdtemp(prefix="jpcli-rights-", dir="/tmp"))
    folder.chmod(0o755)
    path = folder / "ledger.db"
    shutil.copyfile(busy.agency.path, path)
    path.chmod(0o644)
    agency = Agency(path)
    rehearsal = Agency(busy.agency.path)
    for call in CALLS:
        call(rehearsal)  # imports whatever it needs while that may be read
    if os.geteuid() != 0:
        folder.chmod(0o555)
        path.chmod(0o444)
    yield agency
    folder.chmod(0o755)
    shutil.rmtree(folder)


def test_a_ledger_that_may_only_be_read_can_be_read(shared: Agency) -> None:
    before = Path(shared.path).read_bytes()
    with without_rights():
        assert read(shared)["lines"]
        assert check(shared)["ok"]
        assert shared.preview("2024-07", as_of="2024-07-05", by="client")["lines"]
    assert Path(shared.path).read_bytes() == before


def test_a_ledger_that_may_only_be_read_is_not_written(shared: Agency) -> None:
    before = Path(shared.path).read_bytes()
    with without_rights():
        found = refused(lambda: write(shared))
    assert found in {("ledger_read_only", 1), ("ledger_unreadable", 1)}
    assert Path(shared.path).read_bytes() == before
    assert os.listdir(Path(shared.path).parent) == ["ledger.db"]


def test_a_ledger_that_may_not_even_be_read_says_so(shared: Agency) -> None:
    Path(shared.path).chmod(0)
    with without_rights():
        assert refused(lambda: read(shared)) == ("ledger_unreadable", 1)


def test_a_folder_that_may_not_be_written_takes_no_ledger_and_no_copy(shared: Agency) -> None:
    folder = Path(shared.path).parent
    copy = folder / "copy.db"
    shutil.copy(shared.path, copy)
    with without_rights():
        found = refused(lambda: Agency(folder / "new.db").init(prices=None))
        assert found == ("folder_unwritable", 1)
        found = refused(lambda: Agency(folder / "sub" / "new.db").init(prices=None))
        assert found == ("folder_unwritable", 1)
        assert refused(lambda: backup(shared)) == ("folder_unwritable", 1)
        for target in (shared.path, str(folder / "new.db"), str(folder / "sub" / "new.db")):
            call = partial(upkeep.restore, target, str(copy), replace=True)
            assert refused(call) == ("folder_unwritable", 1)
    assert sorted(os.listdir(folder)) == ["copy.db", "ledger.db"]


# --- no room -------------------------------------------------------------------------------------


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 400 KiB, where a file system may be mounted."""
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=400k", "tmpfs", str(folder)]
    try:
        mounted = subprocess.run(command, capture_output=True, check=False).returncode == 0
    except OSError:
        mounted = False
    if not mounted:
        pytest.skip("no file system can be mounted here")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def fill(folder: Path) -> None:
    """Leave nothing of a disk."""
    with contextlib.suppress(OSError), (folder / "filler").open("wb", buffering=0) as file:
        while True:
            file.write(bytes(4096))
    assert shutil.disk_usage(folder).free == 0


def test_a_full_disk_stops_a_change_and_loses_nothing(small_disk: Path, busy: Busy) -> None:
    path = small_disk / "ledger.db"
    shutil.copyfile(busy.agency.path, path)
    agency = Agency(path)
    before = agency.state()
    fill(small_disk)
    assert refused(lambda: agency.issue("jetpack-scan", 2_000)) == ("disk_full", 1)
    (small_disk / "filler").unlink()
    assert agency.state() == before
    assert check(agency)["ok"]
    assert write(agency)


def test_a_ledger_on_a_full_disk_can_be_read(small_disk: Path, busy: Busy) -> None:
    path = small_disk / "ledger.db"
    shutil.copyfile(busy.agency.path, path)
    fill(small_disk)
    assert read(Agency(path))["lines"]
    assert check(Agency(path))["ok"]
    assert refused(lambda: write(Agency(path))) == ("disk_full", 1)


def test_a_full_disk_takes_no_copy_and_no_new_ledger(small_disk: Path, busy: Busy) -> None:
    path = small_disk / "ledger.db"
    shutil.copyfile(busy.agency.path, path)
    fill(small_disk)
    before, names = path.read_bytes(), sorted(os.listdir(small_disk))
    assert refused(lambda: backup(Agency(path))) == ("disk_full", 1)
    assert refused(lambda: Agency(small_disk / "new.db").init(prices=None)) == ("disk_full", 1)
    source = busy.agency.path
    assert refused(lambda: upkeep.restore(str(path), source, replace=True)) == ("disk_full", 1)
    found = refused(lambda: upkeep.restore(str(small_disk / "n.db"), source, replace=False))
    assert found == ("disk_full", 1)
    assert path.read_bytes() == before
    assert sorted(n for n in os.listdir(small_disk) if n[-4:] not in {"-shm", "-wal"}) == names


def test_a_file_that_may_not_grow_stops_a_change_and_loses_nothing(busy: Busy) -> None:
    """SQLite's own limit stands in for the disk's, so this runs everywhere."""
    before = busy.agency.state()
    with busy.agency.desk() as desk:
        raw(desk.ledger).execute("PRAGMA max_page_count = 1")
        from jpcli.services.licenses.issue import issue

        assert refused(lambda: issue(desk, "jetpack-scan", 5_000)) == ("disk_full", 1)
    assert busy.agency.state() == before
    assert check(busy.agency)["ok"]


@pytest.mark.parametrize("room", [1_000, 40_000, 400_000])
def test_a_process_that_may_not_write_more_stops_and_loses_nothing(busy: Busy, room: int) -> None:
    """The whole command, with a limit on the size of files that it meets at different points."""
    before = busy.agency.state()
    program = (
        f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, ({room}, {room}));"
        "from jpcli.cli.entry import main; main()"
    )
    order = ["issue", "jetpack-scan", "--quantity", "3000", "--ledger", busy.agency.path, "--json"]
    ended = subprocess.run(
        [sys.executable, "-c", program, *order], cwd=ROOT, capture_output=True, check=False
    )
    error = json.loads(ended.stdout)["error"]
    assert (ended.returncode, error["code"] in {"disk_full", "disk_error"}) == (1, True)
    assert b"Traceback" not in ended.stderr
    assert busy.agency.state() == before
    assert check(busy.agency)["ok"]


# --- no turn -------------------------------------------------------------------------------------


def test_a_ledger_that_another_holds_too_long_is_busy_and_readable(
    busy: Busy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "BUSY_TIMEOUT_SECONDS", 0.1)
    before = busy.agency.state()
    other = sqlite3.connect(busy.agency.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        assert refused(lambda: write(busy.agency)) == ("ledger_busy", 75)
        assert read(busy.agency)["lines"]
        assert check(busy.agency)["ok"]
    finally:
        other.close()
    assert busy.agency.state() == before
    assert write(busy.agency)


def test_a_ledger_that_is_free_again_in_time_is_not_busy(busy: Busy) -> None:
    import threading

    other = sqlite3.connect(busy.agency.path, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    threading.Timer(0.3, other.close).start()
    assert write(busy.agency)


@pytest.mark.parametrize("name", [n for n in dir(sqlite3) if n.startswith("SQLITE_IOERR_")])
def test_what_may_have_been_written_all_the_same_is_looked_for(name: str) -> None:
    """After a failed sync the next start may find the change; after a failed read or write not."""
    error = sqlite3.OperationalError("disk I/O error")
    error.sqlite_errorcode = getattr(sqlite3, name)
    found = faults.translate(error, "ledger.db")
    assert found is not None
    assert found.hint is not None
    assert ("jpcli log --limit 1" in found.hint) == name.endswith("FSYNC")
