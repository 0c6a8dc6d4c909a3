"""Pipes that close, streams that are not there, a full disk, an interrupt, a mistake of ours."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest

from tests import engines
from tests.cli.conftest import ENTRY, run_process

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def _shell(command: str) -> subprocess.CompletedProcess[str]:
    """A shell line in which `jpcli` is the program."""
    line = f'jpcli() {{ "{sys.executable}" -c "{ENTRY}" "$@"; }}; {command}'
    return subprocess.run(
        ["bash", "-o", "pipefail", "-c", line], capture_output=True, text=True, check=False
    )


@pytest.mark.alike("form")
@pytest.mark.parametrize("form", ["json", "ndjson", "csv", "tsv", "md", "table"])
def test_a_reader_that_goes_away_is_no_error(
    form: str, ledger: Callable[..., Any], tmp_path: Path
) -> None:
    history = tmp_path / "history.csv"
    rows = (f"jetpack-scan_{n:025d},jetpack-scan,2026-10-01\n" for n in range(5000))
    history.write_text("license_key,product,issued_at\n" + "".join(rows))
    assert ledger("ledger", "import", str(history)).code in (0, 2)
    done = _shell(f"jpcli licenses list --format {form} --limit 0 | head -c 1; echo $?")
    assert done.stderr == ""
    assert done.stdout.endswith("141\n") or done.stdout.endswith("0\n")


def test_no_traceback_when_nobody_reads_at_all(agency: Callable[..., Any]) -> None:
    done = _shell("jpcli status --json | true")
    assert done.stderr == ""


def test_closed_stdout(agency: Callable[..., Any]) -> None:
    done = _shell("jpcli cards list >&-; echo $? >&2")
    assert done.stderr == "0\n"


def test_closed_stderr(agency: Callable[..., Any]) -> None:
    done = _shell("jpcli bogus 2>&-; echo $?")
    assert done.stdout == "2\n"


def test_all_closed(agency: Callable[..., Any], tmp_path: Path) -> None:
    before = engines.engine.dump(engines.place(tmp_path / "ledger.db"))
    done = _shell(f"jpcli cards list <&- >&- 2>&-; echo $? > {tmp_path}/code")
    assert (tmp_path / "code").read_text() == "0\n"
    assert done.stderr == ""
    assert engines.engine.dump(engines.place(tmp_path / "ledger.db")) == before


def test_closed_stdin_can_answer_nothing(agency: Callable[..., Any]) -> None:
    (_, first, *_) = agency("licenses", "list", "--state", "assigned").rows
    done = _shell(f"jpcli revoke {first[0]} --json <&-")
    assert done.returncode == 2
    assert json.loads(done.stdout)["error"]["code"] == "confirmation_required"
    assert _shell("jpcli issue --from - <&-").returncode == 2


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")
def test_a_full_disk_is_said_and_fails(agency: Callable[..., Any]) -> None:
    done = _shell("jpcli cards list > /dev/full")
    assert done.returncode == 1
    assert "output_failed" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_interrupt_ends_with_130(ledger: Callable[..., Any]) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", ENTRY, "issue", "--from", "-"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    time.sleep(1.5)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate()
    assert process.returncode == 130
    assert b"Traceback" not in err
    assert out == b""


BROKEN = """
import jpcli.services.status as module
def status(desk): raise ZeroDivisionError("nothing\\nat all")
module.status = status
"""


@pytest.mark.parametrize("debug", [False, True])
def test_a_mistake_of_ours_is_one_line(
    debug: bool, agency: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    if debug:
        monkeypatch.setenv("JPCLI_DEBUG", "1")
    done = subprocess.run(
        [sys.executable, "-c", BROKEN + ENTRY, "status", "--json"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    error = json.loads(done.stdout)["error"]
    assert error["code"] == "internal_error"
    assert "ZeroDivisionError" in error["message"]
    assert ("Traceback" in done.stderr) is debug
    assert done.stderr.startswith("✗ internal error: ZeroDivisionError: nothing\\nat all")


def test_python_dash_m_is_the_same_program() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "jpcli", "--version"], capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("jpcli ")


def test_stderr_without_unicode(agency: Callable[..., Any]) -> None:
    done = run_process("bogus", env={**os.environ, "PYTHONIOENCODING": "ascii"})
    assert done.returncode == 2
    assert done.stderr.startswith(b"x There is no command 'bogus'.")


def test_data_in_a_pipe_is_utf_8_whatever_the_locale(ledger: Callable[..., Any]) -> None:
    ledger("clients", "add", "Büro 日本")
    env = {**os.environ, "PYTHONIOENCODING": "latin-1"}
    for form in ("tsv", "csv", "json", "table", "md"):
        done = run_process("clients", "list", "--format", form, env=env)
        assert "Büro 日本" in done.stdout.decode(), form
