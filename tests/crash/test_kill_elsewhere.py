"""Killed with SIGKILL while a ledger is made, filled, copied or put back: nothing acknowledged is
lost, the ledger is whole, and no half-made file looks like one."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from jpcli.domain.errors import JpcliError
from tests.services.agency import BEGUN, NOW, PRICES, Agency

ROOT = Path(__file__).parent.parent.parent
LICENSES = 4_000
MOMENTS = 8


def start(*arguments: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "jpcli", *arguments],
        cwd=ROOT,
        env={**os.environ, "JPCLI_NOW": "2024-08-15T12:00:00Z"},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )


def kill_after(process: subprocess.Popen[bytes], seconds: float) -> bool:
    """True when it was still running."""
    try:
        process.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
    process.communicate()
    return process.returncode == -signal.SIGKILL


def duration(*arguments: str) -> float:
    began = time.monotonic()
    process = start(*arguments)
    process.communicate()
    assert process.returncode == 0
    return time.monotonic() - began


def moments(took: float, seed: int) -> list[float]:
    """Instants of a run, the earliest first."""
    chance = random.Random(seed)
    return sorted(took * chance.uniform(0.2, 1.05) for _ in range(MOMENTS))


def drafts(folder: Path) -> list[str]:
    """What killed processes were working on: it goes with the next one that may remove it."""
    return [path.name for path in folder.iterdir() if path.name.startswith(".jpcli-")]


def ledgers_in(folder: Path) -> list[str]:
    """Names of the files that open as a ledger, of those that somebody would take for one."""
    found = []
    for path in sorted(folder.iterdir()):
        if path.name.startswith(".jpcli-"):
            continue  # what a killed process was working on
        try:
            Agency(path).check()
        except JpcliError:
            continue
        found.append(path.name)
    return found


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("history") / "history.csv"
    rows = (f"k_{number},jetpack-scan,2024-07-01T00:00:00Z\n" for number in range(LICENSES))
    path.write_text("license_key,product,issued_at\n" + "".join(rows))
    return path


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory, history: Path) -> Agency:
    agency = Agency(tmp_path_factory.mktemp("full") / "ledger.db").init()
    agency.card(now=BEGUN)
    agency.import_file(history)
    return agency


def test_a_killed_init_leaves_a_whole_ledger_or_none(tmp_path: Path) -> None:
    prices = tmp_path / "prices.csv"
    prices.write_text(PRICES)

    def arguments(name: str) -> list[str]:
        (tmp_path / name).mkdir()
        path = tmp_path / name / "ledger.db"
        return ["init", "--prices", str(prices), "--ledger", str(path)]

    took = duration(*arguments("whole"))
    killed = 0
    for number, moment in enumerate(moments(took, 1)):
        name = f"killed{number}"
        killed += kill_after(start(*arguments(name)), moment)
        path = tmp_path / name / "ledger.db"
        if path.exists():
            whole = Agency(tmp_path / "whole" / "ledger.db")
            assert Agency(path).check()["events"] == whole.check()["events"]
        else:
            assert ledgers_in(tmp_path / name) == []
            Agency(path).init()
        assert Agency(path).check()["ok"]
        Agency(path).card(now=BEGUN)
        assert drafts(tmp_path / name) == []
    assert killed, "all of them were quicker: the test proves nothing"


def test_a_killed_import_leaves_all_of_it_or_nothing(tmp_path: Path, history: Path) -> None:
    agency = Agency(tmp_path / "ledger.db").init()
    agency.card(now=BEGUN)
    kept = agency.issue_one()
    copy = tmp_path / "copy.db"
    shutil.copyfile(agency.path, copy)
    took = duration("ledger", "import", str(history), "--ledger", str(copy))
    before = agency.state()
    killed = 0
    for moment in moments(took, 2):
        process = start("ledger", "import", str(history), "--ledger", agency.path)
        if kill_after(process, moment):
            killed += 1
        else:
            break
        report = agency.check()
        assert report["ok"]
        if report["events"] != before.events:
            break  # killed after the commit, before the answer
        assert agency.state() == before
    assert killed
    agency.import_file(history)
    assert agency.check()["events"] == before.events + LICENSES
    assert kept in agency.state().tables


def test_a_killed_backup_leaves_a_whole_copy_or_none(tmp_path: Path, full: Agency) -> None:
    before = full.state()
    took = duration("ledger", "backup", str(tmp_path / "whole.db"), "--ledger", full.path)
    killed = 0
    for number, moment in enumerate(moments(took, 3)):
        target = tmp_path / f"copy{number}.db"
        killed += kill_after(start("ledger", "backup", str(target), "--ledger", full.path), moment)
        if target.exists():
            assert Agency(target).state() == before
    assert killed
    assert full.state() == before
    assert duration("ledger", "backup", str(tmp_path / "last.db"), "--ledger", full.path)
    assert drafts(tmp_path) == []
    for name in ledgers_in(tmp_path):
        assert Agency(tmp_path / name).state() == before


def test_a_killed_restore_leaves_the_old_ledger_or_the_new_one(
    tmp_path: Path, full: Agency
) -> None:
    path, backup = tmp_path / "ledger.db", tmp_path / "backup.db"
    agency = Agency(path)
    old = Agency(backup).init()
    old.card(now=BEGUN)
    shutil.copyfile(full.path, path)
    arguments = ["ledger", "restore", str(backup), "--yes", "--ledger", str(path)]
    took = duration(*arguments)
    states = {full.state(), old.state()}
    assert agency.state() == old.state()
    killed = 0
    for moment in moments(took, 4):
        for suffix in ("-wal", "-shm"):
            Path(f"{path}{suffix}").unlink(missing_ok=True)
        shutil.copyfile(full.path, path)
        killed += kill_after(start(*arguments), moment)
        assert agency.state() in states
        assert agency.check()["ok"]
        kept = [name for name in ledgers_in(tmp_path) if "before-restore" in name]
        if agency.state() == old.state():
            assert kept, "the ledger that was there is gone"
        for name in kept:
            assert Agency(tmp_path / name).state() == full.state()
            (tmp_path / name).unlink()
        agency.card("1881", now=NOW)
        assert drafts(tmp_path) == []
    assert killed


ISSUER = """
import sys
sys.path.insert(0, {root!r})
from tests.services.agency import Agency
agency = Agency({path!r})
while True:
    sys.stdout.write(agency.issue_one() + "\\n")
    sys.stdout.flush()
"""


@pytest.mark.parametrize("part", range(4))
def test_what_was_acknowledged_before_the_kill_is_there(tmp_path: Path, part: int) -> None:
    """Two processes issue licenses one by one; both are killed at some moment."""
    agency = Agency(tmp_path / "ledger.db").init()
    agency.card(now=BEGUN)
    program = ISSUER.format(root=str(ROOT), path=agency.path)
    running = [
        subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE) for _ in range(2)
    ]
    told = [line.stdout.readline() for line in running if line.stdout]  # both are at work
    time.sleep(random.Random(part).uniform(0.05, 0.5))
    for process in running:
        process.kill()
    for process in running:
        out, _ = process.communicate()
        told += out.splitlines(keepends=True)
    keys = [line.decode().strip() for line in told if line.endswith(b"\n")]
    tables = agency.state().tables
    assert len(keys) > 4
    assert [key for key in keys if key not in tables] == []
    assert agency.check()["ok"]
    assert agency.issue_one()
