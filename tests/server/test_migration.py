"""A ledger on a server of an older schema: the first command of a newer jpcli makes it anew."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from threading import Event
from typing import TYPE_CHECKING, Any

import pytest

from jpcli.ledger.database.postgres import open_server
from jpcli.ledger.database.schema import SCHEMA_VERSION
from jpcli.ledger.upkeep.server import pour
from jpcli.ledger.upkeep.server_migration import bring_up_to_date_on_server
from tests.cli.lines import NOW
from tests.server.pair import wait_until
from tests.server.running import Server

if TYPE_CHECKING:
    from collections.abc import Callable

    import psycopg

# The second schema had no such tables; nor is anything of what it has believed, but the events.
AGED = (
    "DROP TABLE wishes, runs, connections",
    "DELETE FROM spans",
    "ALTER TABLE sites ADD COLUMN color TEXT",
    "COMMENT ON TABLE events IS 'jpcli ledger, schema 2'",
)
READS = ("licenses list", "invoice preview --by site", "invoice list", "log", "ledger check")
EVENTS = "SELECT * FROM events ORDER BY seq"
MARK = "SELECT obj_description(to_regclass('events'), 'pg_class')"


class Old:
    """The ledger of `lines`, as the second schema had it, and what it answered when it was new."""

    def __init__(self, server: Server, address: str, jpcli: Callable[..., Any]) -> None:
        self.server, self.address, self.jpcli = server, address, jpcli
        self.answers = self.read()
        with self.connect() as hand:
            self.events = hand.execute(EVENTS).fetchall()
            for statement in AGED:
                hand.execute(statement)

    def connect(self) -> psycopg.Connection[Any]:
        return self.server.connect(self.address.rpartition("/")[2])

    def read(self) -> list[Any]:
        return [self.jpcli(*words.split(), "--json", now=NOW) for words in READS]

    @property
    def version(self) -> int:
        with self.connect() as hand:
            (mark,) = hand.execute(MARK).fetchone() or ("",)
            assert hand.execute(EVENTS).fetchall() == self.events
        return int(str(mark).rpartition(" ")[2])


@pytest.fixture
def old(server: Server, address: str, played: dict[str, str], jpcli: Callable[..., Any]) -> Old:
    assert played
    return Old(server, address, jpcli)


@pytest.mark.parametrize("words", [*READS, "issue jetpack-scan --dry-run", "clients add Zoe"])
def test_whoever_comes_first_brings_it_up_to_date(old: Old, words: str) -> None:
    assert old.version == 2
    run = old.jpcli(*words.split(), "--json", now=NOW)
    assert run.code == 0, run.err
    if not words.startswith("clients"):
        assert old.version == SCHEMA_VERSION
        assert old.read() == old.answers
    assert old.jpcli("ledger", "check", "--json", now=NOW).data["ok"]


@pytest.mark.parametrize("harm", ["UPDATE events SET actor = 'eve'", "DELETE FROM events"])
def test_damaged_events_stop_it_and_nothing_is_written(old: Old, harm: str) -> None:
    with old.connect() as hand:
        hand.execute("ALTER TABLE events DISABLE TRIGGER USER")
        hand.execute(f"{harm} WHERE seq = 20")
        old.events = hand.execute(EVENTS).fetchall()
    for words in (("status",), ("issue", "jetpack-scan")):
        run = old.jpcli(*words, "--json", now=NOW)
        assert (run.code, run.error["code"]) == (1, "ledger_damaged")
    assert old.version == 2
    with old.connect() as hand:
        assert hand.execute("SELECT color FROM sites").fetchall()


# --- who may only look ---------------------------------------------------------------------------


def test_who_may_only_read_has_the_same_answers_and_changes_nothing(
    old: Old, monkeypatch: pytest.MonkeyPatch
) -> None:
    with old.connect() as hand:
        hand.execute("DROP ROLE IF EXISTS older_reader")
        hand.execute("CREATE ROLE older_reader LOGIN IN ROLE pg_read_all_data")
    database = old.address.rpartition("/")[2]
    monkeypatch.setenv("JPCLI_LEDGER", old.server.address(database, "older_reader"))
    assert old.read() == old.answers
    run = old.jpcli("issue", "jetpack-scan", "--json", now=NOW)
    assert (run.code, run.error["code"]) == (3, "read_only")
    assert old.version == 2


# --- killed, many at once, and meanwhile ---------------------------------------------------------

KILLED = """
import os, signal, sys
from jpcli.ledger.database.postgres import PostgresLedger
from jpcli.ledger.upkeep import server_migration

