"""A name that begins with a dash is no option: a hint with one in it can be typed as it stands."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any

import pytest

from jpcli.domain.words import command_line
from tests.cli.hints import commands

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

UNDO = "undo --yes"
# What the rules say of a hint that was typed as it stands.
REFUSED = ("confirmation_required", "unknown_client")
# (what is typed, the command that its hint tells), one after the other.
TYPED = (
    ("issue jetpack-scan --site a.example --client -x --yes", None),
    ("issue jetpack-scan -n 2 --site b.example --client Zoe --yes", None),
    ("clients merge --into -x -- -x", "jpcli clients show -- -x"),
    ("clients rename -- -x Zoe", "jpcli clients merge --into Zoe -- -x"),
    ("clients rename -- Zoe -x", "jpcli clients merge Zoe --into -x"),
    ("clients edit Zoe --address Wien", None),
    ("month-end 2026-11 --output bills --dry-run", "jpcli clients edit --address TEXT -- -x"),
    ("plan --init -p.toml", "jpcli plan -- -p.toml"),
    ("plan --out -p.plan -- -p.toml", "jpcli apply -- -p.plan"),
    ("revoke --site a.example --yes", None),
    ("plan -- -p.toml", "jpcli apply -- -p.toml"),
    ("savings --output -s.toml", "jpcli plan -- -s.toml"),
    ("clients rename -- -x -y", None),
    ("clients show -- -x", "jpcli clients show -- -y"),
    ("clients add -- -z", None),
    ("sites move b.example --client -z", None),
    (UNDO, "jpcli clients show -- -z"),
    ("sites move b.example --client Zoe", None),
    ("sites move a.example --client Zoe", None),
    ("clients archive -- -y", None),
    ("sites move a.example --client -y", "jpcli clients archive --back -- -y"),
    ("clients merge --into -z -- Zoe", None),
    ("sites move b.example --client Zoe", "jpcli clients show -- -z"),
)


def answer(jpcli: Callable[..., Any], words: list[str]) -> Any:
    """What a command answers in JSON; options stand before names with a dash."""
    place = words.index("--") if "--" in words else len(words)
    return jpcli(*words[:place], "--json", *words[place:])


def test_what_is_told_of_a_name_with_a_dash_can_be_typed(
    ledger: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for typed, told in TYPED:
        words = shlex.split(typed)
        if words[0] == "month-end":
            monkeypatch.setenv("JPCLI_NOW", "2026-12-02T10:00:00Z")
        if typed == UNDO:
            asked = ["log", "--kind", "client.added", "--limit", "1"]
            (added,) = answer(ledger, asked).data["events"]
            words.append(str(added["seq"]))
        run = answer(ledger, words)
        if told is None:
            assert run.code == 0, (typed, run.err)
            continue
        assert told in commands(run), (typed, run.out)
        _, *words = shlex.split(told)
        tried = ["--dry-run"] * (words[:1] == ["clients"] and words[1] != "show")
        again = answer(ledger, [*words[:2], *tried, *words[2:]])
        assert again.code == 0 or again.error["code"] in REFUSED, (told, again.err)
    for name in ("-p.toml", "-s.toml"):
        comments = (tmp_path / name).read_text()
        assert f"jpcli plan -- {name} " in comments
        assert f"jpcli apply -- {name} " in comments


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("plan --init -", "jpcli plan ./-"),
        ("plan --out - wanted.toml", "jpcli apply ./-"),
        ("savings --output -", "jpcli plan ./-"),
        ("audit --init -", "jpcli audit --policy ./-"),
        ("invoice export 2026-11 --format proof --output -", "jpcli invoice verify ./-"),
    ],
)
def test_a_file_that_is_called_as_standard_input_is_told_as_a_file(
    ledger: Callable[..., Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    typed: str,
    told: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.stdin", None)  # nobody reads that
    assert ledger(*["issue", "jetpack-scan", "-n", "2", "--site", "a.example", "--yes"]).code == 0
    assert ledger("plan", "--init", "wanted.toml").code == 0
    run = ledger(*typed.split())
    assert told in [
        line.strip().partition("   ")[2] or line.strip() for line in run.err.splitlines()
    ]
    again = answer(ledger, told.split()[1:])
    assert again.code in (0, 1), again.err
    text = (tmp_path / "-").read_text()
    if typed.split()[0] in ("savings", "audit") or "--init" in typed:
        assert f"{told} " in text or f"{told}\n" in text


@pytest.mark.parametrize(
    ("names", "rest", "expected"),
    [
        (("a",), "", "do a"),
        (("a b",), "--back", "do 'a b' --back"),
        (("-",), "", "do -- -"),
        (("-x",), "", "do -- -x"),
        (("name", "-x"), "--back", "do --back -- name -x"),
    ],
)
def test_what_begins_with_a_dash_stands_behind_all_options(
    names: tuple[str, ...], rest: str, expected: str
) -> None:
    assert command_line("do", *names, rest=rest) == expected
