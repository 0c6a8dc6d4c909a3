"""Completion in a real zsh: what is typed, and that names are never run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.completions.shells import CLIENTS, KEYS, SITES, Place, Typist, needs

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [needs("zsh"), pytest.mark.xdist_group("zsh")]


@pytest.fixture(scope="module")
def typist(filled: Place) -> Iterator[Typist]:
    typist = Typist(filled, ["zsh", "-i"])
    yield typist
    typist.close()


STATIC = [
    ("jpcli iss\t", ["issue"]),
    ("jpcli --json licenses co\t", ["--json", "licenses", "count"]),
    ("jpcli licenses list --sta\t", ["licenses", "list", "--state"]),
    ("jpcli licenses list --state u\t", ["licenses", "list", "--state", "unassigned"]),
    ("jpcli licenses list --state=u\t", ["licenses", "list", "--state=unassigned"]),
    ("jpcli licenses list --sort st\t", ["licenses", "list", "--sort", "state"]),
    ("jpcli invoice preview --by l\t", ["invoice", "preview", "--by", "license"]),
    ("jpcli log --format nd\t", ["log", "--format", "ndjson"]),
    ("jpcli log --json --js\t", ["log", "--json", "--js"]),
    ("jpcli status -- --q\t", ["status", "--", "--q"]),
    ("jpcli issue -n 3 --quan\t", ["issue", "-n", "3", "--quantity"]),
]


@pytest.mark.parametrize(("line", "expected"), STATIC)
def test_what_the_script_knows_it_answers_without_a_process(
    place: Place, typist: Typist, line: str, expected: list[str]
) -> None:
    assert typist.arguments(line) == expected
    assert all(call[:1] != ["--complete"] for call in place.asked())


FORMS = ["--client {}", "--client '{}", '--client "{}', "--client={}"]


@pytest.mark.parametrize("client", CLIENTS[2:], ids=lambda text: text[:5])
@pytest.mark.parametrize("form", FORMS)
def test_any_name_is_typed_as_it_is(place: Place, typist: Typist, client: str, form: str) -> None:
    start = client[:2]
    if not form.endswith(("'{}", '"{}')):
        start = start.replace("#", "\\#").replace("~", "\\~")
    typed = typist.arguments(f"jpcli licenses list {form.format(start)}\t")
    assert typed[-1].removeprefix("--client=") == client


@pytest.mark.parametrize(
    ("line", "last"),
    [
        ("jpcli clients show Ac\tI\t", "Acme Inc"),
        ('jpcli clients show "Ac\tI\t', "Acme Inc"),
        ("jpcli clients show 'Ac\t$\t", CLIENTS[1]),
        ("jpcli clients show Ac\t\\$\t", CLIENTS[1]),
        ("jpcli clients show -- -d\t", "-dash client"),
        ("jpcli sites show https://on\t", SITES[0]),
        ("jpcli sites show one\t", "one.example"),
        ("jpcli licenses list --site=https://on\t", "--site=" + SITES[0]),
        ("jpcli sites show http\t://p\t", SITES[2]),
        ("jpcli licenses show jetpack-sc\t2\t", KEYS[2]),
        ("jpcli revoke jetpack-sc\t", KEYS[2]),
        ("jpcli assign jetpack-\t", KEYS[1]),
        ("jpcli transfer jetpack-a\t", KEYS[0]),
        ("jpcli invoice preview --revoke jetpack-sc\t2026-11-30", KEYS[2] + "@2026-11-30"),
        ("jpcli ledger import hist\t", "history.ndjson"),
    ],
)
def test_lines_that_are_typed_with_tabs(place: Place, typist: Typist, line: str, last: str) -> None:
    assert typist.arguments(line)[-1] == last


@pytest.mark.parametrize(
    "line",
    [
        "jpcli --ledger {} sites show http://p\t",
        "jpcli --ledger={} sites show http://p\t",
        "jpcli --ledger '{}' sites show http://p\t",
        "JPCLI_LEDGER={} jpcli sites show http://p\t",
    ],
)
def test_the_ledger_on_the_line_is_the_one_that_is_asked(filled: Place, line: str) -> None:
    elsewhere = Typist(filled, ["env", "JPCLI_LEDGER=/nowhere", "zsh", "-i"])
    try:
        assert elsewhere.arguments(line.format(filled.ledger))[-1] == SITES[2]
        assert elsewhere.arguments("jpcli sites show http://p\t")[-1] == "http://p"
    finally:
        elsewhere.close()


def test_syntax(place: Place) -> None:
    assert place.run("zsh", "-n", place.script["zsh"]) == ""
