"""The look at a ledger's file costs nobody the locks that SQLite has on it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from jpcli.domain.errors import JpcliError
from jpcli.ledger.database.engines import open_ledger
from jpcli.services.licenses import issue
from tests.ledger.conftest import Busy
from tests.services.agency import plain

pytestmark = pytest.mark.file("the header of a file, and its locks")

ROOT = Path(__file__).parents[3]
OTHER = "from tests.services.agency import Agency; print(Agency({path!r}).issue_one())"


def another_process_issues(path: str) -> str:
    program = OTHER.format(path=path)
    run = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return run.stdout.strip()


@pytest.mark.parametrize("writes", [True, False])
def test_what_is_issued_where_a_ledger_is_open_twice_is_kept(busy: Busy, writes: bool) -> None:
    """The other process is the last one as far as it can see, and would remove the log."""
    agency = busy.agency
    with agency.desk(writes=writes) as first, agency.desk() as desk:
        first.ledger.value("SELECT COUNT(*) FROM events")
        desk.ledger.value("SELECT COUNT(*) FROM events")
        keys = [another_process_issues(agency.path)]
        assert Path(agency.path + "-wal").exists()
        (told,) = plain(issue.issue(desk, "jetpack-scan", 1))["licenses"]
        keys += [told["license_key"], another_process_issues(agency.path)]
    tables = agency.state().tables
    assert [key for key in keys if key not in tables] == []
    assert agency.check()["ok"]


def test_a_file_is_looked_at_again_when_it_was_closed(busy: Busy) -> None:
    open_ledger(busy.agency.path, writes=True).close()
    Path(busy.agency.path).write_bytes(b"rubbish")
    with pytest.raises(JpcliError) as caught:
        open_ledger(busy.agency.path, writes=True)
    assert caught.value.code == "not_a_ledger"
