"""A ledger that the first schema wrote, opened today: the newest schema, the same events.

The two files were made by the release before the second schema: closed, void and paid invoices,
an adjustment, a bundle with a child replaced, an import, an idempotency key; one of them collects
through Stripe and has a wish that was never answered.
"""

from __future__ import annotations

import gzip
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from jpcli.domain.errors import JpcliError
from jpcli.ledger.database import schema
from jpcli.services.invoices import invoices
from jpcli.services.ledger import upkeep
from tests.ledger.database.test_faults import without_rights
from tests.services.agency import Agency

pytestmark = pytest.mark.file("a file of the first schema; tests/server has a migration of its own")

DATA = Path(__file__).parents[2] / "data"
NAMES = ("offline", "stripe")
NOW = "2024-08-15T12:00:00Z"
Rows = list[tuple[Any, ...]]


def old(name: str, folder: Path) -> Agency:
    path = folder / "ledger.db"
    path.write_bytes(gzip.decompress((DATA / f"ledger-1-{name}.db.gz").read_bytes()))
    return Agency(path, NOW)


@pytest.fixture(params=NAMES)
def agency(request: pytest.FixtureRequest, tmp_path: Path) -> Agency:
    return old(request.param, tmp_path)


def rows(path: str | Path, sql: str) -> Rows:
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        return connection.execute(sql).fetchall()
    finally:
        connection.close()


def log_of(path: str | Path) -> tuple[Rows, Rows]:
    return rows(path, "SELECT * FROM events ORDER BY seq"), rows(path, "SELECT * FROM chain")


def version(path: str | Path) -> int:
    return int(rows(path, "PRAGMA user_version")[0][0])


def kept(agency: Agency) -> list[Path]:
    return sorted(Path(agency.path).parent.glob("ledger.db.schema-1*"))


def test_the_files_are_what_they_should_be(agency: Agency) -> None:
    assert version(agency.path) == 1
    kinds = {row[0] for row in rows(agency.path, "SELECT kind FROM events")}
    assert {"invoice.closed", "license.imported", "license.transferred"} <= kinds
    adjusted = rows(agency.path, "SELECT 1 FROM invoice_lines WHERE kind = 'adjustment'")
    assert adjusted


@pytest.mark.parametrize("writes", [True, False])
def test_whoever_opens_it_brings_it_up_to_date(agency: Agency, writes: bool) -> None:
    before = log_of(agency.path)
    with agency.desk(writes=writes) as desk:
        assert [desk.kept] == [str(path) for path in kept(agency)]
    assert version(agency.path) == schema.SCHEMA_VERSION
    assert log_of(agency.path) == before
    assert agency.problems() == []
    with agency.desk(writes=writes) as desk:
        assert desk.kept is None
    assert len(kept(agency)) == 1


def test_the_copy_that_is_kept_is_the_old_ledger(agency: Agency) -> None:
    before, state = log_of(agency.path), agency.state()
    agency.check()
    (copy,) = kept(agency)
    assert version(copy) == 1
    assert log_of(copy) == before
    assert Agency(copy).state().tables == state.tables
    assert copy.stat().st_mode & 0o777 == 0o600
    copied = Agency(copy, NOW)
    assert copied.problems() == []


def test_what_was_closed_stays_what_was_billed(agency: Agency) -> None:
    sql = "SELECT number, period, status, total_minor, content_hash FROM invoices ORDER BY id"
    lines = "SELECT invoice_id, position, amount_minor, days FROM invoice_lines ORDER BY 1, 2"
    before = rows(agency.path, sql), rows(agency.path, lines)
    listed = agency.ask(invoices.list_invoices)["invoices"]
    assert (rows(agency.path, sql), rows(agency.path, lines)) == before
    assert len(listed) == len(before[0])


def test_it_goes_on_working(tmp_path: Path) -> None:
    agency = old("offline", tmp_path)
    agency.issue("jetpack-scan", now="2024-05-30T00:00:00Z", at="2024-05-29T23:00:00Z")
    assert agency.problems() == []


@pytest.mark.parametrize("dry_run", [True, False])
def test_a_dry_run_may_be_the_first_command(agency: Agency, dry_run: bool) -> None:
    before = log_of(agency.path)
    agency.set_price("jetpack-scan", "0.20", "2024-08-20", dry_run=dry_run)
    assert (log_of(agency.path) == before) == dry_run
    assert agency.problems() == []


# --- killed, many at once ------------------------------------------------------------------------

KILLED = """
import os, signal, sys
from jpcli.ledger.database import tables
from jpcli.ledger.upkeep import migration

def dying(do, before):
    def call(*args, **options):
        if not before:
            do(*args, **options)
        os.kill(os.getpid(), signal.SIGKILL)
    return call

where, name, before = sys.argv[2:5]
module = {"migration": migration, "tables": tables}[where]
setattr(module, name, dying(getattr(module, name), before == "before"))
migration.bring_up_to_date(sys.argv[1], keep=True)
"""
MOMENTS = [
    ("migration", "_keep", "before"),
    ("migration", "_linked", "before"),
    ("migration", "_keep", "after"),
    ("tables", "remake_state", "after"),
    ("migration", "replay", "after"),
    ("migration", "rebuild", "after"),
]


