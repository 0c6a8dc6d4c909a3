"""Variables that hold nonsense: one clear error where they matter, a sane default elsewhere."""

from __future__ import annotations

import json
import os
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from tests.cli.conftest import run_on_terminal, run_process

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

NO_TEXT = b"Ann\xff"


def with_bytes(name: str, value: bytes, *argv: str) -> subprocess.CompletedProcess[bytes]:
    """The command with a variable that is these bytes, and without what would go before it."""
    environment = {**os.environb, name.encode(): value}
    if name != "JPCLI_LEDGER" and "HOME" in name:
        del environment[b"JPCLI_LEDGER"]
    if name == "HOME":
        environment.pop(b"XDG_DATA_HOME", None)
    if name == "LOGNAME":
        del environment[b"JPCLI_ACTOR"]
    return run_process(*argv, env=environment)


@pytest.mark.parametrize("name", ["JPCLI_ACTOR", "JPCLI_LEDGER", "HOME", "XDG_DATA_HOME"])
@pytest.mark.parametrize("argv", [("clients", "add", "Ann"), ("status",)], ids=str)
def test_a_variable_that_is_no_text_is_refused(
    name: str, argv: tuple[str, ...], ledger: Callable[..., Any], tmp_path: Path
) -> None:
    before = (tmp_path / "ledger.db").read_bytes()
    value = b"/tmp/" + NO_TEXT
    done = with_bytes(name, value, *argv, "--json")
    error = json.loads(done.stdout)["error"]
    assert (done.returncode, error["code"]) == (2, "bad_text")
    assert b"Traceback" not in done.stderr
    assert (tmp_path / "ledger.db").read_bytes() == before


def test_a_login_name_that_is_no_text_is_not_the_actor(ledger: Callable[..., Any]) -> None:
    done = with_bytes("LOGNAME", NO_TEXT, "clients", "add", "Ann")
    assert done.returncode == 0, done.stderr
    (event,) = ledger("log", "--kind", "client", "--json").data["events"]
    assert event["actor"]
    assert event["actor"].isascii()


WIDTHS = ["0", "-5", "x", "²", "1", "7", "99999999999", "9" * 5000, "１２０"]


@pytest.mark.parametrize("columns", WIDTHS)
def test_odd_widths_draw_what_they_can(columns: str, agency: Callable[..., Any]) -> None:
    odd = {"COLUMNS": columns, "LINES": columns}
    for argv, code in ((("status",), 0), (("licenses", "list"), 0), (("bogus",), 2)):
        run = run_on_terminal(*argv, env=odd)
        assert run.code == code, run.out[:2000]
        assert "Traceback" not in run.out
        assert "internal error" not in run.out
