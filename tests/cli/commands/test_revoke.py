"""A bundle whose licenses are on sites: who ends it has seen the sites, or said so beforehand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from tests import engines
from tests.cli.conftest import run_on_terminal

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SITES = ("https://one.example", "https://two.example")
CODE = "bundle_in_use"


class Desk(NamedTuple):
    """A bundle with licenses on `SITES`, another with none, a single one on a site; files that name
    them."""

    jpcli: Callable[..., Any]
    folder: Path
    used: str
    idle: str
    single: str

    def state(self) -> str:
        return engines.engine.dump(engines.place(self.folder / "ledger.db"))

    def file(self, *keys: str) -> str:
        path = self.folder / "ends.csv"
        path.write_text("\n".join(["license_key", *keys, ""]))
        return str(path)

    def revoked(self, key: str) -> bool:
        (found,) = self.jpcli("licenses", "show", key, "--json").data["licenses"]
        return bool(found["state"] == "revoked")


@pytest.fixture
def desk(ledger: Callable[..., Any], tmp_path: Path) -> Desk:
    bundles = [
        ledger("issue", "jetpack-security-t1", "--bundle", "5", "--json").data["licenses"]
        for _ in range(2)
    ]
    used, idle = (found[0]["license_key"] for found in bundles)
    for child, site in zip(bundles[0][1:3], SITES, strict=True):
        assert ledger("assign", child["license_key"], "--site", site).code == 0
    single = ledger("issue", "jetpack-scan", "--site", "one.example", "--json").data["licenses"][0]
    return Desk(ledger, tmp_path, used, idle, single["license_key"])


def roads(desk: Desk) -> dict[str, list[str]]:
    return {
        "its key": ["revoke", desk.used],
        "others beside it": ["revoke", desk.idle, desk.used, desk.single],
        "a file": ["revoke", "--from", desk.file(desk.single, desk.used)],
    }


ROADS = ("its key", "others beside it", "a file")


@pytest.mark.parametrize("more", [("--yes",), ()], ids=["yes", "nothing said"])
@pytest.mark.parametrize("road", ROADS)
def test_yes_alone_ends_nothing_that_is_in_use(
    desk: Desk, road: str, more: tuple[str, ...]
) -> None:
    before = desk.state()
    run = desk.jpcli(*roads(desk)[road], *more, "--json")
    assert (run.code, run.error["code"]) == (2, CODE)
    assert "--in-use" in run.error["hint"]
    told = [run.error["message"], *(each["message"] for each in run.error.get("problems", ()))]
    for site in SITES:
        assert any(site in message for message in told)
    assert desk.state() == before


@pytest.mark.parametrize("road", ROADS)
def test_in_use_beside_yes_ends_it_and_names_the_sites(desk: Desk, road: str) -> None:
    run = desk.jpcli(*roads(desk)[road], "--yes", "--in-use", "--json")
    assert run.code == 0
    (note,) = (note for note in run.json["notes"] if note["code"] == CODE)
    assert note["subject"] == desk.used
    assert all(site in note["message"] for site in SITES)
    assert desk.revoked(desk.used)
    assert desk.jpcli("ledger", "check").code == 0


def test_in_use_alone_is_no_yes(desk: Desk) -> None:
    before = desk.state()
    run = desk.jpcli("revoke", desk.used, "--in-use", "--json")
    assert (run.code, run.error["code"]) == (2, "confirmation_required")
    assert desk.state() == before


@pytest.mark.parametrize("more", [(), ("--yes",), ("--yes", "--in-use")], ids=str)
@pytest.mark.parametrize("road", ROADS)
def test_a_dry_run_tells_the_sites_and_refuses_nothing(
    desk: Desk, road: str, more: tuple[str, ...]
) -> None:
    before = desk.state()
    run = desk.jpcli(*roads(desk)[road], "--dry-run", "--json", *more)
    assert run.code == 0
    (note,) = (note for note in run.json["notes"] if note["code"] == CODE)
    assert all(site in note["message"] for site in SITES)
    assert ("--in-use" in str(note["hint"])) == ("--in-use" not in more)
    assert desk.state() == before


@pytest.mark.parametrize("road", ROADS)
@pytest.mark.parametrize("answer", ["y\n", "n\n"])
def test_the_question_names_the_sites_and_the_yes_is_for_them(
    desk: Desk, road: str, answer: str
) -> None:
    asked = run_on_terminal(*roads(desk)[road], answer=answer)
    assert all(site in asked.out for site in SITES)
    assert asked.out.index(SITES[0]) < asked.out.index("Continue?")
    assert asked.code == (0 if answer == "y\n" else 2)
    assert desk.revoked(desk.used) == (answer == "y\n")


def test_yes_on_a_terminal_has_seen_no_site(desk: Desk) -> None:
    asked = run_on_terminal("revoke", desk.used, "--yes")
    assert asked.code == 2
    assert CODE in asked.out
    assert not desk.revoked(desk.used)


@pytest.mark.parametrize("which", ["idle", "single"])
def test_what_is_not_in_use_or_no_bundle_needs_no_more_than_yes(desk: Desk, which: str) -> None:
    run = desk.jpcli("revoke", getattr(desk, which), "--yes", "--json")
    assert run.code == 0
    assert CODE not in [note["code"] for note in run.json["notes"]]


def test_what_was_freed_or_is_gone_is_not_in_use(desk: Desk) -> None:
    rows = desk.jpcli("licenses", "list", "--json").data["licenses"]
    children = [row for row in rows if row["bundle_key"] == desk.used and row["site"]]
    assert desk.jpcli("unassign", children[0]["license_key"]).code == 0
    assert desk.jpcli("revoke", children[1]["license_key"], "--yes").code == 0
    assert desk.jpcli("revoke", desk.used, "--yes").code == 0


def test_a_good_row_is_kept_and_one_in_use_left_out(desk: Desk) -> None:
    path = desk.file(desk.used, desk.single)
    run = desk.jpcli("revoke", "--from", path, "--yes", "--keep-going", "--json")
    assert run.code == 1
    assert [(each["code"], each["subject"]) for each in run.data["problems"]] == [(CODE, desk.used)]
    assert not desk.revoked(desk.used)
    assert desk.revoked(desk.single)


def test_a_key_again_gives_the_first_answer_whatever_was_agreed(desk: Desk) -> None:
    words = ("revoke", desk.used, "--yes", "--idempotency-key", "k1", "--json")
    assert desk.jpcli(*words).error["code"] == CODE
    first = desk.jpcli(*words, "--in-use")
    again = desk.jpcli(*words)
    assert (first.code, again.code) == (0, 0)
    assert again.data["licenses"] == first.data["licenses"]


PLAN = """complete = true
[sites."https://one.example"]
products = ["jetpack-scan"]
[spares]
"*" = 0
"""


@pytest.mark.parametrize("words", [("plan",), ("apply", "--dry-run"), ("apply", "--yes")], ids=str)
def test_a_plan_names_the_sites_that_it_empties(desk: Desk, words: tuple[str, ...]) -> None:
    """The file has said what no site is to have any more, so that it is no second time asked."""
    path = desk.folder / "sites.toml"
    path.write_text(PLAN)
    run = desk.jpcli(words[0], str(path), *words[1:], "--json")
    assert run.code == 0
    (note,) = (note for note in run.json["notes"] if note["code"] == CODE)
    assert all(site in note["message"] for site in SITES)
    assert desk.revoked(desk.used) == (words == ("apply", "--yes"))


def test_the_question_before_a_plan_names_them_too(desk: Desk) -> None:
    path = desk.folder / "sites.toml"
    path.write_text(PLAN)
    asked = run_on_terminal("apply", str(path), answer="n\n")
    question = asked.out[asked.out.index("Apply ") :]
    assert all(site in question for site in SITES)
    assert not desk.revoked(desk.used)


@pytest.mark.parametrize("form", ["csv", "tsv", "md", "json", "ndjson", "table"])
def test_what_is_unassigned_is_revoked_without_what_is_in_bundles(desk: Desk, form: str) -> None:
    """The refusal of the whole list names the command that lists what can go."""
    free = desk.jpcli("issue", "jetpack-ai", "-n", "2", "--json").data["licenses"]
    pipe = desk.folder / "list"
    pipe.write_text(desk.jpcli("licenses", "list", "--state", "unassigned", "--json").out)
    before = desk.state()
    refused = desk.jpcli("revoke", "--from", str(pipe), "--yes")
    assert (refused.code, desk.state()) == (3, before)
    (hint,) = (line for line in refused.err.splitlines() if "--no-bundle" in line)
    command = hint.partition("   jpcli ")[2].split()
    if form == "table":
        shown = desk.jpcli(*command, "--format", form).out
        assert [row["license_key"] in shown for row in free] == [True, True]
        return
    pipe.write_text(desk.jpcli(*command, "--format", form).out)
    done = desk.jpcli("revoke", "--from", str(pipe), "--yes", "--json")
    assert done.code == 0, done.err
    revoked = [row["license_key"] for row in done.data["licenses"]]
    assert revoked == [row["license_key"] for row in free]
    pipe.write_text(desk.jpcli(*command, "--format", form).out)
    assert desk.jpcli("revoke", "--from", str(pipe), "--yes").code == 0


def test_a_bundle_and_what_is_in_it_count_as_no_single_ones(desk: Desk) -> None:
    for line, found in {
        "licenses list --no-bundle --state all": 1,
        "licenses count --no-bundle": 1,
        "licenses timeline --no-bundle": 1,
        "licenses list --no-bundle --state bundle": 0,
        "licenses list --no-bundle --state unassigned": 0,
    }.items():
        assert desk.jpcli(*line.split(), "--json").data["total"] == found, line


@pytest.mark.parametrize(
    ("chosen", "question"),
    [
        (["--site", "one.example", "--all"], "Revoke 2 licenses?"),
        (["--product", "scan"], "Revoke {single}?"),
        (["--product", "security-t1", "--state", "bundle", "--all"],
         "Revoke 2 licenses and the 10 licenses in them?"),
        (["--bundle", "5", "--state", "assigned", "--all"], "Revoke 2 licenses?"),
    ],
)  # fmt: skip
def test_the_question_where_nobody_can_be_asked_counts_what_was_chosen(
    desk: Desk, chosen: list[str], question: str
) -> None:
    before = desk.state()
    done = desk.jpcli("revoke", *chosen, "--in-use", "--json")
    assert (done.code, done.error["code"]) == (2, "confirmation_required")
    assert done.error["message"].startswith(question.format(single=desk.single))
    assert desk.state() == before
