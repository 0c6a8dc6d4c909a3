"""Licenses that are chosen by what is known of them, on every command that takes any."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from jpcli.cli.render.stderr import numbers_in
from tests import engines
from tests.cli.conftest import copied, run_on_terminal

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


class Office(NamedTuple):
    """Two licenses of jetpack-scan and one of jetpack-complete on shop.example, of Shop; one of
    jetpack-scan on none; a bundle, of which one license is on blog.example, of Blog."""

    jpcli: Callable[..., Any]
    path: Path
    scans: list[str]
    complete: str
    free: str
    bundle: str
    child: str

    def __call__(self, line: str, *more: str, **options: Any) -> Any:
        named = {"BUNDLE": self.bundle, "CHILD": self.child, "FREE": self.free}
        words = [named.get(word, word) for word in shlex.split(line)]
        return self.jpcli(*words, *more, **options)

    def terminal(self, line: str, **options: Any) -> Any:
        return run_on_terminal(*shlex.split(line), **options)

    def state(self) -> str:
        return engines.engine.dump(engines.place(self.path))

    def keys(self, run: Any) -> set[str]:
        assert run.code == 0, run.err
        return {row["license_key"] for row in run.data["licenses"]}


@pytest.fixture
def office(ledger: Callable[..., Any], begun: Path, tmp_path: Path) -> Office:
    told = copied(begun / "choose.db", lambda: _made(ledger))
    return Office(ledger, tmp_path / "ledger.db", *told)


def _made(ledger: Callable[..., Any]) -> tuple[Any, ...]:
    def issued(line: str) -> list[str]:
        found = ledger("issue", *line.split(), "--json").data["licenses"]
        return [row["license_key"] for row in found]

    scans = issued("jetpack-scan -n 2 --site shop.example --client Shop")
    (complete,) = issued("jetpack-complete --site shop.example")
    (free,) = issued("jetpack-scan")
    bundle, child, *_ = issued("jetpack-security-t1 --bundle 5")
    assert ledger("assign", child, "--site", "blog.example", "--client", "Blog").code == 0
    return scans, complete, free, bundle, child


# A command with its other options, and which of the office's licenses are chosen by some of them.
ROADS = (
    ("unassign", "--site shop.example", 3),
    ("unassign", "--client Shop --product scan", 2),
    ("unassign", "--product jetpack-scan", 2),
    ("transfer --to new.example", "--site shop.example", 3),
    ("transfer --to new.example", "--client Shop --product scan", 2),
    ("revoke --yes", "--site shop.example", 3),
    ("revoke --yes", "--site shop.example --product scan", 2),
    ("revoke --yes", "--state unassigned --product scan --client Shop", 0),
    ("revoke --yes", "--product scan", 3),
    ("licenses show", "--site shop.example", 3),
    ("licenses show", "--product scan", 3),
    ("licenses show", "--bundle BUNDLE", 6),
    ("licenses show", "--bundle 5 --state unassigned", 4),
    ("assign --site new.example", "--bundle BUNDLE", 4),
    ("assign --site new.example", "--bundle 5", 4),
    ("assign --site new.example", "--state unassigned", 5),
    ("assign --site new.example", "--product scan", 1),
    ("unassign", "--bundle BUNDLE", 1),
    ("unassign", "--bundle CHILD", 1),
    ("unassign", "--site blog.example --bundle 5", 1),
    ("unassign", "--site blog.example", 1),
    ("transfer --to new.example --to-client New", "--client Blog", 1),
    ("revoke --yes", "--site blog.example", 1),
    ("revoke --yes --in-use", "--bundle BUNDLE", 1),
    ("revoke --yes --in-use", "--product security-t1", 1),
    ("revoke --yes", "--site shop.example --product complete", 1),
    ("unassign", "--site shop.example --product boost", 0),
    ("transfer --to new.example", "--client Blog --product scan", 0),
    ("licenses show", "--state revoked", 0),
    ("assign --site new.example", "--product complete", 0),
)


@pytest.mark.parametrize(("command", "by", "found"), ROADS, ids=str)
def test_one_match_is_taken_and_several_need_a_word(
    office: Office, command: str, by: str, found: int
) -> None:
    before = office.state()
    run = office(f"{command} {by}", "--json")
    if found > 1:
        assert (run.code, run.error["code"]) == (2, "several_licenses")
        assert len(run.error["problems"]) == found
        assert office.state() == before
        run = office(f"{command} {by} --all", "--json")
    assert run.code == 0, run.err
    along = 5 if "--in-use" in command else 0
    assert len(run.data["licenses"]) == found + along
    reads = command.startswith("licenses")
    assert (office.state() == before) == (reads or not found)
    assert any(note["code"] == "nothing_found" for note in run.json.get("notes", ())) == (not found)


@pytest.mark.parametrize(("command", "by", "found"), ROADS, ids=str)
def test_a_dry_run_chooses_the_same_and_writes_nothing(
    office: Office, command: str, by: str, found: int
) -> None:
    if command.startswith("licenses"):
        return
    before = office.state()
    supposed = office.keys(office(f"{command} {by} --all --dry-run", "--json"))
    assert office.state() == before
    assert office.keys(office(f"{command} {by} --all", "--json")) == supposed


@pytest.mark.parametrize(("command", "by", "found"), [r for r in ROADS if r[2] > 1], ids=str)
def test_what_the_error_says_to_type_works(
    office: Office, command: str, by: str, found: int
) -> None:
    hint = office(f"{command} {by}", "--json").error["hint"]
    every, one = (line.partition("   ")[2] for line in hint.splitlines())
    yes = ["--yes"] if "revoke" in command else []
    for typed, number in ((one, 1), (every, found)):
        run = office.jpcli(*shlex.split(typed)[1:], *yes, "--dry-run" * bool(yes) or "--json")
        assert run.code == 0, run.err
        if not yes and "licenses" in command:
            assert len(run.data["licenses"]) == number


@pytest.mark.parametrize("command", ["assign --site a.example", "unassign", "revoke --yes"])
@pytest.mark.parametrize(
    ("by", "code"),
    [
        ("--product jetpack-scna", "unknown_product"),
        ("--product backup", "ambiguous_product"),
        ("--state busy", "bad_state"),
        ("--bundle FREE", "no_bundle"),
        ("--bundle jetpack-scan_zzzz", "unknown_license"),
    ],
)
def test_a_name_that_there_is_not_is_an_error(
    office: Office, command: str, by: str, code: str
) -> None:
    run = office(f"{command} {by} --all", "--json")
    assert (run.code, run.error["code"]) == (2, code)


LISTS = ("licenses list", "licenses count", "licenses timeline")


@pytest.mark.parametrize("by", ["BUNDLE", "CHILD", "5"])
def test_lists_take_the_same_bundles(office: Office, by: str) -> None:
    shown = office(f"licenses show --bundle {by} --state all --all", "--json")
    listed = office.keys(office(f"licenses list --bundle {by}", "--json"))
    assert listed == office.keys(shown) > {office.bundle, office.child}
    counted = office(f"licenses count --bundle {by}", "--json").data
    assert (counted["total"], counted["assigned"]) == (5, 1)
    days = office.keys(office(f"licenses timeline --bundle {by}", "--json"))
    assert days == listed - {office.bundle}
    on = office(f"licenses list --bundle {by} --site blog.example", "--json")
    assert office.keys(on) == {office.child}


@pytest.mark.parametrize("command", LISTS)
@pytest.mark.parametrize(
    ("by", "code"),
    [
        ("--bundle FREE", "no_bundle"),
        ("--bundle jetpack-scan_zzzz", "unknown_license"),
        ("--bundle ''", "usage"),
        ("--bundle BUNDLE --no-bundle", "usage"),
    ],
)
def test_lists_refuse_what_is_no_bundle(office: Office, command: str, by: str, code: str) -> None:
    run = office(f"{command} {by}", "--json")
    assert (run.code, run.error["code"]) == (2, code)


@pytest.mark.parametrize(
    "command", ["unassign", "transfer --to a.example", "revoke", "licenses show"]
)
@pytest.mark.parametrize(
    ("by", "code"), [("--site shpo.example", "unknown_site"), ("--client Shpo", "unknown_client")]
)
def test_so_is_a_place_that_there_is_not(office: Office, command: str, by: str, code: str) -> None:
    run = office(f"{command} {by}", "--json")
    assert (run.code, run.error["code"]) == (2, code)
    assert run.error["hint"].startswith("Did you mean ")


@pytest.mark.parametrize(
    "line",
    [
        "unassign scan --site shop.example",
        "unassign --all",
        "revoke FREE --all",
        "revoke --from - --site shop.example",
        "assign --site a.example",
        "assign --site a.example --client Shop",
        "transfer --site shop.example",
        "transfer FREE --to a.example --client A --to-client B",
        "licenses show",
        "unassign --site shop.example --keep-going",
        "unassign --site ''",
    ],
)
def test_what_does_not_go_together_is_a_usage_error(office: Office, line: str) -> None:
    before = office.state()
    run = office(line, "--json")
    assert (run.code, run.error["code"]) == (2, "usage")
    assert office.state() == before


def test_where_licenses_are_named_client_is_still_whose_the_new_site_is(office: Office) -> None:
    run = office(f"transfer {office.complete} --to a.example --client New", "--json")
    assert [row["client"] for row in run.data["licenses"]] == ["New"]
    run = office("transfer --client New --to b.example --to-client Newer", "--json")
    assert [(row["site"], row["client"]) for row in run.data["licenses"]] == [
        ("https://b.example", "Newer")
    ]


def test_a_bundle_goes_as_a_whole_and_what_cant_go_alone_stays(office: Office) -> None:
    run = office("revoke --product security-t1 --state unassigned --all --yes", "--json")
    assert run.data["licenses"] == []
    assert [note["code"] for note in run.json["notes"]] == ["nothing_found", "left_out"]
    run = office("revoke --state unassigned --all --yes", "--json")
    assert office.keys(run) == {office.free}
    run = office("revoke --site blog.example --yes", "--json")  # and another takes its place
    assert office.keys(run) == {office.child}
    assert len(run.data["replacements"]) == 1
    run = office("revoke --bundle 5 --yes", "--json")
    assert len(office.keys(run)) == 6


@pytest.mark.parametrize(
    "line", ["revoke --product scan --all --yes", "unassign --product scan --all"]
)
def test_the_same_key_gives_the_first_answer_whatever_matches_by_now(
    office: Office, line: str
) -> None:
    first = office(line, "--json", "--idempotency-key", "k")
    assert first.code == 0
    assert office("issue scan --site more.example").code == 0
    before = office.state()
    again = office(line, "--json", "--idempotency-key", "k")
    assert (again.code, again.data) == (0, first.data)
    assert office.state() == before
    other = office(line.replace("--all", "--site more.example"), "--json", "--idempotency-key", "k")
    assert (other.code, other.error["code"]) == (3, "idempotency_key_reused")
    assert office.state() == before


@pytest.mark.parametrize(
    ("text", "picked"),
    [
        ("2", [1]),
        ("1,3", [0, 2]),
        (" 3 1, 1", [0, 2]),
        ("2-3", [1, 2]),
        ("ALL", [0, 1, 2]),
        ("", []),
        ("0", []),
        ("4", []),
        ("1,4", []),
        ("3-1", []),
        ("1 all", []),
        ("-1", []),
        ("²", []),
        ("9" * 30, []),
    ],
)
def test_what_is_picked_is_what_was_typed(text: str, picked: list[int]) -> None:
    assert numbers_in(text, 3) == picked


def revoked(office: Office) -> set[str]:
    run = office("licenses list --state revoked", "--json")
    return {row["license_key"] for row in run.data["licenses"]}


def test_on_a_terminal_some_are_picked_from_a_list(office: Office) -> None:
    run = office.terminal("revoke --site shop.example --product scan", pick="2\n", answer="y\n")
    assert run.code == 0, run.out
    assert all(key in run.out for key in office.scans)
    assert f"Revoke {office.scans[1]}?" in run.out
    assert revoked(office) == {office.scans[1]}


@pytest.mark.parametrize(("pick", "answer"), [("\n", ""), ("7\n\n", ""), ("all\n", "n\n")])
def test_nothing_picked_or_a_no_changes_nothing(office: Office, pick: str, answer: str) -> None:
    before = office.state()
    run = office.terminal("revoke --site shop.example", pick=pick, answer=answer)
    assert run.code == 2
    assert "Nothing was changed." in run.out
    assert office.state() == before


def test_a_yes_beforehand_is_none_to_several(office: Office) -> None:
    run = office.terminal("revoke --site shop.example --yes")
    assert (run.code, "several_licenses" in run.out) == (2, True)
    assert revoked(office) == set()


def test_a_transfer_asks_once(office: Office) -> None:
    run = office.terminal("transfer --site shop.example --to new.example", pick="all\n")
    assert run.code == 0, run.out
    assert "[y/N]" not in run.out
    (found,) = office("licenses list --site new.example", "--json").json["data"]["licenses"][:1]
    assert found["site"] == "https://new.example"


def test_the_same_key_asks_nothing_on_a_terminal(office: Office) -> None:
    line = "unassign --site shop.example --idempotency-key k"
    assert office.terminal(line, pick="1\n").code == 0
    run = office.terminal(line)
    assert (run.code, "Done before" in run.out) == (0, True)
