"""`jetpack connect`: what Jetpack says of a site is shown and remembered; nothing else is."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from jpcli.jetpack import patience
from tests.cli.jetpack.conftest import at_jetpack as at_jetpack

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cli.conftest import Run
    from tests.cli.jetpack.conftest import Desk

SITE = "https://shop.example"
SEEN = "SELECT url, blog_id, code FROM connections"


@pytest.fixture(autouse=True)
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "FIRST_PAUSE_SECONDS", 0)


def events(desk: Desk) -> int:
    found: int = desk.rows("SELECT COUNT(*) FROM events")[0][0]
    return found


def test_a_site_is_connected_and_remembered(at_jetpack: Desk) -> None:
    found = at_jetpack.do(f"jetpack connect {SITE}/ --user 1")
    assert found == {"code": "success", "site": SITE, "blog_id": 5001}
    assert at_jetpack.rows(SEEN) == [(SITE, 5001, "success")]
    assert at_jetpack.double.requests[-1]["body"] == {"url": SITE, "local_user": 1}


def test_what_is_known_is_not_recorded_again(at_jetpack: Desk) -> None:
    at_jetpack.do(f"jetpack connect {SITE} --user 1")
    counts = []
    for _ in range(3):
        found = at_jetpack.do("jetpack connect shop.example --user admin")
        assert found["code"] == "already_connected"
        counts.append(events(at_jetpack))
    assert counts == [counts[0]] * 3
    assert at_jetpack.rows(SEEN) == [(SITE, 5001, "already_connected")]
    assert at_jetpack.do("ledger check")["ok"]


def test_a_site_that_was_disconnected_by_hand_is_a_failure_that_is_remembered(
    at_jetpack: Desk,
) -> None:
    at_jetpack.double.world.site(SITE, before=True)
    shown = at_jetpack("jetpack", "connect", SITE, "--user", "1")
    assert shown.code == 1
    assert "5001" in shown.err
    assert "disconnected by hand" in shown.err
    told = at_jetpack("jetpack", "connect", SITE, "--user", "1", "--json")
    assert (told.code, told.error["code"]) == (1, "previously_connected")
    assert told.data == {"code": "previously_connected", "site": SITE, "blog_id": 5001}
    assert at_jetpack.rows(SEEN) == [(SITE, 5001, "previously_connected")]


@pytest.mark.parametrize(
    ("user", "sent"),
    [
        ("1", 1),
        ("007", 7),
        ("admin", "admin"),
        ("me@agency.example", "me@agency.example"),
        ("Jo Ann", "Jo Ann"),
        ("9" * 19, "9" * 19),
        ("²", "²"),
    ],
)
def test_a_user_is_a_number_a_login_or_an_address(at_jetpack: Desk, user: str, sent: Any) -> None:
    assert at_jetpack("jetpack", "connect", SITE, "--user", user).code == 0
    assert at_jetpack.double.requests[-1]["body"]["local_user"] == sent


@pytest.mark.parametrize(
    ("argv", "code"),
    [
        ([SITE], "usage"),
        ([SITE, "--user", " "], "usage"),
        ([SITE, "--user", "a\nb"], "bad_text"),
        ([SITE, "--user", "4242424242424242"], "card_number"),
        (["ftp://shop.example", "--user", "1"], "bad_site"),
        (["https://shop.example/?x", "--user", "1"], "bad_site"),
        ([SITE, "--user", "1", "--at", "2026-11-01"], "usage"),
    ],
)
def test_what_is_no_site_or_no_user_is_never_asked(
    at_jetpack: Desk, argv: list[str], code: str
) -> None:
    before = at_jetpack.everything()
    done = at_jetpack("jetpack", "connect", *argv, "--json")
    assert (done.code, done.error["code"]) == (2, code)
    assert (at_jetpack.everything(), at_jetpack.double.requests) == (before, [])


def test_a_ledger_that_is_not_at_jetpack_connects_nothing(jpcli: Callable[..., Run]) -> None:
    jpcli("init")
    done = jpcli("jetpack", "connect", SITE, "--user", "1", "--json")
    assert (done.code, done.error["code"]) == (3, "not_at_jetpack")


def test_without_a_token_nothing_is_asked(at_jetpack: Desk) -> None:
    at_jetpack.without_token()
    done = at_jetpack("jetpack", "connect", SITE, "--user", "1", "--json")
    assert (done.code, done.error["code"]) == (4, "no_token")
    assert at_jetpack.double.requests == []


def test_what_jetpack_would_do_can_not_be_tried(at_jetpack: Desk) -> None:
    before = at_jetpack.everything()
    done = at_jetpack("jetpack", "connect", SITE, "--user", "1", "--dry-run", "--json")
    assert (done.code, done.error["code"]) == (3, "no_dry_run")
    assert (at_jetpack.everything(), at_jetpack.double.requests) == (before, [])


@pytest.mark.parametrize("disconnected", [False, True])
def test_the_same_key_again_gives_the_first_answer_and_exit_code(
    at_jetpack: Desk, disconnected: bool
) -> None:
    if disconnected:
        at_jetpack.double.world.site(SITE, before=True)
    argv = ["jetpack", "connect", SITE, "--user", "1", "--idempotency-key", "k", "--json"]
    first, again = at_jetpack(*argv), at_jetpack(*argv)
    assert first.code == again.code == int(disconnected)
    assert first.data == again.data
    assert len(at_jetpack.double.requests) == 1
    other = at_jetpack(
        "jetpack", "connect", SITE, "--user", "2", "--idempotency-key", "k", "--json"
    )
    assert (other.code, other.error["code"]) == (3, "idempotency_key_reused")


@pytest.mark.parametrize("after", [True, False])
def test_a_lost_answer_is_asked_for_again(at_jetpack: Desk, after: bool) -> None:
    at_jetpack.double.next("lost", after=after)
    at_jetpack.do(f"jetpack connect {SITE} --user 1")
    assert at_jetpack.rows("SELECT url, blog_id FROM connections") == [(SITE, 5001)]


@pytest.mark.parametrize(
    ("more", "code", "name"),
    [
        ({"status": 403, "code": "not_same_owner"}, 3, "not_same_owner"),
        ({"status": 403, "code": "rest_forbidden"}, 4, "bad_token"),
        ({"status": 400, "code": "new \x1b[2J[red]"}, 1, "jetpack_refused"),
        ({"status": 500, "form": "page", "times": 0}, 75, "jetpack_server_error"),
    ],
)
def test_a_refusal_writes_nothing(
    at_jetpack: Desk, more: dict[str, Any], code: int, name: str
) -> None:
    before = at_jetpack.everything()
    at_jetpack.double.next("status", **more)
    shown = at_jetpack("jetpack", "connect", SITE, "--user", "1")
    assert shown.code == code
    assert f"  {name}" in shown.err
    assert "\x1b[2J" not in shown.err
    assert "request jp-" in shown.err
    assert at_jetpack.everything() == before


def test_a_site_of_which_no_number_is_told_is_not_remembered(at_jetpack: Desk) -> None:
    at_jetpack.double.next("body", body='{"code": "success"}')
    assert at_jetpack.do(f"jetpack connect {SITE} --user 1")["blog_id"] is None
    assert at_jetpack.rows(SEEN) == []


@pytest.mark.parametrize("code", ["", "a\nb", "a\x00b", "\x1b[31mred", "\ud800", "é", "x" * 101, 7])
def test_a_code_that_is_no_word_is_neither_kept_nor_shown(code: Any, at_jetpack: Desk) -> None:
    body = json.dumps({"code": code, "blog_id": 7})
    at_jetpack.double.next("body", body=body, times=99)
    run = at_jetpack("jetpack", "connect", SITE, "--user", "1", "--json")
    assert (run.code, run.error["code"]) == (75, "jetpack_server_error")
    assert at_jetpack.rows(SEEN) == []


@pytest.mark.parametrize("length", [1, 100])
def test_a_word_of_jetpacks_is_kept_as_it_is(length: int, at_jetpack: Desk) -> None:
    code = "x" * length
    at_jetpack.double.next("body", body=json.dumps({"code": code, "blog_id": 7}))
    assert at_jetpack.do(f"jetpack connect {SITE} --user 1")["code"] == code
    assert at_jetpack.rows(SEEN) == [(SITE, 7, code)]


def test_a_code_that_repeats_the_token_is_kept_without_it(at_jetpack: Desk) -> None:
    token = at_jetpack.double.token
    body = json.dumps({"code": f"hello_{token}", "blog_id": 7})
    at_jetpack.double.next("body", body=body)
    run = at_jetpack("jetpack", "connect", SITE, "--user", "1", "--json")
    assert run.data["code"] == "hello_[token]"
    assert token not in run.out + run.err + "".join(at_jetpack.everything())


def test_half_a_character_in_an_error_can_be_told(at_jetpack: Desk) -> None:
    body = json.dumps({"code": "invalid_input", "message": "no \ud800 such"})
    at_jetpack.double.next("body", body=body, status=400)
    run = at_jetpack("jetpack", "connect", SITE, "--user", "1", "--json")
    assert (run.code, run.error["code"]) == (3, "invalid_input")
    assert "no ? such" in run.error["message"]


@pytest.mark.parametrize(
    ("code", "kind", "begins"),
    [
        ("success", "ok", f"Connected {SITE}. Jetpack says success and has"),
        ("already_connected", "info", "Jetpack says already_connected and has"),
        ("some_other", "info", "Jetpack says some_other and has"),
        ("previously_connected", None, ""),
    ],
)
def test_what_is_said_of_each_code(
    code: str, kind: str | None, begins: str, at_jetpack: Desk
) -> None:
    for number in (7, None):
        body = json.dumps({"code": code, "blog_id": number})
        at_jetpack.double.next("body", body=body)
        run = at_jetpack("jetpack", "connect", SITE, "--user", "1", "--json")
        notes = run.json.get("notes", [])
        assert [note["kind"] for note in notes] == ([] if kind is None else [kind])
        called = "no number" if number is None else "the number 7"
        said = notes[0]["message"] if notes else run.error["message"]
        assert said.startswith(begins)
        assert f"has {called} for {SITE}" in said
        assert run.code == (0 if kind else 1)


@pytest.mark.parametrize(
    ("user", "sent"),
    [
        ("1", 1),
        ("007", 7),
        ("9" * 18, int("9" * 18)),
        ("9" * 19, "9" * 19),
        ("admin", "admin"),
        ("ann@a.example", "ann@a.example"),
        ("٣", "٣"),
    ],
)
def test_a_user_is_a_number_or_a_name(user: str, sent: Any, at_jetpack: Desk) -> None:
    at_jetpack("jetpack", "connect", SITE, "--user", user)
    assert at_jetpack.double.requests[-1]["body"]["local_user"] == sent
