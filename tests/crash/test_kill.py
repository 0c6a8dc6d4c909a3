"""Killed with SIGKILL in the middle of a bulk issue: all of it is there, or none."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.services.agency import BEGUN, Agency

ROWS = 20_000


def running(agency: Agency, source: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "jpcli", "issue", "--from", str(source), "--ledger", agency.path],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


@pytest.mark.parametrize("part", [0.2, 0.4, 0.6, 0.8, 0.95])
def test_a_bulk_issue_that_is_killed_leaves_all_or_nothing(tmp_path: Path, part: float) -> None:
    agency = Agency(tmp_path / "ledger.db").init()
    agency.card(now=BEGUN)
    (kept,) = agency.issue("jetpack-scan")
    source = tmp_path / "orders.csv"
    source.write_text("product\n" + "jetpack-ai\n" * ROWS, encoding="utf-8")
    whole = Agency(tmp_path / "whole.db").init()
    whole.card(now=BEGUN)
    began = time.monotonic()
    assert running(whole, source).wait(timeout=120) == 0
    took = time.monotonic() - began
    process = running(agency, source)
    time.sleep(took * part)
    process.kill()
    process.wait(timeout=120)
    assert agency.problems() == []
    counted = agency.preview("2024-09", by="license")["groups"]
    assert kept in {group["license_key"] for group in counted}
    assert len(counted) in (1, 1 + ROWS)
    agency.issue("jetpack-scan")
    assert agency.problems() == []
