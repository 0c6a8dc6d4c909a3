"""Licenses that are at Jetpack, in a ledger on a server: wishes, kills and runs as in a file."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from tests.forked import Forked
from tests.jetpack_double.double import JetpackDouble
from tests.server.running import Server

A = "https://a.example"
_numbers = count()


@pytest.fixture
def double() -> Iterator[JetpackDouble]:
    found = JetpackDouble()
    yield found
    found.stop()


def test_a_killed_command_is_finished_by_the_next_run(
    server: Server, double: JetpackDouble, tmp_path: Path
) -> None:
    environment = {**os.environ, **double.env, "JPCLI_LEDGER": server.address(server.database())}

    def jpcli(*words: str) -> tuple[int, str]:
        return Forked(words, environment, tmp_path / f"{next(_numbers)}.txt").finished()

    def done(*words: str) -> Any:
        code, said = jpcli(*words)
        assert code == 0, said
        return said

    done("init", "--licensing", "jetpack")
    done("cards", "add", "--brand", "visa", "--last4", "4242", "--exp", "12/2039")
    words = ("issue", "jetpack-scan", "--quantity", "2", "--site", A, "--client", "Acme")
    double.next("kill", nth=2, after=True, signal=int(signal.SIGKILL))
    assert jpcli(*words)[0] == -signal.SIGKILL
    done(*words)
    keys = list(double.licenses)
    assert len(keys) == 2
    double.next("kill", nth=1, after=True, signal=int(signal.SIGKILL))
    assert jpcli("transfer", *keys, "--to", "https://b.example")[0] == -signal.SIGKILL
    done("transfer", *keys, "--to", "https://b.example")
    assert double.mails == []
    double.next("kill", nth=1, after=False, signal=int(signal.SIGKILL))
    assert jpcli("issue", "jetpack-scan")[0] == -signal.SIGKILL
    code, said = jpcli("issue", "jetpack-scan")
    assert (code, "not known" in said) == (3, True), said
    assert len(double.licenses) == 2
    assert {double.world.site_of(key) for key in keys} == {"https://b.example"}
    done("ledger", "check")
