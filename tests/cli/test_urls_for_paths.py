"""A URL where a path is meant, or a `~` that no shell has read: one clear error, and nothing is
made that is named after it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import pytest

from jpcli.cli.app.root import PATHS, load_command
from jpcli.cli.app.table import COMMANDS
from tests.cli.lines import LINES
from tests.cli.world import World
from tests.cli.world import world as world

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

URLS = (
    "mysql://desk:s3cret@db.example/ledger",
    "postgresql+psycopg://h/db",
    "POSTGRESQL://h/db",
    "https://example.com/ledger.db",
    "file:///tmp/ledger.db",
    "S3://bucket/ledger.db",
)
HOMES = ("~", "~/ledger.db", "~/a folder/b.csv")
# They open no ledger that is named.
WITHOUT = {
    "demo",
    "help",
    "completion",
    "invoice verify",
    "products template",
    "ledger template",
    "ledger move",
}


def paths() -> list[tuple[str, str]]:
    """(command, name of the parameter) of everything that takes a path but the ledger."""
    return [
        (path, str(param.name))
        for path in COMMANDS
        for param in load_command(path).params
        if param.metavar in PATHS and param.name != "ledger"
    ]


def refused(run: Any, folder: Path, before: list[str], code: str = "url_for_path") -> None:
    assert (run.code, run.error["code"]) == (2, code), (run.out, run.err)
    assert "s3cret" not in run.out + run.err
    if code == "url_for_path":  # its scheme is no secret, nor are the words behind it
        assert "***" not in run.error["message"]
    assert sorted(os.listdir(folder)) == before


@pytest.mark.no_ledger
@pytest.mark.parametrize("by", ["option", "environment"])
@pytest.mark.parametrize(
    ("url", "code"),
    [*((url, "url_for_path") for url in URLS), *((home, "home_in_path") for home in HOMES)],
)
@pytest.mark.parametrize("words", [("init",), ("status",), ("issue", "jetpack-scan")], ids=str)
def test_a_url_is_no_ledger(
    words: tuple[str, ...],
    url: str,
    code: str,
    by: str,
    jpcli: Callable[..., Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    if by == "environment":
        monkeypatch.setenv("JPCLI_LEDGER", url)
        refused(jpcli(*words, "--json"), tmp_path, [], code)
    else:
        refused(jpcli(*words, "--ledger", url, "--json"), tmp_path, [], code)


def test_how_a_ledger_on_a_server_is_named_is_said(jpcli: Callable[..., Any]) -> None:
    run = jpcli("init", "--ledger", URLS[0], "--json")
    assert "--ledger postgresql://" in run.error["message"]


def test_no_command_takes_a_url_for_its_ledger(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(world.folder)
    before = world.everything()
    for line in LINES:
        if line.path in WITHOUT or "--ledger" in line.words or line.path.endswith(" login"):
            continue
        run = world(line, "--ledger", URLS[0], "--json")
        assert (run.code, run.error["code"]) == (2, "url_for_path"), line
    assert world.everything() == before


@pytest.mark.alike("path", "name")
@pytest.mark.parametrize(("path", "name"), paths(), ids=str)
def test_a_url_is_no_file(
    path: str, name: str, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(world.folder)
    command = load_command(path)
    param = next(param for param in command.params if param.name == name)
    before = sorted(os.listdir(world.folder))
    needed = [
        str(other.name)
        for other in command.params
        if other.required and other.name != name and other.opts[0][0] != "-"
    ]
    option = [param.opts[0]] if param.opts[0].startswith("-") else []
    for typed, code in ((URLS[0], "url_for_path"), (HOMES[1], "home_in_path")):
        run = world.jpcli(*path.split(), *needed, *option, typed, "--json")
        refused(run, world.folder, before, code)


@pytest.mark.file("names of files")
def test_a_colon_in_a_path_is_no_url(jpcli: Callable[..., Any], tmp_path: Path) -> None:
    for name in ("a:b.db", "x:/ledger.db", "./postgresql:/ledger.db", "://x.db", "~/l.db", "l~"):
        assert jpcli("init", "--ledger", f"{tmp_path}/{name}").code == 0


@pytest.mark.file("names of files")
def test_a_path_that_looks_like_one_can_be_written_otherwise(
    jpcli: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert jpcli("init", "--ledger", "./postgresql:/ledger.db").code == 0
    assert jpcli("init", "--ledger", "./~/ledger.db").code == 0
