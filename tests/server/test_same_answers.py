"""The same commands on a file and on a server: the same chain, the same bytes of every answer."""

from __future__ import annotations

import json
import os
import random
from itertools import count
from shutil import rmtree
from typing import TYPE_CHECKING, Any

import pytest

from tests.cli.lines import LINES, NOW, Line, build
from tests.server.running import Server

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

# What makes or replaces a ledger in a place of its own.
_ELSEWHERE = {"init", "demo", "ledger restore", "ledger move"}
CHANGES = [line for line in LINES if line.path not in _ELSEWHERE]

READS = (
    *(
        f"licenses list --sort {sort}{reverse}"
        for sort in ("recorded", "issued", "key", "product", "site", "client", "state")
        for reverse in ("", " --reverse")
    ),
    *(f"licenses list --state {state}" for state in ("assigned", "unassigned", "all", "active")),
    "licenses list --search EXAMPLE",
    "licenses list --search ÄRGER",
    "licenses list --search ärger --sort site",
    "licenses list --search É",
    "licenses list --client Ann",
    "licenses list --no-client",
    "licenses list --site a.example --limit 1",
    "licenses list --product jetpack-scan --format csv",
    "licenses count",
    *(f"licenses count --by {by}" for by in ("product", "site", "client")),
    "licenses timeline --product jetpack-scan",
    "sites list",
    "sites list --search EXAMPLE",
    "sites show a.example",
    "clients list",
    "clients show Ann",
    "products list",
    *(f"invoice preview --by {by}" for by in ("product", "site", "client", "license", "day")),
    *(f"invoice preview 2026-09 --by {by}" for by in ("product", "site", "client", "license")),
    "invoice preview 2026-10 --as-of 2026-10-02 --by client",
    "invoice preview --issue jetpack-scan:3@2026-11-25",
    "invoice explain 2026-09",
    "invoice explain 2026-10",
    "invoice diff 2026-09 2026-10",
    "invoice list",
    "invoice show 2026-09",
    "invoice export 2026-09 --format html",
    "invoice export 2026-09 --format proof",
    "invoice export 2026-09 --client Ann --format proof",
    "invoice export 2026-09 --format hledger",
    "invoice preview --client Ann --by site",
    "invoice preview --no-client",
    "invoice preview --months 3 --by client",
    "invoice preview 2026 --by site",
    "invoice diff --by client",
    "clients report",
    "clients report --format csv",
    "savings",
    "products list --hidden",
    "sites list --archived",
    "settings show",
    "log",
    "log --site a.example",
    "log --kind license",
    "ledger check",
    "ledger export --format ndjson",
    "ledger export --format csv",
    "status",
)


@pytest.fixture
def seeded(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Makes new keys those that belong to a number."""
    source, real = random.Random(0), os.urandom

    def fake(size: int) -> bytes:
        return real(size) if size == 8 else source.randbytes(size)  # 8: a draft of a file

    monkeypatch.setattr("os.urandom", fake)
    for place in ("plan.apply", "licenses.revoke"):
        monkeypatch.setattr(f"jpcli.services.{place}.urandom", fake)
    monkeypatch.setattr("jpcli.services.ledger.init.token_hex", lambda size: fake(size).hex())
    return source.seed


def sites_of_all_kinds(jpcli: Callable[..., Any], names: dict[str, str]) -> None:
    for words in (
        ("issue", "jetpack-ai", "--site", "ärger.example", "--client", "Ärger GmbH"),
        ("issue", "jetpack-ai", "--site", "Z.example", "--client", "zoë"),
        ("issue", "jetpack-ai", "--site", "b.example"),
        ("sites", "move", "a.example", "--client", "Bob"),
        ("transfer", names["placed"], "--to", "b.example"),
    ):
        assert jpcli(*words, now=NOW).code == 0, words


def heads(jpcli: Callable[..., Any]) -> Any:
    found = jpcli("ledger", "check", "--json", now=NOW).data
    assert found["ok"], found["problems"]
    return found["events"], found["head"]


@pytest.fixture
def both(
    jpcli: Callable[..., Any],
    seeded: Callable[[int], None],
    server: Server,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Callable[[Callable[[], Any]], tuple[Any, Any]]:
    """Does something with the ledger of `lines` in a file, and with that on a server."""
    addresses = (str(tmp_path / "ledger.db"), server.address(server.database()))
    (tmp_path / "files").mkdir()

    steps = count()

    def play(act: Callable[[], Any]) -> tuple[Any, Any]:
        found, step = [], next(steps)
        for address in addresses:
            monkeypatch.setenv("JPCLI_LEDGER", address)
            seeded(step)
            found.append(json.loads(json.dumps(act()).replace(address, "LEDGER")))
        return found[0], found[1]

    def made() -> dict[str, str]:
        (tmp_path / "files" / "backup.db").unlink(missing_ok=True)
        (tmp_path / "files" / "audit.toml").unlink(missing_ok=True)
        names = build(jpcli, tmp_path / "files")
        sites_of_all_kinds(jpcli, names)
        return names

    names, same = play(made)
    assert names == same
    play.names = names  # type: ignore[attr-defined]
    return play


def test_every_question_has_the_same_answer(both: Any, jpcli: Callable[..., Any]) -> None:
    wrong = []
    for words in READS:
        for more in ((), ("--json",)):
            argv = [*words.split(), *(() if "--format" in words else more)]
            file, server = both(lambda argv=argv: jpcli(*argv, now=NOW))
            assert file[0] == 0, (words, file)
            if server != file:
                wrong.append((argv, file, server))
    assert not wrong
    assert len(set(map(str, both(lambda: heads(jpcli))))) == 1


def test_every_command_does_the_same(both: Any, jpcli: Callable[..., Any], tmp_path: Path) -> None:
    """One after the other, whatever the one before did."""
    for line in CHANGES:

        def act(line: Line = line) -> Any:
            (tmp_path / "files" / "again.db").unlink(missing_ok=True)
            rmtree(tmp_path / "files" / "each", ignore_errors=True)
            rmtree(tmp_path / "files" / "bills", ignore_errors=True)
            run = jpcli(*line.argv(both.names), "--json", now=NOW)
            return (run.code, run.out, run.err, heads(jpcli))

        file, server = both(act)
        assert server == file, line
