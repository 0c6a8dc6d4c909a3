"""A hint of a command that named its ledger is for that ledger, and no other."""

from __future__ import annotations

import json
import shlex
from typing import TYPE_CHECKING, Any

import pytest

from jpcli.cli.app.table import COMMANDS
from jpcli.cli.shared.named_ledger import ELSEWHERE, ledger_words, naming

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    Jpcli = Callable[..., Any]

WORDS = "--ledger 'o 2.db'"
LINES = {
    "See them:   jpcli cards list": f"See them:   jpcli cards list {WORDS}",
    "jpcli invoice pay INV-2026-10": f"jpcli invoice pay INV-2026-10 {WORDS}",
    "Then:   jpcli cards add, or jpcli cards remove CARD": (
        f"Then:   jpcli cards add {WORDS}, or jpcli cards remove CARD {WORDS}"
    ),
    "Use another:   jpcli cards add --primary   https://x.example/i": (
        f"Use another:   jpcli cards add --primary {WORDS}   https://x.example/i"
    ),
    "jpcli clients edit 'Two   blanks, or none' --address TEXT": (
        f"jpcli clients edit 'Two   blanks, or none' --address TEXT {WORDS}"
    ),
    """jpcli sites list --client 'O'"'"'Brien -- x'""": (
        f"""jpcli sites list --client 'O'"'"'Brien -- x' {WORDS}"""
    ),
    "jpcli clients edit --address TEXT -- -x": f"jpcli clients edit --address TEXT {WORDS} -- -x",
    "jpcli clients show 'A --ledger x'": f"jpcli clients show 'A --ledger x' {WORDS}",
    "jpcli clients show -- --help": f"jpcli clients show {WORDS} -- --help",
    "jpcli ledger restore FILE --ledger URL": "jpcli ledger restore FILE --ledger URL",
    "Make a ledger:   jpcli init": "Make a ledger:   jpcli init",
    "Check it, without a ledger:   jpcli invoice verify FILE": (
        "Check it, without a ledger:   jpcli invoice verify FILE"
    ),
    "See   jpcli licenses list --help": "See   jpcli licenses list --help",
    "Run the same command again; nothing is done twice.": (
        "Run the same command again; nothing is done twice."
    ),
    "An older jpcli made it.": "An older jpcli made it.",
    "/usr/bin/python -m pip install 'jpcli-desk[pdf]'": (
        "/usr/bin/python -m pip install 'jpcli-desk[pdf]'"
    ),
}


@pytest.mark.no_ledger
@pytest.mark.parametrize("line", LINES)
def test_each_command_in_a_hint_names_it(line: str) -> None:
    assert naming(line, WORDS) == LINES[line]
    assert naming(line, "") == line


@pytest.mark.no_ledger
def test_all_commands_but_these_take_it(jpcli: Jpcli) -> None:
    without = {
        path for path in COMMANDS if "--ledger PATH" not in jpcli(*path.split(), "--help").out
    }
    assert without | {"init", "invoice verify"} == set(ELSEWHERE)


@pytest.mark.no_ledger
def test_what_names_the_usual_one_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JPCLI_LEDGER", "a.db")
    assert [ledger_words(named) for named in (None, "", "a.db", "b c.db")] == [
        "",
        "",
        "",
        "--ledger 'b c.db'",
    ]
    secret = "postgresql://u:s3cret@h/l"
    assert "s3cret" not in ledger_words(secret)


# What says a command, and where: a remark, an error, a list that was cut, a table, a question.
ROADS: dict[str, tuple[int, str]] = {
    "init --name X": (0, "cards add"),
    "issue jetpack-scan --yes": (3, "cards add"),
    "status --format table": (0, "issue PRODUCT"),
    "": (0, "issue PRODUCT"),
    "cards add --brand visa --last4 4242 --exp 12/2030 --quiet": (0, ""),
    "issue jetpack-scan --quantity 2 --yes --quiet": (0, ""),
    "invoice preview --format table": (0, "licenses list --state unassigned"),
    "audit --format table": (0, "audit --init audit.toml"),
    "licenses list --state unassigned --limit 1 --format table": (0, ""),
    "invoice close 2024-08": (3, "settings set bill-from 2024-08"),
    "invoice pay INV-2024-08": (3, "invoice list"),
}


def test_hints_typed_as_they_stand_are_for_the_same_ledger(jpcli: Jpcli, tmp_path: Path) -> None:
    other = str(tmp_path / "another one.db")
    for line, (code, told) in ROADS.items():
        run = jpcli(*line.split(), "--ledger", other)
        assert run.code == code, run.err
        text = run.out + run.err
        assert not told or f"jpcli {told}" in text, text
        for row in text.splitlines():
            assert "   jpcli " not in row or row.endswith(f" --ledger {shlex.quote(other)}"), row


def test_so_are_those_in_json(jpcli: Jpcli, tmp_path: Path) -> None:
    other = str(tmp_path / "another one.db")
    told = []
    for line, (code, _) in ROADS.items():
        plain = line.removesuffix(" --format table")
        if not plain:
            continue
        run = jpcli(*plain.split(), "--json", "--ledger", other)
        assert run.code == code, run.err
        told += list(_hints(json.loads(run.out)))
    assert len(told) > 4
    for hint in told:
        for row in hint.splitlines():
            assert naming(row, f"--ledger {shlex.quote(other)}") == row


def _hints(value: Any) -> Iterator[str]:
    """Each text of a hint or a mend, wherever it is."""
    if isinstance(value, list):
        for item in value:
            yield from _hints(item)
    elif isinstance(value, dict):
        for key, inner in value.items():
            if key in ("hint", "fix") and inner:
                yield inner
            else:
                yield from _hints(inner)


def test_a_report_for_others_names_none(jpcli: Jpcli, tmp_path: Path) -> None:
    other = str(tmp_path / "o.db")
    assert jpcli("init", "--name", "X", "--ledger", other).code == 0
    kinds = ("junit", "github")
    outputs = [word for kind in kinds for word in ("--output", f"{kind}:{tmp_path / kind}")]
    run = jpcli("audit", *outputs, "--format", "csv", "--ledger", other)
    assert run.code == 1
    assert f" --ledger {other}," in run.out
    for kind in kinds:
        report = (tmp_path / kind).read_text()
        assert "jpcli cards add" in report
        assert "--ledger" not in report
