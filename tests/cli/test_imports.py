"""What a command line loads: start-up time is the sum of it."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from tests.cli.conftest import ENTRY

if TYPE_CHECKING:
    from collections.abc import Callable

HEAVY = {"stripe", "sqlite_utils", "pydantic", "requests", "click", "pip", "setuptools", "pytest"}
DUMP = f"""
import atexit, sys
before = set(sys.modules)
atexit.register(lambda: sys.stderr.write("\\n@" + " ".join(set(sys.modules) - before)))
{ENTRY}
"""


def loaded(*argv: str, code: int = 0) -> set[str]:
    """The modules that one command line imports; it must end with `code`."""
    done = subprocess.run(
        [sys.executable, "-c", DUMP, *argv],
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    assert done.returncode == code, done.stderr
    return set(done.stderr.rpartition("@")[2].split())


def tops(modules: set[str]) -> set[str]:
    return {module.partition(".")[0] for module in modules}


def test_version_loads_nothing() -> None:
    assert loaded("--version") <= {
        "__future__",
        "gc",
        "jpcli",
        "jpcli.cli",
        "jpcli.cli.entry",
        "jpcli.cli.streams",
    }


@pytest.mark.parametrize("argv", [["--help"], ["-h"], ["licenses", "--help"], ["isue"], []])
def test_help_of_groups_loads_no_command(argv: list[str]) -> None:
    modules = loaded(*argv, code=0 if any("-h" in word for word in argv) else 2)
    assert not tops(modules) & (HEAVY | {"rich", "sqlite3", "platformdirs", "dataclasses"})
    assert not {m for m in modules if m.startswith(("jpcli.services", "jpcli.ledger"))}
    assert not {"jpcli.cli.commands.issue", "jpcli.cli.commands.licenses"} & modules


def test_help_of_a_command_loads_no_service() -> None:
    modules = loaded("issue", "--help")
    assert not tops(modules) & (HEAVY | {"rich", "sqlite3", "platformdirs", "dataclasses"})
    assert not {m for m in modules if m.startswith(("jpcli.services", "jpcli.ledger"))}


READS = [
    ["status"],
    ["licenses", "list"],
    ["licenses", "count"],
    ["invoice", "preview"],
    ["invoice", "preview", "--by", "client"],
    ["cards", "list"],
    ["log"],
]


@pytest.mark.parametrize("argv", READS, ids=" ".join)
def test_reading_as_json_loads_only_what_it_needs(
    argv: list[str], agency: Callable[..., Any]
) -> None:
    modules = loaded(*argv, "--json")
    assert not tops(modules) & (
        HEAVY | {"rich", "platformdirs", "dataclasses", "decimal", "zoneinfo", "csv", "tempfile"}
    )
    assert not {m for m in modules if m.startswith("jpcli.cli.views")}
    assert "jpcli.cli.render.delimited" not in modules


def test_a_pipe_needs_no_rich(agency: Callable[..., Any]) -> None:
    assert "rich" not in loaded("licenses", "list")
    assert "rich" not in loaded("issue", "jetpack-scan", "--quiet")


def test_a_refusal_needs_no_rich(jpcli: Callable[..., Any]) -> None:
    jpcli("init")
    modules = loaded("issue", "jetpack-scan", code=3)
    assert not tops(modules) & (HEAVY | {"rich"})


def test_commands_that_declare_arguments_keep_pydantic_out(agency: Callable[..., Any]) -> None:
    """A newer Typer loads it as soon as a parameter is no flag: that is why it is held back."""
    assert "pydantic" not in tops(loaded("invoice", "preview", "2026-11", "--json"))
