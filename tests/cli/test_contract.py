"""Every command in the table keeps the promises that all commands make."""

from __future__ import annotations

import ast
import json
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import jpcli.cli.commands
from jpcli.cli.app.options import COMMON, LISTS, WRITES
from jpcli.cli.app.root import load_command
from jpcli.cli.app.table import COMMANDS, GROUPS, SECTIONS, subcommands

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.no_ledger

COMMAND_FILES = Path(jpcli.cli.commands.__file__).parent
ALL = sorted(COMMANDS)
# Closing and voiding are facts of the moment at which they are done.
# They make, copy or replace a ledger, so there is nothing to date or to try.
WHOLE_LEDGERS = ("init", "ledger backup", "ledger restore")
NEVER_BACK_DATED = {
    "invoice close",
    "month-end",
    "invoice void",
    "invoice push",
    "invoice pay",
    "settings set",
    "undo",
    "clients edit",
    "clients rename",
    "clients archive",
    "sites rename",
    "sites archive",
    "products rename",
    "products hide",
    "products remove-price",
    "stripe customer",
    "jetpack connect",
    "ledger import",
    "jetpack pull",
    "jetpack resolve",
}
# These ask for nothing: they write down what Stripe says, and may be repeated at will.
TAKES_OVER = {"cards sync", "invoice sync", "invoice reconcile", "stripe status", "stripe portal"}


def _options(path: str) -> set[str]:
    return {flag for param in load_command(path).params for flag in param.opts}


@pytest.mark.parametrize("path", ALL)
def test_help_works_and_says_what_the_table_says(path: str, jpcli: Callable[..., Any]) -> None:
    shown = jpcli(*path.split(), "--help")
    assert shown.code == 0
    assert shown.err == ""
    assert shown.out.startswith(COMMANDS[path][1][:60])
    assert f"Usage  jpcli {path}" in shown.out
    assert jpcli(*path.split(), "-h").out == shown.out
    assert "\x1b" not in shown.out


@pytest.mark.parametrize("path", ALL)
def test_examples_begin_with_the_command(path: str) -> None:
    for example in load_command(path).spec.examples:
        assert f"jpcli {path}" in example


@pytest.mark.parametrize("path", ALL)
def test_the_common_options_are_there(path: str) -> None:
    options = _options(path)
    expected = {"--format", "--json", "--quiet", "-q", "--no-color", "--actor", "--ledger"}
    if path in ("demo", "help", "completion", "ledger move"):  # of its own, none, and two
        expected.remove("--ledger")
    assert expected <= options


@pytest.mark.parametrize("path", ALL)
def test_what_changes_state_can_be_dated_tried_and_repeated(path: str) -> None:
    flags = {"--dry-run", "--yes", "-y", "--idempotency-key"}
    if _changes_state(path) and path not in {*TAKES_OVER, *WHOLE_LEDGERS}:
        expected = flags if path in NEVER_BACK_DATED else flags | {"--at"}
        assert expected <= _options(path)
    else:
        allowed = {"--yes", "-y"} | ({"--idempotency-key"} if path in WHOLE_LEDGERS else set())
        assert _options(path) & (flags | {"--at"}) <= allowed
        assert path not in WHOLE_LEDGERS or "--idempotency-key" in _options(path)


def _changes_state(path: str) -> bool:
    """Whether the command's own source opens the ledger for writing."""
    module = COMMANDS[path][0].partition(":")[0].replace(".", "/")
    return "desk(writes=True)" in (COMMAND_FILES / f"{module}.py").read_text()


def test_the_commands_that_change_state_are_found() -> None:
    found = {path for path in ALL if _changes_state(path)}
    assert {"issue", "revoke", "cards add", "products import", "ledger import"} <= found
    assert not {"status", "invoice preview", "ledger check"} & found


@pytest.mark.parametrize("path", ALL)
def test_a_page_promises_a_yes_only_where_it_is_asked_for(
    path: str, jpcli: Callable[..., Any]
) -> None:
    page = jpcli(*path.split(), "--help").out
    assert ("--yes" in page) == _asks(path)


def _asks(path: str) -> bool:
    """Whether the command's own source, or a part of commands that it imports, asks for a yes."""
    modules = {f"jpcli.cli.commands.{target.partition(':')[0]}" for target, _ in COMMANDS.values()}
    own = f"jpcli.cli.commands.{COMMANDS[path][0].partition(':')[0]}"
    sources = [Path(str(import_module(own).__file__)).read_text()]
    for node in ast.walk(ast.parse(sources[0])):
        name = str(node.module) if isinstance(node, ast.ImportFrom) else ""
        if name.startswith("jpcli.cli.") and name not in {*modules, "jpcli.cli.app.invocation"}:
            sources.append(Path(str(import_module(name).__file__)).read_text())
    return any("confirm(" in source or "invocation.yes" in source for source in sources)


def test_who_asks_is_found() -> None:
    assert {path for path in ALL if _asks(path)} >= {"revoke", "apply", "products import"}
    assert not {"status", "cards primary"} & {path for path in ALL if _asks(path)}


