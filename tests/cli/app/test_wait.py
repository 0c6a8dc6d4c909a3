"""`--wait`: how long a ledger that is busy is waited for; a server's part is in `tests/server`."""

from __future__ import annotations

import os
import sqlite3
import time
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture
def held(ledger: Callable[..., Any]) -> Any:
    """A ledger that somebody else is writing to, and does not leave."""
    path = os.environ["JPCLI_LEDGER"]
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield ledger


WRITE = ("clients", "add", "Shop")


@pytest.mark.file("who holds a file; tests/server has who holds the head of a server's ledger")
@pytest.mark.parametrize("before", [False, True])
def test_a_busy_ledger_is_waited_for_as_long_as_was_told(held: Any, before: bool) -> None:
    told = ("--wait", "0.3")
    began = time.monotonic()
    run = held(*told, *WRITE) if before else held(*WRITE, *told)
    assert (run.code, "busy" in run.err) == (75, True)
    assert 0.2 < time.monotonic() - began < 8
    assert "JPCLI_WAIT" not in os.environ


@pytest.mark.file("who holds a file; tests/server has who holds the head of a server's ledger")
def test_the_option_counts_before_the_variable_and_for_its_own_command(
    held: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JPCLI_WAIT", "0.1")
    began = time.monotonic()
    assert held(*WRITE).code == 75
    assert time.monotonic() - began < 8
    assert held(*WRITE, "--wait", "0").code == 75
    assert os.environ["JPCLI_WAIT"] == "0.1"


@pytest.mark.alike("value")
@pytest.mark.parametrize("value", ["", " ", "-1", "x", "nan", "inf", "1e3", "86401", "0.0001", "٣"])
def test_what_is_no_time_is_refused(value: str, jpcli: Callable[..., Any]) -> None:
    assert jpcli("init").code == 0
    run = jpcli(*WRITE, f"--wait={value}")
    assert run.code == 2, run.err
    assert "--wait" in run.err
    assert jpcli("clients", "list", "--json").data["clients"] == []


def test_a_variable_that_is_no_time_is_refused(
    jpcli: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert jpcli("init").code == 0
    monkeypatch.setenv("JPCLI_WAIT", "soon")
    run = jpcli(*WRITE)
    assert (run.code, "JPCLI_WAIT" in run.err) == (2, True)


@pytest.mark.file("who holds a file; tests/server has who holds the head of a server's ledger")
def test_a_tab_waits_for_nobody(held: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from jpcli.cli import complete

    seen: list[str | None] = []

    def candidates(*_: object) -> list[Any]:
        seen.append(os.environ.get("JPCLI_WAIT"))
        return []

    monkeypatch.setattr("jpcli.services.completion.candidates", candidates)
    assert complete.run(["clients", ""]) == 0
    assert (seen, os.environ.get("JPCLI_WAIT")) == (["0"], None)
    assert held