@pytest.mark.parametrize(("where", "name", "when"), MOMENTS)
def test_killed_in_the_middle_it_is_as_before(
    tmp_path: Path, where: str, name: str, when: str
) -> None:
    agency = old("stripe", tmp_path)
    before = log_of(agency.path)
    process = subprocess.run(
        [sys.executable, "-c", KILLED, agency.path, where, name, when], check=False, timeout=120
    )
    assert process.returncode == -signal.SIGKILL
    assert version(agency.path) == 1
    assert log_of(agency.path) == before
    assert agency.problems() == []
    assert version(agency.path) == schema.SCHEMA_VERSION
    assert log_of(agency.path) == before


def test_eight_processes_at_once_do_it_once(agency: Agency) -> None:
    before = log_of(agency.path)
    commands = [["ledger", "check"], ["licenses", "list"], ["invoice", "list"], ["status"]] * 2
    running = [
        subprocess.Popen(
            [sys.executable, "-m", "jpcli", *command, "--ledger", agency.path, "--json"],
            env={**os.environ, "JPCLI_NOW": NOW},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for command in commands
    ]
    told = []
    for process in running:
        out, err = process.communicate(timeout=120)
        assert process.returncode == 0, (out, err)
        assert json.loads(out)["data"]
        told.append("Brought the ledger up to date" in err)
    assert sum(told) == 1
    assert len(kept(agency)) == 1
    assert log_of(agency.path) == before
    assert agency.problems() == []


# --- what can't be brought up to date ------------------------------------------------------------


def changed_event(agency: Agency) -> None:
    agency.sql(
        "DROP TRIGGER events_are_never_changed",
        "UPDATE events SET actor = 'eve' WHERE seq = 20",
    )


def missing_event(agency: Agency) -> None:
    agency.sql("DROP TRIGGER events_are_never_deleted", "DELETE FROM events WHERE seq = 20")


def no_last_event(agency: Agency) -> None:
    agency.sql(
        "DROP TRIGGER events_are_never_deleted",
        "DELETE FROM events WHERE seq = (SELECT MAX(seq) FROM events)",
    )


def no_events(agency: Agency) -> None:
    agency.sql("PRAGMA foreign_keys = OFF", "DROP TABLE events")


def no_meta(agency: Agency) -> None:
    agency.sql("DROP TABLE meta")


@pytest.mark.parametrize("harm", [changed_event, missing_event, no_last_event, no_events, no_meta])
@pytest.mark.parametrize("writes", [True, False])
def test_damaged_events_stop_it_and_nothing_is_written(
    agency: Agency, harm: Any, writes: bool
) -> None:
    harm(agency)
    content = Path(agency.path).read_bytes()
    with pytest.raises(JpcliError) as caught, agency.desk(writes=writes):
        pass
    assert (caught.value.code, caught.value.exit_code) == ("ledger_damaged", 1)
    assert caught.value.hint == "Restore the last backup:   jpcli ledger restore FILE"
    assert Path(agency.path).read_bytes() == content


def test_a_table_of_somebody_else_is_left_alone(agency: Agency) -> None:
    orphan = "CREATE TABLE replies (note REFERENCES notes (rowid))"
    agency.sql("CREATE TABLE notes (text TEXT)", "INSERT INTO notes VALUES ('mine')")
    agency.sql(orphan, "INSERT INTO replies VALUES (9)")
    assert agency.problems() == []
    assert rows(agency.path, "SELECT * FROM notes") == [("mine",)]


@pytest.fixture
def shared(agency: Agency) -> Iterator[Agency]:
    """The old ledger in a folder that others may look into and not write in."""
    folder = Path(tempfile.mkdtemp(prefix="jpcli-rights-", dir="/tmp"))
    path = folder / "ledger.db"
    shutil.copyfile(agency.path, path)
    agency.check()
    assert agency.preview("2024-08")["lines"]  # imports whatever it needs while that may be read
    path.chmod(0o444)
    folder.chmod(0o555)
    yield Agency(path, NOW)
    folder.chmod(0o755)
    shutil.rmtree(folder)


def test_where_it_cant_be_written_it_can_be_read(shared: Agency) -> None:
    before = Path(shared.path).read_bytes()
    with without_rights():
        assert shared.problems() == []
        assert shared.preview("2024-08")["lines"]
        with pytest.raises(JpcliError) as caught:
            shared.issue("jetpack-scan")
    assert caught.value.code in ("ledger_read_only", "ledger_unreadable")
    assert Path(shared.path).read_bytes() == before
    assert os.listdir(Path(shared.path).parent) == ["ledger.db"]


# --- copies --------------------------------------------------------------------------------------


def test_a_backup_of_the_old_schema_is_restored_up_to_date(agency: Agency, tmp_path: Path) -> None:
    backup = tmp_path / "backup.db"
    backup.write_bytes(Path(agency.path).read_bytes())
    before = log_of(backup)
    new = Agency(tmp_path / "new.db", NOW)
    upkeep.restore(new.path, str(backup), replace=False)
    assert version(new.path) == schema.SCHEMA_VERSION
    assert log_of(new.path) == before
    assert new.problems() == []
    assert version(backup) == 1


def test_an_old_ledger_is_replaced_and_kept_as_it_was(agency: Agency, tmp_path: Path) -> None:
    new = Agency(tmp_path / "new.db", NOW).init()
    upkeep.restore(agency.path, new.path, replace=True)
    assert agency.problems() == []
    assert version(f"{agency.path}.before-restore-1") == 1


def test_a_backup_of_an_old_ledger_is_up_to_date(agency: Agency, tmp_path: Path) -> None:
    agency.ask(upkeep.backup, str(tmp_path / "backup.db"))
    assert version(tmp_path / "backup.db") == schema.SCHEMA_VERSION
