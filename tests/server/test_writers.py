"""Many writers at one ledger: none fails, nothing is lost, and nothing is done twice."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING, Any

from tests.cli.conftest import ENTRY
from tests.server.writing import Writer

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pytest

    from tests.server.running import Server

WRITERS, EACH = 16, 5


def test_all_of_them_get_their_licenses(
    server: Server,
    address: str,
    jpcli: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.setenv("JPCLI_WAIT", "60")
    assert jpcli("init").code == 0
    assert jpcli("cards", "add", "--brand", "visa", "--last4", "4242", "--exp", "12/2030").code == 0
    running = [Writer(tmp_path / f"writer-{number}", EACH) for number in range(WRITERS)]
    keys = [key for writer in running for key in writer.finished()]
    assert len(set(keys)) == len(keys) == WRITERS * EACH
    assert sorted(keys) == sorted(row[0] for row in jpcli("licenses", "list").rows[1:])
    assert jpcli("ledger", "check").code == 0
    with server.connect(address.rpartition("/")[2]) as connection:
        gaps = connection.execute("SELECT max(seq) - count(*), min(seq) FROM events")
        assert gaps.fetchall() == [(0, 1)]


def test_two_that_make_one_ledger(address: str, jpcli: Callable[..., Any]) -> None:
    make = f"import sys; sys.argv = ['jpcli', 'init', '--json']; {ENTRY}"
    running = [
        subprocess.Popen([sys.executable, "-c", make], stdout=subprocess.PIPE) for _ in range(4)
    ]
    codes = []
    for process in running:
        process.communicate(timeout=120)
        codes.append(process.returncode)
    assert sorted(codes) == [0, 3, 3, 3]
    assert jpcli("ledger", "check").code == 0
