"""The server that takes writes is killed while many write, and another takes its place."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.server.pair import Pair, servers, wait_until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

WRITERS, EACH, BEFORE = 8, 12, 24
# A line an order, as soon as it is answered: what `issue` says, and how it ended.
_WRITER = """
import io, json, sys
from contextlib import redirect_stdout
from jpcli.cli.app.root import run
for number in range(int(sys.argv[1])):
    said = io.StringIO()
    with redirect_stdout(said):
        code = run(["issue", "jetpack-scan", "--json"])
    print(json.dumps([code, said.getvalue()]), flush=True)
"""


@pytest.fixture
def pair() -> Iterator[Pair]:
    with servers() as found:
        yield found


def orders(file: Path) -> list[Any]:
    return [json.loads(line) for line in file.read_text().splitlines(keepends=True) if "\n" in line]


def test_no_license_is_lost_when_the_primary_is_killed(
    pair: Pair, jpcli: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with pair.primary.connect() as connection:
        connection.execute("CREATE DATABASE ledger")
    monkeypatch.setenv("JPCLI_LEDGER", pair.address("ledger"))
    monkeypatch.setenv("JPCLI_WAIT", "45")
    assert jpcli("init").code == 0
    assert jpcli("cards", "add", "--brand", "visa", "--last4", "4242", "--exp", "12/2030").code == 0

    files = [tmp_path / f"writer-{number}" for number in range(WRITERS)]
    running = []
    for file in files:
        with file.open("wb") as answers:
            command = [sys.executable, "-c", _WRITER, str(EACH)]
            running.append(subprocess.Popen(command, stdout=answers))
    try:
        wait_until(lambda: sum(map(len, map(orders, files))) >= BEFORE)
        pair.primary.kill()
        acknowledged = sum(map(len, map(orders, files)))
        time.sleep(3)
        with pair.standby.connect() as connection:
            assert acknowledged < WRITERS * EACH
            connection.execute("SELECT pg_promote()")
        for process in running:
            assert process.wait(60) == 0
    finally:
        for process in running:
            process.kill()
            process.wait()

    done = [order for file in files for order in orders(file)]
    assert [order for order in done if order[0] != 0] == []
    keys = [row["license_key"] for _, said in done for row in json.loads(said)["data"]["licenses"]]
    assert len(keys) == WRITERS * EACH
    # None lost, none twice, and none that nobody was told of.
    assert sorted(keys) == sorted(row[0] for row in jpcli("licenses", "list").rows[1:])
    report = jpcli("ledger", "check", "--json").data
    assert report["ok"], report["problems"]
    assert pair.standby.ask("SELECT count(*) = max(seq) FROM events", "ledger")
