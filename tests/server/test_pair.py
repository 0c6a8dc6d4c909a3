"""The server that takes writes is killed while many write, and another takes its place."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest

from tests.server.pair import Pair, servers, wait_until
from tests.server.writing import Writer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

WRITERS, EACH, BEFORE = 8, 12, 24


@pytest.fixture
def pair() -> Iterator[Pair]:
    with servers() as found:
        yield found


def test_no_license_is_lost_when_the_primary_is_killed(
    pair: Pair, jpcli: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with pair.primary.connect() as connection:
        connection.execute("CREATE DATABASE ledger")
    monkeypatch.setenv("JPCLI_LEDGER", pair.address("ledger"))
    monkeypatch.setenv("JPCLI_WAIT", "45")
    assert jpcli("init").code == 0
    assert jpcli("cards", "add", "--brand", "visa", "--last4", "4242", "--exp", "12/2030").code == 0

    running = [Writer(tmp_path / f"writer-{number}", EACH) for number in range(WRITERS)]

    def answered() -> int:
        return sum(len(writer.answers()) for writer in running)

    try:
        wait_until(lambda: answered() >= BEFORE)
        pair.primary.kill()
        assert answered() < WRITERS * EACH
        time.sleep(3)
        with pair.standby.connect() as connection:
            connection.execute("SELECT pg_promote()")
        keys = [key for writer in running for key in writer.finished(60)]
    finally:
        for writer in running:
            writer.process.kill()
            writer.process.wait()
    assert len(keys) == WRITERS * EACH
    # None lost, none twice, and none that nobody was told of.
    assert sorted(keys) == sorted(row[0] for row in jpcli("licenses", "list").rows[1:])
    report = jpcli("ledger", "check", "--json").data
    assert report["ok"], report["problems"]
    assert pair.standby.ask("SELECT count(*) = max(seq) FROM events", "ledger")
