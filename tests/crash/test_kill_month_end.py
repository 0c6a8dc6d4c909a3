"""The end of a month, killed with SIGKILL anywhere: run again it ends as if nothing had been."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from jpcli.services.licenses import assign
from jpcli.services.month_end.files import Wanted
from jpcli.services.month_end.month_end import month_end
from tests.services.agency import BEGUN, Agency

CLIENTS = 40
JULY, AUGUST = "2024-07-01T09:00:00Z", "2024-08-01T09:00:00Z"


def start(agency: Agency, folder: Path) -> subprocess.Popen[bytes]:
    words = ["month-end", "--output", str(folder), "--as", "html", "--as", "csv"]
    return subprocess.Popen(
        [sys.executable, "-m", "jpcli", *words, "--ledger", agency.path, "--actor", "ann"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "JPCLI_NOW": AUGUST},
    )


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()} if folder.exists() else {}


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Agency:
    agency = Agency(tmp_path_factory.mktemp("begun") / "ledger.db").init()
    agency.card(now=BEGUN)
    keys = agency.issue("jetpack-scan", CLIENTS, now=JULY)
    for number, key in enumerate(keys):
        site, client = f"https://s{number}.example", f"Client {number}"
        agency.do(assign.assign, [key], site, client, now=JULY)
    return agency


@pytest.mark.parametrize("part", [0, 1, 2, 17, 40, 79, 81, 83])
def test_killed_anywhere_it_ends_the_same(begun: Agency, tmp_path: Path, part: int) -> None:
    """It is killed as soon as so many files are there."""
    whole = begun.copied(tmp_path / "whole.db")
    wanted = Wanted(str(tmp_path / "whole"), ("html", "csv"), ("beancount",))
    whole.do(month_end, None, wanted, now=AUGUST)
    expected = contents(tmp_path / "whole")
    assert len(expected) == 2 * CLIENTS + 4
    agency, folder = begun.copied(tmp_path / "ledger.db"), tmp_path / "bills"
    process = start(agency, folder)
    until = time.monotonic() + 60
    while process.poll() is None and time.monotonic() < until:
        if len(list(folder.glob("INV*"))) >= part:
            break
    process.send_signal(signal.SIGKILL)
    process.wait(timeout=60)
    for name, found in contents(folder).items():
        if name.startswith("INV"):
            assert found == expected[name]  # no half of a file
    assert start(agency, folder).wait(timeout=120) == 0
    assert contents(folder) == expected
    assert agency.problems() == []
