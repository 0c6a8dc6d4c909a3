"""Shared options: where they may stand, which one wins, what they default to."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import pytest

from jpcli.cli.app.invocation import Invocation, build_invocation
from jpcli.cli.app.root import load_command
from jpcli.domain.errors import BadInput
from tests import engines

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.mark.parametrize(
    ("line", "first"),
    [
        ("--json cards list", "{"),
        ("cards --json list", "{"),
        ("cards list --json", "{"),
        ("--json cards list --format tsv", "i"),
        ("--format tsv cards list --json", "{"),
        ("--format csv cards --json list --format tsv", "i"),
        ("cards list --json --format tsv", "i"),
        ("cards list --format tsv --json", "{"),
    ],
)
def test_the_later_one_wins(line: str, first: str, ledger: Callable[..., Any]) -> None:
    shown = ledger(*line.split())
    assert shown.code == 0
    assert shown.out[0] == first


def test_the_ledger_of_the_line_goes_before_the_environment(
    ledger: Callable[..., Any], tmp_path: Path
) -> None:
    other = engines.place(tmp_path / "other.db")
    assert ledger("--ledger", other, "init").code == 0
    assert ledger("cards", "list", "--json").data["cards"]
    assert not ledger("--ledger", other, "cards", "list", "--json").data["cards"]
    assert ledger("--ledger", "/nowhere/x.db", "cards", "list", "--ledger", other).code == 0


@pytest.mark.parametrize(
    ("line", "flag"),
    [
        ("--limit 3 status", "--limit"),
        ("--at 2026-11-01 licenses list", "--at"),
        ("--dry-run status", "--dry-run"),
        ("--idempotency-key k status", "--idempotency-key"),
    ],
)
def test_an_option_that_a_command_does_not_take_is_not_ignored(
    line: str, flag: str, ledger: Callable[..., Any]
) -> None:
    wrong = ledger("--json", *line.split())
    assert (wrong.code, wrong.error["code"]) == (2, "usage")
    assert flag in wrong.error["message"]


def test_yes_may_stand_in_an_alias(ledger: Callable[..., Any]) -> None:
    assert ledger("--yes", "status").code == 0


@pytest.mark.parametrize("limit", ["-1", "x", "1.5", "", "9" * 30])
def test_a_limit_is_a_number(limit: str, ledger: Callable[..., Any]) -> None:
    wrong = ledger("cards", "list", "--json", "--limit", limit)
    assert (wrong.code, wrong.error["code"], wrong.error["subject"]) == (2, "usage", "--limit")


def test_a_command_is_built_once_however_many_lines_a_process_runs(
    jpcli: Callable[..., Any],
) -> None:
    built = load_command("status")
    assert load_command("status").params is built.params
    assert load_command("invoice list").params is not load_command("licenses list").params
    # What a line leaves in it is for that line alone.
    assert jpcli("status", "--help").code == 0
    with load_command("status").make_context("status", []) as context:
        assert context.command.get_params(context)[-1].opts == ["--help"]


def test_limits(agency: Callable[..., Any]) -> None:
    assert len(agency("licenses", "list", "--json", "--limit", "2").data["licenses"]) == 2
    everything = agency("licenses", "list", "--json", "--limit", "0").data
    assert len(everything["licenses"]) == everything["total"] == 8
    assert len(agency("products", "list", "--limit", "3").rows) == 4
    assert len(agency("log", "--limit", "1").rows) == 2


@pytest.mark.parametrize("value", ["yesterday", "2026-13-01T00:00:00Z", "20261101"])
def test_a_bad_clock(
    value: str, ledger: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = ledger("status", "--json", now=value)
    assert (wrong.code, wrong.error["code"]) == (2, "bad_instant")
    assert wrong.error["subject"] == "JPCLI_NOW"


def test_the_clock_can_be_fixed(ledger: Callable[..., Any]) -> None:
    assert ledger("status", "--json", now="2026-11-05T12:00:00Z").data["today"] == "2026-11-05"


def test_the_actor_is_recorded(ledger: Callable[..., Any]) -> None:
    ledger("issue", "jetpack-scan", "--actor", "jo")
    ledger("--actor", "al", "issue", "jetpack-scan")
    ledger("issue", "jetpack-scan")
    events = ledger("log", "--kind", "license", "--json").data["events"]
    assert [event["actor"] for event in events] == ["tester", "al", "jo"]
    assert len(ledger("log", "--actor", "jo", "--json").data["events"]) == 1


def _invocation(**options: Any) -> Invocation:
    return build_invocation("status", options)


def test_the_actor_defaults_to_the_login_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("JPCLI_ACTOR")
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.delenv(name, raising=False)
    import pwd

    assert _invocation().actor == pwd.getpwuid(os.getuid()).pw_name
    monkeypatch.setenv("LOGNAME", "jo")
    assert _invocation().actor == "jo"


def test_a_user_without_a_name_is_somebody(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("JPCLI_ACTOR", "LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(os, "getuid", lambda: 3_999_999)
    assert _invocation().actor == "unknown"


def test_the_ledger_defaults_to_the_data_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("JPCLI_LEDGER")
    monkeypatch.setenv("XDG_DATA_HOME", "/somewhere")
    assert _invocation().location == "/somewhere/jpcli/ledger.db"


def test_nobody_to_ask_needs_yes() -> None:
    with pytest.raises(BadInput) as caught:
        _invocation().confirm("Really?", "It can't be undone.")
    assert caught.value.code == "confirmation_required"
    assert "--yes" in str(caught.value.hint)
    _invocation(yes=True).confirm("Really?", "")
    _invocation(dry_run=True).confirm("Really?", "")


def test_a_closed_stdin_is_no_yes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", None)
    with pytest.raises(BadInput, match="Really"):
        _invocation().confirm("Really?", "It can't be undone.")


def test_list_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    assert _invocation().list_limit() == 0
    assert _invocation(limit=7).list_limit() == 7
    monkeypatch.setattr("jpcli.cli.shared.output.is_terminal", lambda _stream: True)
    assert _invocation().list_limit() == 50
    assert _invocation(limit=0).list_limit() == 0
    assert _invocation(format="json").list_limit() == 0


@pytest.mark.parametrize(
    ("environment", "color"),
    [({}, True), ({"NO_COLOR": "1"}, False), ({"NO_COLOR": ""}, True), ({"TERM": "dumb"}, False)],
)
def test_color_only_where_it_is_wanted(
    environment: dict[str, str], color: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", "xterm")
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert _invocation().output.color is False
    monkeypatch.setattr("jpcli.cli.shared.output.is_terminal", lambda _stream: True)
    assert _invocation().output.color is color
    assert _invocation(no_color=True).output.color is False
