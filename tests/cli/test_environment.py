"""Variables that hold nonsense: one clear error where they matter, a sane default elsewhere."""

from __future__ import annotations

import json
import os
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from tests import engines
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
    before = engines.engine.dump(engines.place(tmp_path / "ledger.db"))
    value = b"/tmp/" + NO_TEXT
    done = with_bytes(name, value, *argv, "--json")
    error = json.loads(done.stdout)["error"]
    assert (done.returncode, error["code"]) == (2, "bad_text")
    assert b"Traceback" not in done.stderr
    assert engines.engine.dump(engines.place(tmp_path / "ledger.db")) == before


@pytest.mark.alike("value")
@pytest.mark.parametrize("value", ["", " ", "\t"])
@pytest.mark.parametrize("name", ["JPCLI_LEDGER", "JPCLI_ACTOR", "JPCLI_NOW", "JPCLI_WAIT"])
@pytest.mark.parametrize("line", ["issue jetpack-scan", "status", "init", "demo"])
def test_an_empty_variable_is_no_default(
    name: str,
    value: str,
    line: str,
    ledger: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    """As `JPCLI_LEDGER: ${{ vars.LEDGER }}` is, where there is no such thing."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "home"))
    before = engines.engine.dump(engines.place(tmp_path / "ledger.db"))
    monkeypatch.setenv(name, value)
    done = ledger(*line.split(), "--json")
    assert (done.code, done.error["code"], done.error["subject"]) == (2, "empty_value", name)
    assert f"unset {name}" in done.err
    assert engines.engine.dump(engines.place(tmp_path / "ledger.db")) == before
    assert not (tmp_path / "home").exists()


@pytest.mark.parametrize(("name", "option"), [("JPCLI_LEDGER", "ledger"), ("JPCLI_ACTOR", "actor")])
def test_an_option_goes_before_a_variable_that_is_empty(
    name: str,
    option: str,
    ledger: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    value = {"ledger": engines.place(tmp_path / "ledger.db"), "actor": "Ann"}[option]
    monkeypatch.setenv(name, "")
    assert ledger("issue", "jetpack-scan", f"--{option}", value).code == 0


def test_a_login_name_that_is_no_text_is_not_the_actor(ledger: Callable[..., Any]) -> None:
    done = with_bytes("LOGNAME", NO_TEXT, "clients", "add", "Ann")
    assert done.returncode == 0, done.stderr
    (event,) = ledger("log", "--kind", "client", "--json").data["events"]
    assert event["actor"]
    assert event["actor"].isascii()


WIDTHS = ["0", "-5", "x", "²", "1", "7", "99999999999", "9" * 5000, "１２０"]


@pytest.mark.alike("columns")
@pytest.mark.parametrize("columns", WIDTHS)
def test_odd_widths_draw_what_they_can(columns: str, agency: Callable[..., Any]) -> None:
    odd = {"COLUMNS": columns, "LINES": columns}
    for argv, code in ((("status",), 0), (("licenses", "list"), 0), (("bogus",), 2)):
        run = run_on_terminal(*argv, env=odd)
        assert run.code == code, run.out[:2000]
        assert "Traceback" not in run.out
        assert "internal error" not in run.out
