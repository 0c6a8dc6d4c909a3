"""Whatever is called like a command of a CI system gives none: on no line of any answer, remark or
error, in any format but that which is made of them."""

from __future__ import annotations

import csv
import io
import json
import shlex
from typing import TYPE_CHECKING

import pytest

from tests.cli.conftest import anything_goes
from tests.cli.lines import LINES, NOW, Line
from tests.cli.world import World, built_on, copied

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.cli.conftest import Run
    from tests.cli.world import Built

    Jpcli = Callable[..., Run]

FORMATS = ("table", "tsv", "csv", "md", "ndjson", "json")
CLIENT = "::error title=x::Ann"
MARKED = "::warning::##[error]x##vso[y]"
URL = "https://a.example/::error::x"


@pytest.fixture(scope="session")
def hostile_built(built: Built, tmp_path_factory: pytest.TempPathFactory) -> Built:
    """The same ledger, and everything in it that has a name has one of those."""
    return built_on(built, tmp_path_factory.mktemp("hostile") / "mine", _name)


@pytest.fixture
def hostile(
    hostile_built: Built, tmp_path: Path, jpcli: Jpcli, monkeypatch: pytest.MonkeyPatch
) -> World:
    return copied(hostile_built, tmp_path / "mine", jpcli, monkeypatch)


def _name(world: World) -> dict[str, str]:
    free = world.names["free"]
    prices = world.folder / "hostile.json"
    prices.write_text(json.dumps([{"product": "jetpack-scan", "amount": "1", "name": CLIENT}]))
    with anything_goes():
        for line in (
            f"settings set name {shlex.quote(MARKED)}",
            f"products import {prices}",
            f"sites move a.example --client {shlex.quote(CLIENT)} --actor {shlex.quote(MARKED)}",
            f"transfer {world.names['other']} --to {shlex.quote(URL)}",
            f"clients add {shlex.quote(MARKED)}",
            f"invoice mark-paid INV-2026-09 --reference {shlex.quote(MARKED)}",
            f"revoke {free} --yes --reason {shlex.quote('x' + chr(10) + '::error::x')}",
        ):
            assert world.jpcli(*shlex.split(line), now=NOW).code == 0, line
    return {}


def commands_in(text: str) -> list[str]:
    lines = text.splitlines()
    marks = ("##[", "##vso[")
    return [
        line
        for line in lines
        if line.strip().startswith("::") or any(mark in line for mark in marks)
    ]


@pytest.mark.alike("line")
@pytest.mark.parametrize("line", LINES, ids=str)
def test_no_line_is_a_command(line: Line, hostile: World) -> None:
    for form in FORMATS:
        run = hostile(line, "--format", form)
        assert commands_in(run.err) == []
        assert commands_in(run.out) == []


OURS = ("::notice file=", "::error file=", "::warning file=", "::error title=jpcli")


@pytest.mark.parametrize(
    ("words", "forms"),
    [
        ("audit --policy {folder}/audit.toml", ("junit", "github", "md", "table", "json")),
        ("plan {folder}/sites.toml", ("github", "md", "table", "json", "csv")),
    ],
)
def test_nor_is_a_line_of_a_report_but_those_that_are_meant(
    words: str, forms: tuple[str, ...], hostile: World
) -> None:
    wanted = hostile.folder / "sites.toml"
    site = f'[sites."https://f.example"]\nclient = {json.dumps(MARKED)}\n'
    wanted.write_text(f'{wanted.read_text()}{site}products = ["jetpack-boost"]\n')
    argv = words.format(**hostile.names).split()
    files = [hostile.folder / f"report.{form}" for form in forms]
    outputs = [f"--output={form}:{path}" for form, path in zip(forms, files, strict=True)]
    run = hostile.jpcli(*argv, *outputs, "--format", "github", now=NOW)
    assert run.code in (0, 1), run.err
    for text in (run.out, run.err, *(path.read_text() for path in files)):
        assert all(line.startswith(OURS) for line in commands_in(text))
    assert sum(line.startswith("::") for line in run.out.splitlines()) >= 1


@pytest.mark.alike("form")
@pytest.mark.parametrize(
    "argv",
    [
        ("licenses", "show", CLIENT),
        ("sites", "show", CLIENT),
        ("clients", "show", CLIENT + "y"),
        ("log", "--kind", CLIENT),
        ("issue", CLIENT),
        ("invoice", "show", CLIENT),
        ("settings", "set", CLIENT, CLIENT),
        (CLIENT,),
        ("status", CLIENT),
        ("--format", CLIENT),
        ("plan", CLIENT),
        ("audit", "--policy", CLIENT),
        ("status", "--ledger", CLIENT),
        ("assign", "x", "--site", "b.example", "--client", CLIENT),
    ],
    ids=str,
)
@pytest.mark.parametrize("form", [(), ("--json",)])
def test_nor_is_an_error(argv: tuple[str, ...], form: tuple[str, ...], hostile: World) -> None:
    run = hostile.jpcli(*argv, *form, now=NOW)
    assert commands_in(run.out + run.err) == []


def test_what_is_read_back_is_what_there_was(hostile: World) -> None:
    def listed(form: str) -> str:
        out: str = hostile.jpcli("clients", "list", "--format", form).out
        return out

    assert CLIENT in {row["client"] for row in json.loads(listed("json"))["data"]["clients"]}
    assert CLIENT in {json.loads(row)["client"] for row in listed("ndjson").splitlines()}
    assert CLIENT in {row[0] for row in csv.reader(io.StringIO(listed("csv")))}
    assert CLIENT in {
        row.split("\t")[0].replace(r"\x3a", ":") for row in listed("tsv").splitlines()
    }
    saved = hostile.folder / "all.ndjson"
    saved.write_text(hostile.jpcli("ledger", "export", "--format", "ndjson").out)
    again = hostile.jpcli("ledger", "import", str(saved))
    assert (again.code, CLIENT in saved.read_text()) == (0, True)
