"""Damage and changes behind our back on a server are found, and some can't be made."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from jpcli.ledger.database.postgres import open_server
from jpcli.ledger.database.server_inventory import inventory
from tests.server.running import Server

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parents[2]


def test_the_stored_schema_is_the_one_that_is_made(address: str, jpcli: Callable[..., Any]) -> None:
    """To renew it:   python tools/server/schema.py ADDRESS, of a new ledger"""
    assert jpcli("init").code == 0
    ledger = open_server(address, writes=False)
    try:
        found = inventory(ledger)
    finally:
        ledger.close()
    assert json.loads((ROOT / "jpcli/data/server_schema.json").read_text("utf-8")) == found


REFUSED = (
    "UPDATE events SET actor = 'eve'",
    "DELETE FROM events",
    "TRUNCATE events",
    "TRUNCATE invoices CASCADE",
    "TRUNCATE invoice_lines",
    "DELETE FROM invoices",
    "UPDATE invoices SET total_minor = 0",
    "DELETE FROM invoice_lines",
    "UPDATE invoice_lines SET amount_minor = 0",
    "INSERT INTO invoice_lines SELECT * FROM invoice_lines",
    "INSERT INTO invoice_holders (invoice_id, holder) SELECT id, 99 FROM invoices",
    "DELETE FROM invoice_shares",
    "DELETE FROM invoice_holders",
)
CHANGES = {
    "DROP TRIGGER events_are_never_changed ON events": "schema_changed",
    "ALTER TABLE events DISABLE TRIGGER events_are_never_deleted": "schema_changed",
    "DROP INDEX spans_by_license": "schema_changed",
    "ALTER TABLE licenses DROP CONSTRAINT licenses_check1": "schema_changed",
    "ALTER TABLE licenses ADD COLUMN more BIGINT": "schema_changed",
    "CREATE TABLE others (id BIGINT REFERENCES licenses (id))": "schema_changed",
    "CREATE RULE none AS ON DELETE TO cards DO INSTEAD NOTHING": "schema_changed",
    "CREATE OR REPLACE FUNCTION jpcli_refuse() RETURNS trigger LANGUAGE plpgsql AS"
    " $$ BEGIN RETURN NEW; END $$": "schema_changed",
    "UPDATE licenses SET issued_at = issued_at - 1": "state_differs",
    "DELETE FROM spans": "state_differs",
    "UPDATE chain SET latest_at = 0": "head_differs",
}


@pytest.fixture
def database(address: str, played: dict[str, str]) -> str:
    return address.rpartition("/")[2]


def test_what_is_never_changed_can_not_be(server: Server, database: str) -> None:
    import psycopg

    for statement in REFUSED:
        with server.connect(database) as connection, pytest.raises(psycopg.IntegrityError):
            connection.execute(statement)


@pytest.mark.parametrize("statement", CHANGES)
def test_what_was_changed_is_found(
    statement: str, server: Server, database: str, jpcli: Callable[..., Any]
) -> None:
    assert jpcli("ledger", "check").code == 0
    with server.connect(database) as connection:
        connection.execute(statement)
    run = jpcli("ledger", "check", "--json")
    assert run.code == 1
    assert CHANGES[statement] in {problem["code"] for problem in run.data["problems"]}


def test_a_changed_event_is_found(server: Server, database: str, jpcli: Callable[..., Any]) -> None:
    with server.connect(database) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute("UPDATE events SET actor = 'eve' WHERE seq = 20")
    run = jpcli("ledger", "check", "--json")
    assert [problem["subject"] for problem in run.data["problems"]] == ["event 20"]


def test_tables_of_others_are_told_and_no_damage(
    server: Server, database: str, jpcli: Callable[..., Any]
) -> None:
    with server.connect(database) as connection:
        connection.execute("CREATE TABLE theirs (id BIGINT)")
    run = jpcli("ledger", "check", "--json")
    assert run.code == 0
    assert "theirs" in run.out
