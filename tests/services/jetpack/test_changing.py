"""Calls that may be made again: cut off, refused, or told that it is so already."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from jpcli.domain.errors import JpcliError
from jpcli.services.jetpack.finishing import finish
from jpcli.services.jetpack.pull import pull
from jpcli.services.licenses import assign, revoke
from jpcli.services.licenses.in_use import anything
from tests.services.agency import A, B, C, codes, plain
from tests.services.jetpack.conftest import Desk
from tests.services.jetpack.test_acting import bundle_from_the_dashboard

Do = Callable[[Desk, str], Any]
CHANGES: dict[str, Do] = {
    "assign": lambda a, _: a.assign(free_of(a), C),
    "unassign": lambda a, key: a.unassign(key),
    "transfer": lambda a, key: a.transfer(key, B),
    "revoke": lambda a, key: a.revoke(key),
}
changes = pytest.mark.parametrize("name", CHANGES)


def free_of(agency: Desk) -> str:
    return next(key for key, (site, _) in agency.licenses().items() if site is None)


@pytest.fixture
def key(agency: Desk) -> str:
    """A license on a site; another one is on none."""
    agency.issue("jetpack-ai")
    (found,) = agency.issue("jetpack-scan", site=A)
    agency.double.forget()
    return found


@changes
@pytest.mark.crossed("repeats", "lists")
@pytest.mark.parametrize("repeats", [True, False])
@pytest.mark.parametrize("lists", [True, False])
@pytest.mark.parametrize("after", [True, False])
@pytest.mark.parametrize("kind", ["lost", "status", "body", "slow_down"])
def test_what_got_no_answer_is_finished_by_the_same_command(
    agency: Desk, key: str, name: str, repeats: bool, lists: bool, after: bool, kind: str
) -> None:
    agency.double.world.repeats = repeats
    agency.double.world.lists = lists
    fields: dict[str, Any] = {"status": 502, "form": "page"} if kind == "status" else {}
    agency.double.next(kind, nth=1, times=0, after=after, **fields)
    with pytest.raises(JpcliError) as raised:
        CHANGES[name](agency, key)
    # An answer to the second try that can't be read, but says no, is not about the first.
    says_no = kind == "body" and after and not repeats
    assert raised.value.exit_code == (1 if says_no else 75)
    assert [wish.action for wish in agency.wishes()] == [name]
    agency.double.heal()
    CHANGES[name](agency, key)
    agency.check_equal()
    assert agency.wishes() == []
    assert len(agency.double.mails) == (name == "unassign")


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("assign", "attached_license"),
        ("unassign", "something_new"),
        ("transfer", "something_new"),
        ("revoke", "revoked_license"),
    ],
)
def test_what_an_earlier_command_may_have_done_is_told_from_a_no(
    agency: Desk, key: str, name: str, code: str
) -> None:
    """What is said to the second says only that it is so already; the list tells whether."""
    agency.double.next("lost", nth=1, times=0)
    with pytest.raises(JpcliError):
        CHANGES[name](agency, key)
    agency.double.heal()
    agency.double.next("status", status=400, code=code, after=False)
    CHANGES[name](agency, key)
    agency.check_equal()
    assert agency.wishes() == []


@changes
@pytest.mark.parametrize("after", [True, False])
def test_one_lost_answer_is_no_trouble(agency: Desk, key: str, name: str, after: bool) -> None:
    agency.double.next("lost", nth=1, after=after)
    CHANGES[name](agency, key)
    agency.check_equal()
    assert agency.wishes() == []


@changes
@pytest.mark.parametrize(
    ("status", "theirs", "ours", "code"),
    [
        (400, "revoked_license", "license_revoked", 3),
        (400, "attached_license", "already_assigned", 3),
        (403, "not_same_owner", "not_same_owner", 3),
        (400, "product_incompatibility", "product_incompatibility", 3),
        (400, "multisite_incompatibility", "multisite_incompatibility", 3),
        (400, "invalid_input", "invalid_input", 3),
        (401, "unauthorized", "bad_token", 4),
        (403, "rest_forbidden", "bad_token", 4),
        (400, "something_new", "jetpack_refused", 1),
        (404, "rest_no_route", "jetpack_refused", 1),
    ],
)
def test_a_plain_no_changes_nothing(
    agency: Desk, key: str, name: str, status: int, theirs: str, ours: str, code: int
) -> None:
    before = agency.licenses()
    agency.double.next("status", status=status, code=theirs, after=False, form="data")
    with pytest.raises(JpcliError) as raised:
        CHANGES[name](agency, key)
    assert (raised.value.code, raised.value.exit_code) == (ours, code)
    assert "jp-000001" in raised.value.message
    assert agency.licenses() == before
    agency.check_equal()
    assert agency.wishes() == []


@pytest.mark.parametrize("lost", [None, 2, 3])
def test_a_transfer_that_is_refused_is_back_on_its_old_site(
    agency: Desk, key: str, lost: int | None
) -> None:
    """Also where a call was lost, there or on the way back, and made again: its answer counts."""
    agency.double.world.site(B, multisite=True)
    if lost is not None:
        agency.double.next("lost", nth=lost, after=False)
    before = agency.licenses()
    with pytest.raises(JpcliError) as raised:
        agency.transfer(key, B)
    assert raised.value.code == "multisite_incompatibility"
    assert f"it is back on {A}" in raised.value.message
    assert agency.licenses() == before
    agency.check_equal()
    assert (agency.wishes(), agency.double.mails) == ([], [])


def test_a_site_that_refuses_the_second_try_does_not_have_the_license(agency: Desk) -> None:
    free = agency.issue_one("jetpack-scan")
    agency.double.world.site(C, multisite=True)
    agency.double.forget()
    agency.double.next("lost", nth=1, after=False)
    with pytest.raises(JpcliError) as raised:
        agency.assign(free, C)
    assert raised.value.code == "multisite_incompatibility"
    assert [each["method"] for each in agency.double.requests] == ["POST", "POST", "GET"]
    assert agency.wishes() == []
    agency.check_equal()


@pytest.mark.parametrize("lost", [False, True])
def test_a_license_that_no_site_takes_is_on_none(agency: Desk, key: str, lost: bool) -> None:
    agency.double.world.site(B, multisite=True)
    fields = {"status": 403, "code": "not_same_owner", "after": False, "nth": 2 + lost}
    if lost:  # the first try to put it back
        agency.double.next("lost", method="POST", path="/license/.*", nth=2, after=False)
    agency.double.next("status", method="POST", path="/license/.*", **fields)
    with pytest.raises(JpcliError) as raised:
        agency.transfer(key, B)
    assert raised.value.code == "multisite_incompatibility"
    assert "on no site now" in raised.value.message
    assert agency.licenses()[key] == (None, False)
    where = "SELECT data FROM events WHERE kind = 'license.unassigned'"
    assert [json.loads(row[0])["from"] for row in agency.stored(where)] == [A]
    agency.check_equal()
    assert (agency.wishes(), agency.double.mails) == ([], [])


@pytest.mark.parametrize("call", [2, 3])
def test_a_transfer_cut_half_way_is_finished_by_the_same_command(
    agency: Desk, key: str, call: int
) -> None:
    """Cut on the way to the new site, and on the way back."""
    if call == 3:
        agency.double.world.site(B, multisite=True)
    agency.double.next("lost", nth=call, times=0, after=False)
    with pytest.raises(JpcliError) as raised:
        agency.transfer(key, B)
    assert raised.value.exit_code == 75
    assert [wish.action for wish in agency.wishes()] == ["transfer"]
    agency.double.heal()
    if call == 3:
        agency.double.world.find_site(B).multisite = False  # type: ignore[union-attr]
    agency.transfer(key, B)
    agency.check_equal()
    assert (agency.wishes(), agency.double.mails) == ([], [])


def test_another_command_takes_the_place_of_one_that_was_cut_off(agency: Desk, key: str) -> None:
    agency.double.next("lost", nth=2, times=0, after=False)
    with pytest.raises(JpcliError):
        agency.transfer(key, B)
    agency.double.heal()
    agency.transfer(key, C)
    agency.check_equal()
    assert agency.wishes() == []


@pytest.mark.parametrize("by_name", [True, False])
@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("assign", "license_revoked"),
        ("unassign", "license_revoked"),
        ("transfer", "license_revoked"),
        ("assign", "already_assigned"),
    ],
)
def test_what_was_cut_off_does_not_keep_from_what_the_dashboard_did_since(
    agency: Desk, key: str, name: str, code: str, by_name: bool
) -> None:
    """A license that was revoked there, or put elsewhere: no wish waits, and a pull takes it
    over."""
    agency.double.next("lost", nth=1, times=0, after=False)
    with pytest.raises(JpcliError):
        CHANGES[name](agency, key)
    agency.double.heal()
    (wish,) = agency.wishes()
    world = agency.double.world
    one = world.licenses[str(wish.license_key)]
    one.blog_id = world.site(B).blog_id if code == "already_assigned" else None
    one.revoked_at = world.now() if code == "license_revoked" else None
    with pytest.raises(JpcliError) as raised:
        agency.do(finish, wish.name) if by_name else CHANGES[name](agency, key)
    assert (raised.value.code, raised.value.exit_code) == (code, 3)
    assert agency.wishes() == []
    heard: list[int] = []
    agency.do(pull, heard.append)
    assert heard == [1, 2]
    agency.check_equal()


@changes
@pytest.mark.parametrize("foreign", [True, False])
@pytest.mark.parametrize("after", [True, False])
def test_what_is_another_agencys_by_now_waits_no_longer(
    agency: Desk, key: str, name: str, after: bool, foreign: bool
) -> None:
    agency.double.next("lost", nth=1, times=0, after=after)
    with pytest.raises(JpcliError):
        CHANGES[name](agency, key)
    (wish,) = agency.wishes()
    agency.double.heal()
    about = str(wish.license_key)
    if foreign:
        agency.double.world.foreign.add(about)
    else:
        del agency.double.licenses[about]
    before = agency.licenses()
    with pytest.raises(JpcliError) as raised:
        agency.do(finish, wish.name)
    assert raised.value.code == ("not_same_owner" if foreign else "jetpack_refused")
    assert (agency.wishes(), agency.licenses()) == ([], before)


def test_a_bundle_of_which_a_child_got_no_answer_ends_as_a_whole(agency: Desk) -> None:
    parent, _ = bundle_from_the_dashboard(agency)
    agency.double.next("lost", nth=3, times=0, after=False)
    with pytest.raises(JpcliError) as raised:
        agency.revoke(parent)
    assert raised.value.exit_code == 75
    assert agency.licenses()[parent] == (None, False)
    agency.double.heal()
    agency.revoke(parent)
    agency.check_equal()
    assert agency.wishes() == []


MANY: dict[str, tuple[Callable[..., Any], str, Callable[[list[str]], str]]] = {
    "assign": (assign.assign_rows, "free", lambda keys: "\n".join(f"{key},{B}," for key in keys)),
    "unassign": (assign.unassign_rows, "put", lambda keys: "\n".join(f"{key},," for key in keys)),
    "transfer": (assign.transfer_rows, "put", lambda keys: "\n".join(f"{k},,{B}" for k in keys)),
    "revoke": (revoke.revoke_rows, "put", lambda keys: "\n".join(f"{key},," for key in keys)),
}


@pytest.mark.parametrize("keep_going", [False, True])
@pytest.mark.parametrize("name", MANY)
def test_a_row_that_is_refused_stops_the_others_or_is_left_out(
    agency: Desk, name: str, keep_going: bool
) -> None:
    use_case, where, rows = MANY[name]
    keys = agency.issue("jetpack-scan", 3, site=A if where == "put" else None)
    agency.double.forget()
    path = f"/license/{keys[1]}/site" if name != "revoke" else "/license"
    nth = 2 if name == "revoke" else 1
    method = "POST" if name == "assign" else "DELETE"
    fields = {"status": 400, "code": "something_new", "after": False, "nth": nth}
    agency.double.next("status", method=method, path=path, **fields)
    options = {"agreed": anything} if name == "revoke" else {}
    text = f"license_key,site,to\n{rows(keys)}\n"
    answer = agency.rows(use_case, text, keep_going=keep_going, **options)
    data = plain(answer)
    done = [keys[0], keys[2]] if keep_going else [keys[0]]
    assert [row["license_key"] for row in data["licenses"]] == done
    assert [(each["line"], each["code"]) for each in data["problems"]] == [(3, "jetpack_refused")]
    assert f" {len(done)} license" in answer.notes[0].message
    assert "stopped" in codes(answer)
    agency.check_equal()
    assert agency.wishes() == []
    agency.rows(use_case, text, keep_going=keep_going, **options)
    agency.check_equal()


def test_a_blog_id_is_the_site_that_it_was_seen_with(agency: Desk) -> None:
    from jpcli.domain import outside_events

    key = agency.issue_one("jetpack-scan")
    with pytest.raises(JpcliError) as raised:
        agency.assign(key, "1234")
    assert raised.value.code == "unknown_blog_id"
    with agency.desk() as desk, desk.writing() as writer:
        writer.record(*outside_events.connection_seen(A, 1234, "success"))
    agency.assign(key, "1234")
    assert agency.shown(key)["site"] == A
    assert agency.double.requests[-1]["body"] == {"site": A}
    agency.check_equal()


def test_a_site_below_a_host_may_be_written_as_jetpack_does(agency: Desk) -> None:
    key = agency.issue_one("jetpack-scan", site="a.example::blog")
    assert agency.shown(key)["site"] == "https://a.example/blog"
    agency.check_equal()


@pytest.mark.parametrize("name", ["assign", "transfer"])
def test_whose_the_site_is_to_be_is_not_lost_with_the_answer(
    agency: Desk, key: str, name: str
) -> None:
    """W2: also where `jetpack resolve` does the rest."""
    do = {"assign": assign.assign, "transfer": assign.transfer}[name]
    agency.double.next("lost", times=0)
    with pytest.raises(JpcliError):
        agency.do(do, [free_of(agency) if name == "assign" else key], C, "Acme")
    agency.double.heal()
    (wish,) = agency.wishes()
    answer = agency.do(finish, wish.name)
    (found,) = answer.data["licenses"]
    assert (found["site"], found["client"]) == (C, "Acme")
    agency.check_equal()