def dying(do, before):
    def call(*args, **options):
        found = None if before else do(*args, **options)
        if name == "pour":
            args[1]._ask()  # what waits to be sent
        os.kill(os.getpid(), signal.SIGKILL)
    return call

name, before = sys.argv[2:]
owner = PostgresLedger if name == "_end" else server_migration
setattr(owner, name, dying(getattr(owner, name), before == "before"))
server_migration.bring_up_to_date_on_server(sys.argv[1])
"""
MOMENTS = [("rebuild", "before"), ("rebuild", "after"), ("pour", "before"), ("pour", "after")]


@pytest.mark.parametrize(("name", "when"), [*MOMENTS, ("_end", "before")])
def test_killed_in_the_middle_it_is_as_before(old: Old, name: str, when: str) -> None:
    command = [sys.executable, "-c", KILLED, old.address, name, when]
    process = subprocess.run(command, check=False, timeout=120, capture_output=True, text=True)
    assert process.returncode == -signal.SIGKILL, process.stderr
    assert old.version == 2
    assert old.read() == old.answers
    assert old.version == SCHEMA_VERSION


def test_killed_after_it_was_kept_it_is_done(old: Old) -> None:
    command = [sys.executable, "-c", KILLED, old.address, "_end", "after"]
    process = subprocess.run(command, check=False, timeout=120, capture_output=True, text=True)
    assert process.returncode == -signal.SIGKILL, process.stderr
    assert old.version == SCHEMA_VERSION
    assert old.read() == old.answers


def test_eight_processes_at_once_do_it_once(old: Old) -> None:
    commands = [["ledger", "check"], ["licenses", "list"], ["issue", "jetpack-scan"], ["log"]] * 2
    running = [
        subprocess.Popen(
            [sys.executable, "-m", "jpcli", *command, "--json"],
            env={**os.environ, "JPCLI_NOW": NOW, "JPCLI_WAIT": "60"},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for command in commands
    ]
    for process in running:
        out, err = process.communicate(timeout=120)
        assert process.returncode == 0, (out, err)
        assert json.loads(out)["data"]
    with old.connect() as hand:
        (mark,) = hand.execute(MARK).fetchone() or ("",)
    assert str(mark).endswith(f" {SCHEMA_VERSION}")
    found = old.jpcli("ledger", "check", "--json", now=NOW).data
    assert found["ok"]
    assert found["events"] > len(old.events)


def test_a_reader_of_the_old_one_is_waited_for(old: Old, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JPCLI_WAIT", "1")
    with old.connect() as reader, reader.transaction():
        reader.execute("SELECT * FROM meta")
        run = old.jpcli("status", "--json", now=NOW)
        assert (run.code, run.error["code"]) == (75, "ledger_busy")
    assert old.version == 2
    assert old.read() == old.answers


def test_a_writer_in_the_line_behind_a_newer_jpcli_writes_nothing(
    old: Old, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It opened the ledger when that was its own, and stood in line while it was made newer."""
    old.read()
    from jpcli.ledger.database.postgres import PostgresLedger

    begin = PostgresLedger.transaction

    def newer(ledger: PostgresLedger, **options: Any) -> Any:
        with old.connect() as hand:
            hand.execute("COMMENT ON TABLE events IS 'jpcli ledger, schema 99'")
        return begin(ledger, **options)

    monkeypatch.setattr(PostgresLedger, "transaction", newer)
    run = old.jpcli("issue", "jetpack-scan", "--json", now=NOW)
    assert (run.code, run.error["code"]) == (2, "ledger_newer")
    assert old.version == 99


def test_who_opens_it_meanwhile_waits_and_has_the_new_one(
    old: Old, monkeypatch: pytest.MonkeyPatch
) -> None:
    paused, go = Event(), Event()

    def paused_pour(source: Any, target: Any, **options: Any) -> None:
        target._ask()  # what waits to be sent
        paused.set()
        assert go.wait(60)
        pour(source, target, **options)

    def spans() -> int:
        with closing(open_server(old.address, writes=False)) as ledger:
            return int(ledger.value("SELECT COUNT(*) FROM spans"))

    monkeypatch.setattr("jpcli.ledger.upkeep.server_migration.pour", paused_pour)
    with ThreadPoolExecutor(2) as threads, old.connect() as hand:
        first = threads.submit(bring_up_to_date_on_server, old.address)
        assert paused.wait(60)
        second = threads.submit(spans)
        waits = "SELECT COUNT(*) FROM pg_locks WHERE NOT granted"
        wait_until(lambda: hand.execute(waits).fetchall() == [(1,)])
        go.set()
        first.result(60)
        assert second.result(60) > 0
