"""Eight real processes on one ledger: nothing is lost, nothing is made twice, nobody is turned
away."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from tests.services.agency import BEGUN, Agency

PROCESSES = 8
ROUNDS = 5


def start(agency: Agency, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "jpcli", *arguments, "--ledger", agency.path, "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def answers(running: list[subprocess.Popen[str]]) -> list[dict[str, object]]:
    """What each of them said; all must have succeeded."""
    found = []
    for process in running:
        out, err = process.communicate(timeout=120)
        assert process.returncode == 0, (out, err)
        found.append(json.loads(out)["data"])
    return found


def keys_of(data: dict[str, object]) -> list[str]:
    licenses = data["licenses"]
    assert isinstance(licenses, list)
    return [item["license_key"] for item in licenses]


def test_eight_processes_that_issue_at_once_lose_and_double_nothing(tmp_path: Path) -> None:
    agency = Agency(tmp_path / "ledger.db").init()
    agency.card(now=BEGUN)
    said: list[str] = []
    for _ in range(ROUNDS):
        running = [start(agency, "issue", "jetpack-scan", "--quantity", "3") for _ in range(8)]
        for data in answers(running):
            said += keys_of(data)
    assert len(said) == len(set(said)) == PROCESSES * ROUNDS * 3
    listed = answers([start(agency, "licenses", "list")])[0]
    assert sorted(keys_of(listed)) == sorted(said)
    assert agency.problems() == []


def test_eight_processes_with_one_idempotency_key_issue_once(tmp_path: Path) -> None:
    agency = Agency(tmp_path / "ledger.db").init()
    agency.card(now=BEGUN)
    order = ("issue", "jetpack-ai", "--idempotency-key", "order-7")
    found = {tuple(keys_of(data)) for data in answers([start(agency, *order) for _ in range(8)])}
    assert len(found) == 1
    assert len(keys_of(answers([start(agency, "licenses", "list")])[0])) == 1
    assert agency.problems() == []


def test_eight_processes_that_make_the_ledger_at_once_make_one(tmp_path: Path) -> None:
    agency = Agency(tmp_path / "ledger.db")
    running = [start(agency, "init", "--prices", "none") for _ in range(PROCESSES)]
    for process in running:
        process.communicate(timeout=120)
    assert sorted(process.returncode for process in running) == [0] + [3] * (PROCESSES - 1)
    assert agency.problems() == []
    assert [path.name for path in tmp_path.iterdir() if path.suffix == ".tmp"] == []
