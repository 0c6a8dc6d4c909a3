"""What a command line loads: start-up time is the sum of it."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from tests.cli.conftest import ENTRY

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = pytest.mark.file("what is loaded for a ledger in a file")

HEAVY = {"stripe", "sqlite_utils", "pydantic", "requests", "click", "pip", "setuptools", "pytest"}
# From 3.14 on `traceback` loads it, and Typer that.
DATACLASSES = {"dataclasses"} if sys.version_info < (3, 14) else set[str]()
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


PAGES = [["--help"], ["-h"], ["help"], ["licenses"], ["licenses", "--help"], ["help", "licenses"]]


@pytest.mark.parametrize("argv", [*PAGES, ["isue"], ["help", "isue"], []], ids=" ".join)
def test_help_of_groups_loads_no_command(argv: list[str]) -> None:
    modules = loaded(*argv, code=2 if "isue" in argv else 0)
    assert not tops(modules) & (HEAVY | DATACLASSES | {"rich", "sqlite3", "platformdirs"})
    assert not {m for m in modules if m.startswith(("jpcli.services", "jpcli.ledger"))}
    assert not {"jpcli.cli.commands.issue", "jpcli.cli.commands.licenses"} & modules


@pytest.mark.parametrize("argv", [["issue", "--help"], ["help", "issue"]], ids=" ".join)
def test_help_of_a_command_loads_no_service(argv: list[str]) -> None:
    modules = loaded(*argv)
    assert not tops(modules) & (HEAVY | DATACLASSES | {"rich", "sqlite3", "platformdirs"})
    assert not {m for m in modules if m.startswith(("jpcli.services", "jpcli.ledger"))}


READS = [
    [],
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
    needless = {"rich", "platformdirs", "decimal", "zoneinfo", "csv", "tempfile"}
    assert not tops(modules) & (HEAVY | DATACLASSES | needless)
    assert not {m for m in modules if m.startswith("jpcli.cli.views")}
    assert "jpcli.cli.render.delimited" not in modules


@pytest.mark.parametrize(
    "argv",
    [["licenses", "list"], ["licenses", "count"], ["cards", "list"], ["sites", "list"], ["log"]],
)
def test_what_asks_for_no_amount_loads_no_calculator(
    argv: list[str], agency: Callable[..., Any]
) -> None:
    assert "jpcli.domain.calculator" not in loaded(*argv)


@pytest.mark.parametrize("argv", [["licenses", "list"], ["licenses", "count"]], ids=" ".join)
def test_what_names_nothing_looks_no_name_up(argv: list[str], agency: Callable[..., Any]) -> None:
    names = {"jpcli.services.meant", "jpcli.services.sites.known", "jpcli.services.log"}
    assert not names & loaded(*argv)
    assert "jpcli.services.meant" in loaded(*argv, "--product", "jetpack-scan")


def test_a_pipe_needs_no_rich(agency: Callable[..., Any]) -> None:
    assert "rich" not in loaded("licenses", "list")
    assert "rich" not in loaded("issue", "jetpack-scan", "--quiet")


def test_what_is_issued_costs_without_a_bill(agency: Callable[..., Any]) -> None:
    """The price says it; only what is no whole number of cents is summed."""
    modules = loaded("issue", "jetpack-scan", "--json")
    assert not {"jpcli.services.billing.period", "jpcli.services.billing.preview"} & modules
    assert "jpcli.ledger.queries.days" not in modules


def test_a_refusal_needs_no_rich(jpcli: Callable[..., Any]) -> None:
    jpcli("init")
    modules = loaded("issue", "jetpack-scan", code=3)
    assert not tops(modules) & (HEAVY | {"rich"})


CARD = ["--brand", "visa", "--last4", "4242", "--exp", "12/2030"]
COLLECTED = [
    (["cards", "add", *CARD], 0, 2),
    (["cards", "add", "pm_1"], 3, 4),
    (["cards", "primary", "card_9"], 2, 4),
    (["cards", "remove", "card_9", "--yes"], 2, 4),
    (["cards", "sync"], 3, 4),
    (["invoice", "close", "--due"], 0, 4),
    (["invoice", "pay", "INV-9"], 3, 4),
    (["invoice", "mark-paid", "INV-9"], 2, 4),
    (["invoice", "void", "INV-9", "--yes"], 2, 4),
]


@pytest.mark.parametrize(("argv", "by_hand", "by_stripe"), COLLECTED, ids=lambda v: str(v)[:40])
def test_a_ledger_loads_its_own_collector_alone(
    argv: list[str],
    by_hand: int,
    by_stripe: int,
    jpcli: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.delenv("STRIPE_API_KEY", raising=False)
    hand, stripe = str(tmp_path / "hand.db"), str(tmp_path / "stripe.db")
    jpcli("init", "--ledger", hand)
    jpcli("init", "--payments", "stripe", "--ledger", stripe)
    room = "jpcli.services.collection"
    modules = loaded(*argv, "--ledger", hand, code=by_hand)
    assert f"{room}.offline" in modules
    assert not {m for m in modules if m.startswith((f"{room}.stripe", f"{room}.gateway"))}
    modules = loaded(*argv, "--ledger", stripe, code=by_stripe)
    assert f"{room}.stripe.collector" in modules
    assert f"{room}.offline" not in modules
    assert "stripe" not in tops(modules)


def test_who_only_speaks_of_collecting_loads_no_collector(agency: Callable[..., Any]) -> None:
    for argv in (["status", "--json"], ["issue", "jetpack-scan", "--json"]):
        assert "jpcli.services.collection.collector" not in loaded(*argv)


def test_commands_that_declare_arguments_keep_pydantic_out(agency: Callable[..., Any]) -> None:
    """A newer Typer loads it as soon as a parameter is no flag: that is why it is held back."""
    assert "pydantic" not in tops(loaded("invoice", "preview", "2026-11", "--json"))