@pytest.mark.parametrize("path", [path for path in ALL if path.endswith(" list")] + ["log"])
def test_lists_have_a_limit(path: str) -> None:
    assert "--limit" in _options(path)


@pytest.mark.parametrize("path", ALL)
def test_no_two_options_of_a_command_share_a_flag(path: str) -> None:
    flags = [flag for param in load_command(path).params for flag in param.opts]
    assert len(flags) == len(set(flags))


@pytest.mark.parametrize("path", ALL)
def test_every_option_is_explained(path: str) -> None:
    for param in load_command(path).params:
        assert param.help, param.name  # type: ignore[attr-defined]
        assert param.metavar or param.is_flag, param.name  # type: ignore[attr-defined]


@pytest.mark.parametrize("path", [*ALL, *GROUPS])
def test_a_usage_error_is_json_when_json_is_asked_for(path: str, jpcli: Callable[..., Any]) -> None:
    wrong = jpcli(*path.split(), "--no-such-option", "--json")
    assert wrong.code == 2
    assert wrong.json["version"] == "jpcli/1"
    assert set(wrong.error) == {"code", "message", "hint", "subject"}
    assert wrong.error["code"] == "usage"
    assert wrong.error["subject"] == "--no-such-option"
    assert "--no-such-option" in wrong.err


@pytest.mark.parametrize("path", ALL)
def test_a_usage_error_leaves_stdout_alone(path: str, jpcli: Callable[..., Any]) -> None:
    wrong = jpcli(*path.split(), "--no-such-option")
    assert (wrong.code, wrong.out) == (2, "")


def test_the_table_is_whole() -> None:
    listed = [name for _, names in SECTIONS for name in names]
    top = {path for path in COMMANDS if " " not in path} | set(GROUPS)
    assert sorted(listed) == sorted(top)
    assert all(" " not in group for group in GROUPS)
    assert all(subcommands(group) for group in GROUPS)
    assert {path.split()[0] for path in COMMANDS if " " in path} == set(GROUPS)


def test_every_view_that_is_named_exists() -> None:
    named = set()
    texts = {source: source.read_text() for source in COMMAND_FILES.parent.rglob("*.py")}
    for source, text in texts.items():
        for node in ast.walk(ast.parse(text)) if "view=" in text else ():
            if isinstance(node, ast.keyword) and node.arg == "view":
                assert isinstance(node.value, ast.Constant), source
                named.add(str(node.value.value))
    assert "invoice:draw_preview" in named
    for view in named:
        module, _, function = view.partition(":")
        assert callable(getattr(import_module(f"jpcli.cli.views.{module}"), function))


def test_the_kinds_of_shared_options_do_not_overlap() -> None:
    assert len({*COMMON, *LISTS, *WRITES}) == len(COMMON) + len(LISTS) + len(WRITES)


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        ("isue", "jpcli issue"),
        ("licenses lst", "jpcli licenses list"),
        ("preview", "jpcli invoice preview"),
        ("ledger chekc", "jpcli ledger check"),
    ],
)
def test_an_unknown_command_gets_a_suggestion(
    line: str, meant: str, jpcli: Callable[..., Any]
) -> None:
    wrong = jpcli("--json", *line.split())
    assert wrong.code == 2
    assert wrong.error["subject"] == line
    assert meant in wrong.error["hint"]


def test_an_unknown_option_gets_a_suggestion(jpcli: Callable[..., Any]) -> None:
    wrong = jpcli("issue", "x", "--quantty", "3", "--json")
    assert (wrong.code, wrong.error["code"]) == (2, "usage")
    assert "--quantity" in wrong.error["hint"]


@pytest.mark.parametrize("group", ["", *GROUPS])
def test_help_of_groups(group: str, jpcli: Callable[..., Any]) -> None:
    shown = jpcli(*group.split(), "--help")
    assert shown.code == 0
    for name, text in subcommands(group).items():
        assert f"  {name}" in shown.out
        assert text[:40] in shown.out


def test_version_wherever_it_stands(jpcli: Callable[..., Any]) -> None:
    assert jpcli("--json", "--version").out == f"jpcli {jpcli_version()}\n"


def jpcli_version() -> str:
    from jpcli import __version__

    return __version__


@pytest.mark.parametrize("path", ALL)
def test_bytes_that_are_no_text_are_refused(path: str, jpcli: Callable[..., Any]) -> None:
    wrong = jpcli(*path.split(), "--json", "a\udcff")
    assert (wrong.code, wrong.error["code"]) == (2, "bad_text")
    assert "\udcff" not in wrong.err


@pytest.mark.parametrize(
    ("argv", "wanted"),
    [
        (["--json"], True),
        (["--format", "json"], True),
        (["--format=json"], True),
        (["--json", "--format", "csv"], False),
        (["--format=csv", "--json"], True),
        (["--", "--json"], False),
        ([], False),
    ],
)
def test_who_asks_for_json(argv: list[str], wanted: bool, jpcli: Callable[..., Any]) -> None:
    wrong = jpcli("issue", "--no-such-option", *argv)
    assert wrong.code == 2
    assert bool(wrong.out and json.loads(wrong.out)) is wanted
