"""`jetpack pull`: what is different is found, what has one answer is taken over, and a second run
finds nothing more."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.cli.jetpack.conftest import _place, seconds
from tests.jetpack_double.world import SQL, ZULU, Spelling

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.cli.jetpack.conftest import Desk

A, B = "https://a.example", "https://b.example"
CHECK = ("--check",)
TAKE = "Take over what can be:   jpcli jetpack pull"
SPELLINGS = [
    Spelling(),
    Spelling(time=ZULU, null_revoked=False, blog_id_text=True),
    Spelling(time=SQL, null_revoked=False, error="error"),
]


def differences(data: Any) -> list[tuple[Any, ...]]:
    return [
        (each["license_key"], each["field"], each["here"], each["there"], each["taken_over"])
        for each in data["differences"]
    ]


def remarks(run: Any) -> dict[str, Any]:
    """(message, hint) by code."""
    return {note["code"]: (note["message"], note.get("hint")) for note in run.json["notes"]}


def license_of(desk: Desk, key: str) -> Any:
    (found,) = desk.do(f"licenses show {key}")["licenses"]
    return found


def agree(desk: Desk) -> None:
    """Both worlds are the same, and the ledger is whole."""
    run = desk("jetpack", "pull", "--check", "--json")
    assert (run.code, differences(run.data)) == (0, []), run.out
    assert desk("ledger", "check").code == 0


def test_elsewhere_it_is_refused(ledger: Callable[..., Any]) -> None:
    for more in ((), ("--check",), ("--from", "/dev/null")):
        run = ledger("jetpack", "pull", *more, "--json")
        assert (run.code, run.error["code"]) == (3, "not_at_jetpack")


def test_without_a_token_nothing_is_done(at_jetpack: Desk) -> None:
    at_jetpack.without_token()
    before = at_jetpack.everything()
    run = at_jetpack("jetpack", "pull", "--json")
    assert (run.code, run.error["code"]) == (4, "no_token")
    assert at_jetpack.everything() == before


@pytest.mark.parametrize("lists", [True, False])
def test_where_both_agree_nothing_is_written(lists: bool, at_jetpack: Desk) -> None:
    at_jetpack.double.world.lists = lists
    for _ in range(3):
        at_jetpack.known()
    at_jetpack.placed()
    at_jetpack.do("jetpack pull")  # learns the site's number
    before = at_jetpack.everything()
    run = at_jetpack("jetpack", "pull", "--json")
    assert run.data == {"checked": 4, "changed": 0, "differences": []}
    codes = [note["code"] for note in run.json["notes"]]
    assert codes == (["in_step"] if lists else ["in_step", "not_listed"])
    assert at_jetpack.everything() == before
    assert at_jetpack.double.calls("POST") == []


@pytest.mark.parametrize("spelling", SPELLINGS, ids=lambda each: each.time)
@pytest.mark.parametrize("lists", [True, False])
def test_revoked_there_is_revoked_here_at_that_time(
    lists: bool, spelling: Spelling, at_jetpack: Desk
) -> None:
    world = at_jetpack.double.world
    world.lists, world.spelling = lists, spelling
    key = at_jetpack.known()
    at_jetpack.double.licenses[key].revoked_at = seconds("2026-11-15T10:00:00Z")
    at = "2026-11-15T10:00:00Z"
    before = at_jetpack.everything()
    run = at_jetpack("jetpack", "pull", "--check", "--json")
    assert run.code == 1
    assert differences(run.data) == [(key, "revoked_at", None, at, False)]
    assert run.data["changed"] == 0
    assert remarks(run)["differences"] == ("1 difference is left", TAKE)
    assert at_jetpack.everything() == before
    data = at_jetpack.do("jetpack pull")
    assert differences(data) == [(key, "revoked_at", None, at, True)]
    assert (data["checked"], data["changed"]) == (1, 1)
    found = license_of(at_jetpack, key)
    assert (found["state"], found["revoked_at"]) == ("revoked", at)
    agree(at_jetpack)


@pytest.mark.parametrize("spelling", SPELLINGS, ids=lambda each: each.time)
def test_a_license_is_on_the_site_on_which_it_is_there(
    spelling: Spelling, at_jetpack: Desk
) -> None:
    world = at_jetpack.double.world
    world.spelling = spelling
    moved, freed, put = at_jetpack.placed(site=A), at_jetpack.placed(site=A), at_jetpack.known()
    at_jetpack.placed(site=B)
    other = world.find_site(B)
    assert other is not None
    at_jetpack.do("clients add Acme")
    at_jetpack.do(f"sites move {B} --client Acme")
    for key in (moved, put):
        one = at_jetpack.double.licenses[key]
        one.blog_id, one.attached_at = other.blog_id, seconds("2026-11-18T07:00:00Z")
    one = at_jetpack.double.licenses[freed]
    one.blog_id = one.attached_at = None
    data = at_jetpack.do("jetpack pull")
    assert sorted(differences(data)) == sorted(
        [
            (moved, "site", A, B, True),
            (freed, "site", A, None, True),
            (put, "site", None, B, True),
        ]
    )
    assert data["changed"] == 3
    assert license_of(at_jetpack, moved)["site"] == B
    assert license_of(at_jetpack, moved)["assigned_at"] == "2026-11-18T07:00:00Z"
    assert license_of(at_jetpack, freed)["site"] is None
    kinds = [event["kind"] for event in license_of(at_jetpack, moved)["history"]]
    assert kinds == ["license.issued", "license.assigned", "license.transferred"]
    kinds = [event["kind"] for event in license_of(at_jetpack, put)["history"]]
    assert kinds == ["license.issued", "license.assigned"]
    assert license_of(at_jetpack, put)["client"] == "Acme"
    numbers = at_jetpack.rows("SELECT url, blog_id FROM connections ORDER BY url")
    assert (B, other.blog_id) in numbers
    # A number is noted once, and no site that is in use is brought back.
    kinds = [kind for (kind,) in at_jetpack.rows("SELECT kind FROM events ORDER BY seq")]
    assert (kinds.count("connection.seen"), kinds.count("site.archived")) == (len(numbers), 0)
    agree(at_jetpack)


def test_a_site_is_the_same_however_it_is_spelled(at_jetpack: Desk) -> None:
    key = at_jetpack.placed(site="https://shop.example/café")
    one = at_jetpack.double.licenses[key]
    assert one.blog_id is not None
    site = at_jetpack.double.world.sites[one.blog_id]
    site.url = "http://SHOP.example/caf%C3%A9/"
    agree(at_jetpack)
    at_jetpack.do("jetpack pull")
    site.url = "https://new-name.example"  # the same blog under another address
    agree(at_jetpack)


ODD_SITES = ["https://4242 4242 4242 4242", "no address", "https://", "\x1b[2J"]


@pytest.mark.parametrize("url", ODD_SITES)
def test_a_site_that_the_ledger_cant_know_is_shown_and_left(url: str, at_jetpack: Desk) -> None:
    key = at_jetpack.placed(site=A)
    world, one = at_jetpack.double.world, at_jetpack.double.licenses[key]
    odd = world.site("https://odd.example")
    odd.url, one.blog_id = url, odd.blog_id
    data = at_jetpack.do("jetpack pull")
    assert differences(data) == [(key, "site", A, url, False)]
    assert license_of(at_jetpack, key)["site"] == A
    assert "\x1b" not in at_jetpack("jetpack", "pull", "--format", "table").out


def test_what_cant_be_taken_back_is_shown(at_jetpack: Desk) -> None:
    from jpcli.domain import events

    ended = at_jetpack.known()
    at_jetpack._record(
        "2026-11-12T00:00:00Z", lambda writer: writer.record(*events.license_revoked(ended))
    )
    both = at_jetpack.known()
    at_jetpack._record(
        "2026-11-12T00:00:00Z", lambda writer: writer.record(*events.license_revoked(both))
    )
    at_jetpack.double.licenses[both].revoked_at = seconds("2026-11-13T00:00:00Z")
    older = at_jetpack.known()
    at_jetpack.double.licenses[older].issued_at -= 86_400
    unknown_there = at_jetpack.known()
    del at_jetpack.double.licenses[unknown_there]
    foreign = at_jetpack.known()
    at_jetpack.double.world.foreign.add(foreign)
    new = at_jetpack.issued(at="2026-11-19T00:00:00Z")
    before = at_jetpack.everything()
    for lists in (True, False):
        at_jetpack.double.world.lists = lists
        run, checked = (at_jetpack("jetpack", "pull", *more, "--json") for more in ((), CHECK))
        wanted = [
            (ended, "revoked_at", "2026-11-12T00:00:00Z", None, False),
            (both, "revoked_at", "2026-11-12T00:00:00Z", "2026-11-13T00:00:00Z", False),
            (older, "issued_at", "2026-11-10T09:00:00Z", "2026-11-09T09:00:00Z", False),
            (unknown_there, "missing_there", "active", None, False),
            (foreign, "missing_there", "active", None, False),
        ] + ([(new, "missing_here", None, "active", False)] if lists else [])
        assert sorted(differences(run.data)) == sorted(wanted)
        assert (run.code, run.data["checked"], run.data["changed"]) == (0, 5, 0)
        take = "Take over what is missing here:   jpcli jetpack pull --from FILE\n"
        end = "jpcli jetpack pull --from FILE --revoke-missing"
        hint = f"{take if lists else ''}Revoke here what is gone there for good:   {end}"
        for each in (run, checked):
            said = remarks(each)
            assert said.pop("differences") == (f"{len(wanted)} differences are left", hint)
            assert list(said) == ([] if lists else ["not_listed"])
        assert at_jetpack.everything() == before
        assert checked.code == 1


@pytest.mark.parametrize("check", [(), CHECK])
def test_what_the_list_names_twice_is_told_once(check: tuple[str, ...], at_jetpack: Desk) -> None:
    """A list that moves on while it is read has the last of a page on the next one, too."""
    licenses = at_jetpack.double.licenses
    ended, new = at_jetpack.known(), at_jetpack.issued()
    licenses[ended].revoked_at = seconds("2026-11-13T00:00:00Z")
    licenses.update({f"{key} again": licenses[key] for key in (ended, new)})
    run = at_jetpack("jetpack", "pull", *check, "--json")
    assert sorted(row[:2] for row in differences(run.data)) == sorted(
        [(ended, "revoked_at"), (new, "missing_here")]
    )


def test_what_is_left_of_a_license_is_told_beside_what_is_taken_over(at_jetpack: Desk) -> None:
    key = at_jetpack.known()
    one = at_jetpack.double.licenses[key]
    one.issued_at, one.revoked_at = one.issued_at - 60, seconds("2026-11-15T10:00:00Z")
    run = at_jetpack("jetpack", "pull", "--json")
    assert [(row[1], row[4]) for row in differences(run.data)] == [
        ("revoked_at", True),
        ("issued_at", False),
    ]
    assert remarks(run)["differences"] == ("1 difference is left", None)


def test_a_license_that_a_command_is_at_work_on_is_left(at_jetpack: Desk) -> None:
    key = at_jetpack.placed(site=A)
    at_jetpack.wish("transfer", license_key=key, site=B, before=A)
    one = at_jetpack.double.licenses[key]
    one.blog_id = one.attached_at = None
    for more, hint in ((CHECK, TAKE), ((), None)):
        run = at_jetpack("jetpack", "pull", *more, "--json")
        assert differences(run.data) == [(key, "site", A, None, False)]
        assert remarks(run)["differences"] == ("1 difference is left", hint)
    assert license_of(at_jetpack, key)["site"] == A
    assert "jpcli jetpack status" in [note.get("hint") for note in run.json["notes"]]


def test_a_change_meanwhile_is_not_undone(
    at_jetpack: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    from jpcli.services.jetpack.look import look

    key = at_jetpack.placed(site=A)
    one = at_jetpack.double.licenses[key]
    one.blog_id = one.attached_at = None
    new = at_jetpack.issued()

    def slow(*given: Any) -> Any:
        found = look(*given)
        from tests.cli.jetpack.conftest import _issue, _place

        at = "2026-11-20T00:00:00Z"
        at_jetpack._record(at, lambda writer: _place(writer, key, B))
        at_jetpack._record(
            "2026-11-20T00:00:00Z", lambda writer: _issue(writer, new, "jetpack-scan")
        )
        return found

    monkeypatch.setattr("jpcli.services.jetpack.look.look", slow)
    data = at_jetpack.do("jetpack pull")
    assert differences(data) == [(key, "site", B, None, False)]
    assert license_of(at_jetpack, key)["site"] == B


def test_a_closed_month_is_corrected_on_the_next_invoice(at_jetpack: Desk) -> None:
    key = at_jetpack.known(at="2026-11-10T09:00:00Z")
    at_jetpack.do("invoice close 2026-11", now="2026-12-01T08:00:00Z")
    at_jetpack.double.licenses[key].revoked_at = seconds("2026-11-15T10:00:00Z")
    run = at_jetpack("jetpack", "pull", "--json", now="2026-12-02T08:00:00Z")
    assert any("2026-11" in note["message"] for note in run.json["notes"])
    lines = at_jetpack.do("invoice preview 2026-12")["lines"]
    assert [(line["kind"], line["days"]) for line in lines if line["kind"] == "adjustment"] == [
        ("adjustment", -15)
    ]
    agree(at_jetpack)


def test_a_long_list_is_read_in_pages_and_a_gap_in_it_is_asked_for(at_jetpack: Desk) -> None:
    keys = [at_jetpack.issued(at="2026-11-10T09:00:00Z") for _ in range(250)]
    at_jetpack.path.with_name("keys.csv").write_text("license_key\n" + "\n".join(keys))
    file = str(at_jetpack.path.with_name("keys.csv"))
    assert at_jetpack.do(f"jetpack pull --from {file}")["changed"] == 250
    at_jetpack.double.forget()
    assert at_jetpack.do("jetpack pull")["checked"] == 250
    assert at_jetpack.double.calls() == ["GET /licenses"] * 3
    world = at_jetpack.double.world
    world.lists = False
    at_jetpack.double.forget()
    assert at_jetpack.do("jetpack pull")["checked"] == 250
    assert at_jetpack.double.calls().count("GET /license") == 250


def test_a_table_shows_the_differences(at_jetpack: Desk) -> None:
    key = at_jetpack.known()
    at_jetpack.double.licenses[key].revoked_at = seconds("2026-11-15T10:00:00Z")
    new = at_jetpack.issued()
    run = at_jetpack("jetpack", "pull", "--format", "table")
    assert f"{key}" in run.out
    assert "2026-11-15 10:00" in run.out
    assert "taken over" in run.out
    assert "Not here" in next(line for line in run.out.splitlines() if new in line)
    assert json.loads(at_jetpack("jetpack", "pull", "--json").out)["data"]["checked"] == 1


@pytest.mark.parametrize("order", ["asc", "desc", "shuffled"])
@pytest.mark.parametrize("check", [(), CHECK])
def test_what_a_license_is_in_and_how_many_are_is_shown(
    check: tuple[str, ...], order: str, at_jetpack: Desk, tmp_path: Path
) -> None:
    """Whatever comes first in the list: a bundle, or what is in it."""
    world = at_jetpack.double.world
    world.sorts = order
    one, other = (world.issue("jetpack-security-t1", quantity=5) for _ in range(2))
    inside = [
        world.issue("jetpack-security-t1", parent_license_id=bundle.license_id)
        for bundle in (one, one, one, other, other, other)
    ]
    alone = at_jetpack.double.licenses[at_jetpack.known()]
    source = tmp_path / "bundles.csv"
    source.write_text(f"license_key\n{one.license_key}\n{other.license_key}\n")
    at_jetpack.do(f"jetpack pull --from {source}")
    agree(at_jetpack)
    inside[0].parent_license_id = other.license_id
    inside[1].parent_license_id = None
    alone.parent_license_id = one.license_id
    one.quantity = 2
    before = at_jetpack.everything()
    run = at_jetpack("jetpack", "pull", *check, "--json")
    assert run.code == len(check)
    key, another = one.license_key, other.license_key
    assert sorted(differences(run.data), key=str) == sorted(
        [
            (inside[0].license_key, "bundle", key, another, False),
            (inside[1].license_key, "bundle", key, None, False),
            (alone.license_key, "bundle", None, key, False),
            (key, "bundle_size", "5", "2", False),
        ],
        key=str,
    )
    assert remarks(run)["differences"] == ("4 differences are left", None)
    assert at_jetpack.everything() == before
    drawn = at_jetpack("jetpack", "pull", *check, "--format", "table").out
    assert "Bundle of" in drawn
    assert "in no bundle" in drawn
    world.lists = False  # then nothing is told of bundles
    assert differences(at_jetpack("jetpack", "pull", *check, "--json").data) == []


def test_a_token_that_is_not_accepted_is_not_one_that_may_not_list(at_jetpack: Desk) -> None:
    at_jetpack.patch.setenv("JETPACK_LICENSING_TOKEN", "some-other-token")
    for words in (["pull"], ["pull", "--check"]):
        run = at_jetpack("jetpack", *words, "--json")
        assert (run.code, run.error["code"]) == (4, "bad_token")


def test_usage(at_jetpack: Desk) -> None:
    for words in (["--keep-going"], ["--check", "--from", "x.csv"], ["--at", "today"]):
        assert at_jetpack("jetpack", "pull", *words).code == 2


def test_a_check_tells_nothing_of_what_is_changed_meanwhile(
    at_jetpack: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    from jpcli.services.jetpack.look import look
    from jpcli.services.process import at_work

    key, moving = at_jetpack.placed(site=A), at_jetpack.placed(site=A)
    at_jetpack.do("jetpack pull")
    for each in (key, moving):
        one = at_jetpack.double.licenses[each]
        one.blog_id = one.attached_at = None
    at_jetpack.issued(at="2026-11-20T09:00:01Z")
    at = "2026-11-20T00:00:00Z"

    def slow(*given: Any) -> Any:
        found = look(*given)
        at_jetpack._record(at, lambda writer: _place(writer, key, B))
        return found

    monkeypatch.setattr("jpcli.services.jetpack.look.look", slow)
    with at_work() as name:
        at_jetpack.wish(process=name)
        at_jetpack.wish("transfer", license_key=moving, site=B, before=A, process=name)
        run = at_jetpack("jetpack", "pull", "--check", "--json")
        assert (run.code, differences(run.data)) == (0, [])
    monkeypatch.undo()


def test_on_a_terminal_it_is_shown_how_far_it_is(
    at_jetpack: Desk, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from jpcli.cli.render import progress
    from jpcli.cli.shared.output import Output

    monkeypatch.setattr(progress, "DELAY_SECONDS", 0)
    monkeypatch.setattr(progress, "STEP_SECONDS", 0)
    monkeypatch.setenv("TERM", "xterm")
    heard = progress.counting("license", Output("table", True, False, True, False, False))
    heard(1)
    heard(1_200)
    assert capsys.readouterr().err == "  1 license compared\r\x1b[K  1,200 licenses compared"
    monkeypatch.setenv("TERM", "dumb")
    progress.counting("license", Output("table", True, False, True, False, False))(1)
    assert capsys.readouterr().err == ""
