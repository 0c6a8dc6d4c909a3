"""Sites in messages, hints and questions are as people read them; data has the wire's."""

from __future__ import annotations

import shlex

import pytest

from jpcli.domain.site_urls import readable_in
from tests.cli.conftest import run_on_terminal
from tests.cli.lines import NOW
from tests.cli.world import World
from tests.cli.world import world as world

WIRE = "xn--mller-kva.example"
READ = "müller.example"
OLD, NEW = "https://strasse.example", "https://straße.example"
# Each says something of the site m.example/café on stderr, or in what only people read.
ROADS = """
assign {free} --site müller.example
assign {placed} --site müller.example
assign {placed} --site b.example
assign {free} --site müller.example --client Zoe
issue jetpack-scan --site müller.example --client Zoe
issue jetpack-scan --site müller.example
issue jetpack-scan --site www.müller.example
transfer {placed} --to müller.example
transfer {other} --to müller.example
transfer {free} --to müller.example
transfer --from {folder}/moves.csv
transfer --from {folder}/free.csv
sites move müller.example --client Bob
sites move müller.example --client Ann
sites move müller.example --no-client --at 2026-09-01
sites show nowhere.müller.example
sites show www.müller.example
plan {folder}/müller.toml
apply {folder}/müller.toml --yes
status --format table
audit --policy {folder}/required.toml --format table
audit --policy {folder}/required.toml --format github
log --format table
sites list --format table
licenses list --format table
licenses show {placed} --format table
invoice explain 2026-11 --format table
revoke {parent} --yes
revoke {parent} --dry-run
ledger import {folder}/history.csv
"""


@pytest.fixture
def muller(world: World) -> World:
    """A ledger with a site and a child of a bundle on it."""
    jpcli = world.jpcli
    rows = jpcli("licenses", "list", "--state", "all", "--json", now=NOW).data["licenses"]
    (parent,) = (row["license_key"] for row in rows if row["state"] == "bundle")
    child = next(row["license_key"] for row in rows if row["bundle_key"] == parent)
    for line in (
        f"transfer {world.names['placed']} --to müller.example --client Ann",
        f"assign {child} --site müller.example",
        "issue jetpack-scan --site müller.example",
    ):
        assert jpcli(*shlex.split(line), now=NOW).code == 0
    names = world.names
    for name, text in {
        "moves.csv": f"license_key,to\n{names['other']},müller.example\n",
        "free.csv": f"license_key,to\n{names['free']},müller.example\n",
        "müller.toml": '[sites."müller.example"]\nclient = "Zoe"\nproducts = ["jetpack-ai"]\n',
        "required.toml": '[[required]]\nsites = ["müller.example"]\nproducts = ["jetpack-ai"]\n',
        "history.csv": "license_key,product,issued_at,site,client\n"
        "jetpack-ai_1,jetpack-ai,2026-11-01,müller.example,Zoe\n",
    }.items():
        (world.folder / name).write_text(text)
    return world._replace(names={**names, "parent": parent})


@pytest.mark.parametrize("road", ROADS.strip().splitlines())
def test_a_site_is_told_as_it_is_read(road: str, muller: World) -> None:
    words = [word.format(**muller.names) for word in shlex.split(road)]
    dry = ["--dry-run"] if muller.jpcli(*words, "--dry-run", now=NOW).code != 2 else []
    for more in (dry, []):
        run = muller.jpcli(*words, *more, now=NOW)
        for_people = run.err + (run.out if "--format" in words else "")
        assert WIRE not in for_people
        assert READ in for_people.replace("\\", ""), for_people


def test_data_has_the_site_as_the_wire_has_it(muller: World) -> None:
    run = muller.jpcli("assign", muller.names["placed"], "--site", READ, "--json", now=NOW)
    assert READ not in run.out
    assert WIRE in run.json["notes"][0]["message"]
    for form in ("csv", "tsv", "ndjson", "md"):
        out = muller.jpcli("sites", "list", "--format", form, now=NOW).out
        assert READ not in out
        assert "mller" in out


def test_a_summary_of_an_audit_is_for_people(
    muller: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = muller.folder / "summary.md"
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(page))
    muller.jpcli("audit", "--policy", str(muller.folder / "required.toml"), now=NOW)
    text = page.read_text("utf-8").replace("\\", "")
    assert (READ in text, WIRE in text) == (True, False)


def test_a_hint_with_such_a_site_works_as_it_is_typed(muller: World) -> None:
    told = muller.jpcli("transfer", muller.names["free"], "--to", READ, now=NOW).err
    (command,) = (
        line.partition("   jpcli ")[2] for line in told.splitlines() if "   jpcli " in line
    )
    assert READ in command
    assert muller.jpcli(*shlex.split(command), now=NOW).code == 0


def test_a_question_names_it_as_it_is_read(muller: World) -> None:
    told = run_on_terminal("revoke", muller.names["parent"], answer="n\n", columns=200)
    assert READ in told.out
    assert WIRE not in told.out


def test_where_letters_cannot_be_written_the_wire_form_stays(
    muller: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jpcli.cli.render.stderr._is_unicode", lambda: False)
    run = muller.jpcli("assign", muller.names["placed"], "--site", READ, now=NOW)
    assert WIRE in run.err
    assert READ not in run.err


@pytest.mark.no_ledger
@pytest.mark.parametrize(
    ("sentence", "read"),
    [
        ("https://xn--mller-kva.example, and", "https://müller.example, and"),
        ("on https://xn--mller-kva.example/caf%C3%A9.", "on https://müller.example/café."),
        ("'https://xn--mller-kva.example/a'", "'https://müller.example/a'"),
        ("https://xn--strae-oqa.example: x", "https://straße.example: x"),
        ("(http://xn--mller-kva.example)", "(http://müller.example)"),
        # What would not be the same site when it is typed stays.
        ("https://a.example/%41?x", "https://a.example/%41?x"),
        ("https://a.example/%E3%80%80b", "https://a.example/%E3%80%80b"),
        ("https://xn--a.example", "https://xn--a.example"),
        ("100 % of xn--mller-kva", "100 % of xn--mller-kva"),
    ],
)
def test_sites_in_a_sentence(sentence: str, read: str) -> None:
    assert readable_in(sentence) == read
