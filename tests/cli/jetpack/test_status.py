"""`jetpack status`: what waits, what may have come of it, and that neither token nor network is
needed to be told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.cli.test_imports import loaded, tops
from tests.jetpack_double.world import TOKEN

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cli.jetpack.conftest import Desk


def test_elsewhere_it_is_refused_with_the_way_there(ledger: Callable[..., Any]) -> None:
    run = ledger("jetpack", "status", "--json")
    assert (run.code, run.error["code"]) == (3, "not_at_jetpack")
    assert "jpcli init --licensing jetpack" in run.error["hint"]


def test_nothing_waits(at_jetpack: Desk) -> None:
    run = at_jetpack("jetpack", "status", "--check", "--json")
    assert run.code == 0
    assert run.data == {
        "licensing": "jetpack",
        "base": at_jetpack.double.base,
        "token": "environment",
        "wishes": [],
    }
    assert at_jetpack.double.requests == []


def test_where_the_token_is_is_told_and_the_token_is_not(at_jetpack: Desk, keyring: Any) -> None:
    at_jetpack.without_token()
    assert at_jetpack.do("jetpack status")["token"] == "missing"
    keyring.entries["jpcli", "jetpack"] = TOKEN
    run = at_jetpack("jetpack", "status", "--json")
    assert run.data["token"] == "keyring"
    assert TOKEN not in run.out + run.err


def test_an_unknown_wish_is_shown_with_what_may_have_come_of_it(at_jetpack: Desk) -> None:
    known = at_jetpack.known(at="2026-11-20T09:00:00Z")
    wish = at_jetpack.wish(unknown=True, request_id="jp-9")
    mine = at_jetpack.issued(at="2026-11-20T08:55:00Z")
    newer = at_jetpack.issued(at="2026-11-20T09:01:00Z")
    too_old = at_jetpack.issued(at="2026-11-20T08:54:59Z")
    other = at_jetpack.issued("jetpack-complete", at="2026-11-20T09:00:00Z")
    longer = at_jetpack.issued("jetpack-scan-more", at="2026-11-20T09:00:00Z")
    gone = at_jetpack.issued(at="2026-11-20T09:00:00Z", revoked_at=1_800_000_000)
    bundle = at_jetpack.issued(at="2026-11-20T09:00:00Z", quantity=10)
    before = at_jetpack.everything()
    run = at_jetpack("jetpack", "status", "--json")
    assert run.code == 0
    (found,) = run.data["wishes"]
    assert found["candidates"] == [
        {"license_key": newer, "issued_at": "2026-11-20T09:01:00Z"},
        {"license_key": mine, "issued_at": "2026-11-20T08:55:00Z"},
    ]
    assert not {known, too_old, other, longer, gone, bundle} & set(found["commands"])
    assert found["commands"] == [
        f"jpcli jetpack resolve {wish} --key {newer}",
        f"jpcli jetpack resolve {wish} --key {mine}",
        f"jpcli jetpack resolve {wish} --not-issued",
    ]
    assert (found["wish"], found["state"], found["request_id"]) == (wish, "unknown", "jp-9")
    assert found["license_key"] is None
    assert at_jetpack.everything() == before
    assert at_jetpack.double.calls("POST") == []
    assert at_jetpack("jetpack", "status", "--check").code == 1


def test_a_killed_issue_is_unknown_and_the_rest_unfinished(at_jetpack: Desk) -> None:
    at_jetpack.wish(site="https://a.example")
    key = at_jetpack.known()
    states = []
    for action in ("assign", "unassign", "transfer", "revoke"):
        at_jetpack.wish(action, license_key=key, site="https://b.example")
    wishes = at_jetpack.do("jetpack status")["wishes"]
    states = [(each["action"], each["state"]) for each in wishes]
    assert states == [
        ("issue", "unknown"),
        *((action, "unfinished") for action in ("assign", "unassign", "transfer", "revoke")),
    ]
    assert all(each["commands"] == [f"jpcli jetpack resolve {each['wish']}"] for each in wishes[1:])


def test_what_is_under_way_does_not_wait(at_jetpack: Desk) -> None:
    from jpcli.services.process import at_work

    with at_work() as name:
        wish = at_jetpack.wish(process=name)
        assert at_jetpack("jetpack", "status", "--check").code == 0
    assert [each["wish"] for each in at_jetpack.do("jetpack status")["wishes"]] == [wish]


@pytest.mark.parametrize("why", ["no token", "no list", "no network", "a page", "wrong token"])
def test_without_an_answer_it_shows_the_wish_and_why_no_more(
    why: str, at_jetpack: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jpcli.jetpack.patience.FIRST_PAUSE_SECONDS", 0)
    wish = at_jetpack.wish(unknown=True)
    at_jetpack.issued(at="2026-11-20T09:01:00Z")
    if why == "no token":
        at_jetpack.without_token()
    elif why == "no list":
        at_jetpack.double.world.lists = False
    elif why == "no network":
        monkeypatch.setenv("JPCLI_JETPACK_BASE", "http://127.0.0.1:9")
    elif why == "a page":
        at_jetpack.double.next("status", status=502, form="page", times=99)
    else:
        monkeypatch.setenv("JETPACK_LICENSING_TOKEN", "some-other-token")
    run = at_jetpack("jetpack", "status", "--check", "--json")
    assert run.code == 1
    (found,) = run.data["wishes"]
    assert found["candidates"] == []
    assert found["commands"][0] == f"jpcli jetpack resolve {wish} --key KEY"
    (note,) = run.json["notes"]
    assert (note["code"], note["kind"]) == ("not_asked", "warning")
    assert "<" not in note["message"]


def test_neither_a_token_nor_a_network_is_needed(at_jetpack: Desk) -> None:
    at_jetpack.without_token()
    for line in (["jetpack", "status"], ["status"], ["licenses", "list"], ["audit"]):
        modules = loaded(*line, "--json")
        assert not tops(modules) & {"requests", "urllib3", "keyring"} - {"keyring"}
        assert not {name for name in modules if name.startswith("jpcli.jetpack")}


def test_the_screen_names_what_waits(at_jetpack: Desk) -> None:
    wish = at_jetpack.wish(unknown=True, site="https://é.example", request_id="jp-9")
    run = at_jetpack("jetpack", "status", "--format", "table")
    told = "Whether Jetpack issued a license of jetpack-scan for https://é.example is not known"
    assert f"{wish}   {told}" in run.out
    assert "jp-9" in run.out
    assert f"jpcli jetpack resolve {wish} --not-issued" in run.out
    rows = at_jetpack("jetpack", "status").rows
    assert [row[0] for row in rows] == ["wish", wish]


def test_what_jetpack_called_a_request_can_do_nothing_on_a_terminal(at_jetpack: Desk) -> None:
    at_jetpack.wish(unknown=True, request_id="\x1b[31mred ::error::")
    run = at_jetpack("jetpack", "status", "--format", "table")
    assert "\x1b" not in run.out


def test_a_bad_address_is_refused(at_jetpack: Desk) -> None:
    at_jetpack.patch.setenv("JPCLI_JETPACK_BASE", "ftp://user:secret@x")
    run = at_jetpack("jetpack", "status", "--json")
    assert (run.code, run.error["code"]) == (2, "bad_api_base")
    assert "secret" not in run.out + run.err


def test_the_first_screen_and_the_audit_name_it_too(at_jetpack: Desk) -> None:
    wish = at_jetpack.wish(unknown=True)
    key = at_jetpack.placed()
    moving = at_jetpack.wish("transfer", license_key=key, site="https://b.example")
    data = at_jetpack.do("status")
    assert [each["wish"] for each in data["wishes"]] == [wish, moving]
    (stop,) = data["stops"]
    assert (stop["code"], stop["subject"]) == ("outcome_unknown", wish)
    assert stop["starts_on"] == "2026-11-20"
    assert [step["command"] for step in data["next"]][:2] == [
        "jpcli jetpack status",
        f"jpcli jetpack resolve {moving}",
    ]
    drawn = at_jetpack("status", "--format", "table").out
    assert "is not known: issuing waits" in drawn
    assert f"{moving} Moving {key} to https://b.example is not finished" in " ".join(drawn.split())
    audit = at_jetpack("audit", "--json")
    (check,) = [each for each in audit.data["checks"] if each["rule"] == "outbox"]
    assert (audit.code, check["ok"]) == (1, False)
    assert "2 unfinished" in str(check)


def test_elsewhere_nothing_waits(agency: Callable[..., Any]) -> None:
    assert agency("status", "--json").data["wishes"] == []
    assert "Jetpack" not in agency("status", "--format", "table").out


def test_each_wish_has_its_own_candidates(at_jetpack: Desk) -> None:
    scan = at_jetpack.wish(unknown=True)
    whole = at_jetpack.wish(product="jetpack-complete", unknown=True, now="2026-11-20T10:00:00Z")
    key = at_jetpack.known("jetpack-complete")
    ending = at_jetpack.wish("revoke", "jetpack-complete", license_key=key)
    keys = [at_jetpack.issued(at=f"2026-11-20T09:00:0{n}Z") for n in range(4)]
    early = at_jetpack.issued("jetpack-complete", at="2026-11-20T09:54:59Z")
    late = at_jetpack.issued("jetpack-complete", at="2026-11-20T09:55:00Z")
    at_jetpack.issued(at="2026-11-20T09:00:00Z", parent_license_id=70_001)
    wishes = {each["wish"]: each for each in at_jetpack.do("jetpack status")["wishes"]}
    found = {
        name: [each["license_key"] for each in wish["candidates"]] for name, wish in wishes.items()
    }
    assert found == {scan: keys[::-1], whole: [late], ending: []}
    assert early not in str(wishes)
    settle = f"jpcli jetpack resolve {scan}"
    assert wishes[scan]["commands"] == [
        *(f"{settle} --key {each}" for each in keys[:0:-1]),
        f"{settle} --not-issued",
    ]


def test_who_only_waits_for_what_is_unfinished_asks_nothing(at_jetpack: Desk) -> None:
    at_jetpack.wish("revoke", license_key=at_jetpack.known())
    assert len(at_jetpack.do("jetpack status")["wishes"]) == 1
    assert at_jetpack.double.requests == []
