"""The front door: jpcli by itself, a group by itself, and help."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any

import pytest

from jpcli.cli.app.table import COMMANDS, GROUPS, subcommands
from tests import engines
from tests.cli.conftest import run_on_terminal
from tests.cli.shapes import faults

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Jpcli = Callable[..., Any]


@pytest.mark.parametrize("words", [(), ("--json",), ("--format", "csv")], ids=" ".join)
def test_jpcli_alone_is_status_where_a_ledger_is(words: tuple[str, ...], agency: Jpcli) -> None:
    assert agency(*words) == agency("status", *words)


def test_jpcli_alone_reads_the_ledger_that_is_named(jpcli: Jpcli, tmp_path: Path) -> None:
    place = engines.place(tmp_path / "other.db")
    jpcli("init", "--name", "Other", "--ledger", place)
    assert jpcli("--ledger", place, "--json").data["agency"] == "Other"


def test_the_first_steps_work_in_their_order(jpcli: Jpcli) -> None:
    from jpcli.domain.contract.front import StartAnswer

    first = jpcli("--json")
    assert (first.code, first.err) == (0, "")
    assert not faults(first.data, StartAnswer)
    assert len(first.data["next"]) == 3
    for step in first.data["next"]:
        program, *words = shlex.split(step["command"])
        assert program == "jpcli"
        assert jpcli(*words).code == 0, words
    assert jpcli("licenses", "count", "--json").data["assigned"] == 1
    assert jpcli("--json").data["bill"]


def test_the_first_steps_name_the_ledger_that_was_named(jpcli: Jpcli, tmp_path: Path) -> None:
    place = engines.place(tmp_path / "a ledger.db")
    for step in jpcli("--ledger", place, "--json").data["next"]:
        assert place in shlex.split(step["command"])
    assert not list(tmp_path.iterdir())


@pytest.mark.file("what is no ledger")
def test_a_ledger_that_is_damaged_is_no_ledger_to_be_made(jpcli: Jpcli, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.db"
    wrong.write_text("hello")
    run = jpcli("--ledger", str(wrong), "--json")
    assert run.error["code"] == "not_a_ledger"
    assert run.code == jpcli("status", "--ledger", str(wrong)).code != 0


def test_a_terminal_shows_the_first_steps() -> None:
    shown = run_on_terminal(columns=80, env={"NO_COLOR": "1"})
    assert shown.code == 0
    for words in ("There is no ledger yet", "jpcli init", "jpcli demo", "jpcli help"):
        assert words in shown.out
    assert all(len(line) <= 80 for line in shown.out.splitlines() if "There is no" not in line)


@pytest.mark.no_ledger
@pytest.mark.parametrize("group", GROUPS)
def test_a_group_alone_lists_its_commands(group: str, jpcli: Jpcli) -> None:
    shown = jpcli(group)
    assert (shown.code, shown.err) == (0, "")
    assert shown.out == jpcli(group, "--help").out == jpcli("help", group).out
    told = jpcli(group, "--json").data
    assert [each["command"] for each in told["commands"]] == [
        f"{group} {name}" for name in subcommands(group)
    ]
    assert jpcli(group, "--format", "csv").out.startswith(f"command,summary\n{group} ")


@pytest.mark.no_ledger
@pytest.mark.parametrize("path", ["", *COMMANDS])
def test_help_is_the_page_of_the_command(path: str, jpcli: Jpcli) -> None:
    shown = jpcli("help", *path.split())
    assert (shown.code, shown.err) == (0, "")
    assert shown.out == jpcli(*path.split(), "--help").out
    assert jpcli("help", *path.split(), "--json").data["page"] == shown.out


@pytest.mark.no_ledger
@pytest.mark.parametrize(
    ("line", "flag"),
    [("--dry-run", "--dry-run"), ("--limit 3", "--limit"), ("cards --at today", "--at")],
)
def test_an_option_that_nothing_takes_is_not_ignored(line: str, flag: str, jpcli: Jpcli) -> None:
    wrong = jpcli(*line.split(), "--json")
    assert (wrong.code, wrong.error["code"]) == (2, "usage")
    assert flag in wrong.error["message"]


@pytest.mark.no_ledger
@pytest.mark.parametrize(
    "line", ["help isue", "help invoice clos", "help status x", "help preview", "help jpcli"]
)
def test_what_there_is_no_help_on(line: str, jpcli: Jpcli) -> None:
    """Its hint is typed, too."""
    wrong = jpcli(*line.split(), "--json")
    assert (wrong.code, wrong.error["code"]) == (2, "usage")
    assert wrong.error["subject"] == line.removeprefix("help ")
    _, _, typed = wrong.error["hint"].partition("   jpcli ")
    assert jpcli(*typed.split("   ")[0].split()).code == 0
