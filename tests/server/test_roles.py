"""Who may only look, at a server or at its hot standby, sees everything and changes nothing."""

from __future__ import annotations

import os
import shlex
import shutil
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from jpcli.cli.app.root import load_command
from tests.cli.lines import LINES, NOW, Line
from tests.server.pair import Node, wait_until
from tests.server.running import Server, free_port, programs, unprivileged

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# Elsewhere, and of several ledgers.
_ELSEWHERE = ("init", "demo", "ledger restore", "ledger move")
# What a ledger without Stripe has not is told first.
_HERE = [line for line in LINES if line.path not in _ELSEWHERE and line.code == 0]
WRITES = [line for line in _HERE if "dry_run" in load_command(line.path).spec.shared]
READS = [line for line in _HERE if line not in WRITES] + [
    Line("invoice preview", "--revoke {placed}@2026-11-25 --issue jetpack-scan:3@2026-11-25"),
    Line("invoice preview", "--revoke {placed}@2026-11-25 --by site"),
    Line("invoice preview", "2026-10 --as-of 2026-10-02 --by client"),
    Line("invoice preview", "2026-10 --as-of 2026-10-02 --by license --json"),
    Line("licenses list", "--search É --sort site"),
    Line("licenses list", "--format csv"),
    Line("ledger export", "--format ndjson"),
    Line("plan", "{folder}/sites.toml --json"),
]


class Stage(NamedTuple):
    """The ledger of `lines`, its names, and how somebody names it who may look and no more."""

    names: dict[str, str]
    owner: str
    looker: str
    node: Node | None = None


@pytest.fixture(params=["user", "standby"])
def stage(
    request: pytest.FixtureRequest, server: Server, played: dict[str, str], address: str
) -> Stage:
    database = address.rpartition("/")[2]
    if request.param == "user":
        with server.connect(database) as connection:
            connection.execute("DROP ROLE IF EXISTS looker")
            connection.execute("CREATE ROLE looker LOGIN")
            connection.execute("GRANT pg_read_all_data TO looker")
            connection.execute(f"REVOKE TEMPORARY ON DATABASE {database} FROM PUBLIC")
        return Stage(played, address, server.address(database, "looker"))
    node: Node = request.getfixturevalue("standby")
    node.wait_for(server)
    return Stage(played, address, address.replace(str(server.port), str(node.port)), node)


@pytest.fixture(scope="module")
def standby(server: Server) -> Iterator[Node]:
    """A copy of the server that follows it and answers questions."""
    found = programs()
    folder = Path(mkdtemp(prefix="jpcli-standby-"))
    if os.getuid() == 0:
        shutil.chown(folder, "nobody", "nogroup")
    place = f"host=127.0.0.1 port={server.port} user=postgres"
    copy = ["-D", str(folder / "data"), "-R", "-d", place, "-c", "fast", "--no-sync"]
    assert unprivileged(found / "pg_basebackup", *copy, folder=folder).wait(120) == 0
    port = free_port()
    options = (f"port={port}", f"unix_socket_directories={folder}", "max_connections=60")
    settings = [part for option in options for part in ("-c", option)]
    command = [str(found / "postgres"), "-D", str(folder / "data"), *settings]
    node = Node(port, unprivileged(*command, folder=folder))
    try:
        wait_until(lambda: node.ask("SELECT 1"))
        yield node
    finally:
        node.kill()
        shutil.rmtree(folder, ignore_errors=True)


def test_who_may_only_look_gets_the_same_answers(
    stage: Stage, jpcli: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert {"audit", "plan", "ledger check", "ledger export"} <= {line.path for line in READS}
    wrong = []
    for line in READS:
        answers = []
        for address in (stage.owner, stage.looker):
            again = Path(stage.names["folder"]) / "again.db"
            again.unlink(missing_ok=True)
            shutil.rmtree(again.with_name("each"), ignore_errors=True)
            monkeypatch.setenv("JPCLI_LEDGER", address)
            run = jpcli(*line.argv(stage.names), now=NOW)
            answers.append((run.code, *(said.replace(address, "LEDGER") for said in run[1:])))
        if answers[0] != answers[1] or answers[0][0] != 0:
            wrong.append((line, answers))
    assert not wrong


@pytest.mark.parametrize("more", [(), ("--dry-run",)], ids=["done", "tried"])
def test_who_may_only_look_changes_nothing(
    more: tuple[str, ...],
    stage: Stage,
    jpcli: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = jpcli("ledger", "check", "--json").data
    monkeypatch.setenv("JPCLI_LEDGER", stage.looker)
    wrong = []
    for line in WRITES:
        run = jpcli(*line.argv(stage.names), "--json", *more, now=NOW)
        if (run.code, run.error["code"]) != (3, "read_only"):
            wrong.append((line, run))
    monkeypatch.setenv("JPCLI_LEDGER", stage.owner)
    assert jpcli("ledger", "check", "--json").data == before
    assert not wrong


def test_who_may_only_look_makes_no_ledger(
    server: Server, jpcli: Callable[..., Any], tmp_path: Path, stage: Stage
) -> None:
    database = server.database()
    there = stage.looker.rpartition("/")[0] + f"/{database}"
    if stage.node is not None:
        stage.node.wait_for(server)
    backup = str(tmp_path / "copy.db")
    assert jpcli("ledger", "backup", backup, "--ledger", stage.owner).code == 0
    for words in (
        f"init --ledger {there}",
        f"ledger move {backup} {there}",
        f"ledger restore {backup} --yes --ledger {there}",
    ):
        run = jpcli(*shlex.split(words), "--json")
        assert (run.code, run.error["code"]) == (3, "read_only"), run.err
    with server.connect(database) as connection:
        found = connection.execute("SELECT to_regclass('events')").fetchone()
    assert found == (None,)
    run = jpcli("ledger", "move", stage.looker, str(tmp_path / "moved.db"))
    assert run.code == 0, run.err


def test_a_change_finds_the_server_that_takes_it(
    server: Server,
    standby: Node,
    address: str,
    played: dict[str, str],
    jpcli: Callable[..., Any],
) -> None:
    """Of several; without `target_session_attrs` it is the first one."""
    assert played
    standby.wait_for(server)
    both = f"postgresql://postgres@127.0.0.1:{standby.port},127.0.0.1:{server.port}/"
    both += address.rpartition("/")[2]
    run = jpcli("issue", "jetpack-scan", "--ledger", both, "--json")
    assert (run.code, run.error["code"]) == (3, "read_only")
    writes = f"{both}?target_session_attrs=read-write"
    assert jpcli("issue", "jetpack-scan", "--ledger", writes).code == 0
