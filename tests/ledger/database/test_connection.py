"""How a ledger is opened: durable writes, guarded references, readers that can't write."""

from __future__ import annotations

import sqlite3

import pytest

from jpcli.domain.errors import JpcliError
from jpcli.ledger.database.engines import open_ledger
from jpcli.services.ledger import settings
from tests.ledger.conftest import Busy

pytestmark = pytest.mark.file("SQLite's transactions; those of a server are in tests/server")

FULL = 2


def test_a_commit_is_on_the_disk_before_it_is_acknowledged(busy: Busy) -> None:
    """A power cut can't be tried here; this is what SQLite must have been told for it."""
    ledger = open_ledger(busy.agency.path, writes=True)
    assert ledger.value("PRAGMA synchronous") == FULL
    assert ledger.value("PRAGMA journal_mode") == "wal"
    ledger.close()


@pytest.mark.parametrize("writes", [True, False])
def test_references_are_enforced(busy: Busy, writes: bool) -> None:
    ledger = open_ledger(busy.agency.path, writes=writes)
    assert ledger.value("PRAGMA foreign_keys") == 1
    ledger.close()


def test_a_reader_cant_write(busy: Busy) -> None:
    before = busy.agency.state()
    ledger = open_ledger(busy.agency.path, writes=False)
    with pytest.raises(JpcliError) as caught:
        ledger.execute("UPDATE prices SET day_price_e12 = 0")
    ledger.close()
    assert caught.value.code == "ledger_read_only"
    assert busy.agency.state() == before


def test_a_reader_sees_one_moment(busy: Busy) -> None:
    ledger = open_ledger(busy.agency.path, writes=False)
    count = ledger.value("SELECT COUNT(*) FROM events")
    busy.agency.issue_one()
    assert ledger.value("SELECT COUNT(*) FROM events") == count
    ledger.close()
    assert busy.agency.state().events == count + 1


def test_an_error_of_ours_in_sql_is_not_taken_for_damage(busy: Busy) -> None:
    ledger = open_ledger(busy.agency.path, writes=False)
    with pytest.raises(sqlite3.OperationalError, match="no such table"):
        ledger.value("SELECT 1 FROM misspelt")
    ledger.close()


def test_an_error_that_a_missing_table_makes_is(busy: Busy) -> None:
    busy.agency.sql("PRAGMA foreign_keys = OFF", "DROP TABLE spans")
    with pytest.raises(JpcliError) as caught:
        busy.agency.preview("2024-07")
    assert (caught.value.code, caught.value.exit_code) == ("ledger_damaged", 1)


def test_a_change_that_fails_half_way_is_undone(busy: Busy) -> None:
    before = busy.agency.state()
    ledger = open_ledger(busy.agency.path, writes=True)

    def half_a_change() -> None:
        with ledger.transaction():
            ledger.execute("UPDATE prices SET day_price_e12 = 0")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        half_a_change()
    ledger.close()
    assert busy.agency.state() == before


def test_an_open_ledger_keeps_no_fact_that_another_process_may_change(busy: Busy) -> None:
    ledger = open_ledger(busy.agency.path, writes=False)
    kept = set(ledger.meta)
    ledger.close()
    assert kept
    # That changes once, and what may not be done after it asks again (`moved_to_stripe`).
    changing = {key.replace("-", "_") for key in settings.KEYS} - {settings.PAYMENTS}
    assert kept.isdisjoint({*settings.KEYS} - {settings.PAYMENTS})
    assert kept.isdisjoint(changing)
