"""Readers beside writing processes: each answer is one moment of the ledger, never two."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from jpcli.services.billing.preview import preview
from jpcli.services.ledger import upkeep
from tests.services.agency import BEGUN, Agency, minor, plain

ROOT = Path(__file__).parent.parent.parent
WRITERS = 3
LOOKS = 15

# Issues on one site, moves to the other, revokes every second one: states differ at each moment.
WRITER = """
import sys
sys.path.insert(0, {root!r})
from tests.services.agency import A, Agency, B
agency = Agency({path!r})
while True:
    first, second = agency.issue("jetpack-scan", 2, site=A, at="2024-07-01")
    agency.transfer(first, B, at="2024-07-10")
    agency.revoke(second, at="2024-07-20")
    sys.stdout.write("x\\n")
    sys.stdout.flush()
"""


@pytest.fixture
def busy(tmp_path: Path) -> Iterator[Agency]:
    """A ledger to which other processes write all the time."""
    agency = Agency(tmp_path / "ledger.db").init()
    agency.card(now=BEGUN)
    program = WRITER.format(root=str(ROOT), path=agency.path)
    running = [
        subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE)
        for _ in range(WRITERS)
    ]
    for process in running:
        assert process.stdout is not None
        assert process.stdout.readline() == b"x\n"
    yield agency
    ended = [process.poll() for process in running]
    for process in running:
        process.kill()
        process.communicate()
    assert ended == [None] * WRITERS, "a writer failed"
    assert agency.problems() == []


def test_a_check_beside_writers_finds_nothing_wrong(busy: Agency) -> None:
    reports = [busy.check() for _ in range(LOOKS)]
    assert [report["problems"] for report in reports] == [[]] * LOOKS
    assert reports[0]["events"] < reports[-1]["events"], "nothing was written meanwhile"


@pytest.mark.parametrize("by", ["site", "license", "day"])
def test_a_preview_beside_writers_adds_up(busy: Agency, by: str) -> None:
    totals = []
    for _ in range(LOOKS):
        with busy.desk(writes=False) as desk:
            july = plain(preview(desk, "2024-07", by=by))
            again = plain(preview(desk, "2024-07", by=by))
        assert july == again
        assert sum(minor(group["amount"]) for group in july["groups"]) == minor(july["total"])
        days = sum(line["license_days"] for line in july["lines"])
        assert sum(group["days"] for group in july["groups"]) == days
        totals.append(minor(july["total"]))
    assert totals[0] < totals[-1], "nothing was written meanwhile"


def test_an_export_beside_writers_is_one_moment(busy: Agency, tmp_path: Path) -> None:
    """A license and its stay are two rows of two tables, and were written at once."""
    for _ in range(LOOKS):
        rows = busy.ask(upkeep.export)["licenses"]
        assert len(rows) % 2 == 0
        assert all(row["assignments"] for row in rows)
