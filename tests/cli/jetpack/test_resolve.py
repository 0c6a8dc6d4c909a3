"""`jetpack resolve`: what came of an order is told, and only what can be is taken; what is
unfinished is finished, once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.cli.jetpack.conftest import seconds

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cli.jetpack.conftest import Desk

A, B = "https://a.example", "https://b.example"


def waits(desk: Desk) -> list[str]:
    return [each["wish"] for each in desk.do("jetpack status")["wishes"]]


def test_elsewhere_it_is_refused(ledger: Callable[..., Any]) -> None:
    for words in (["--not-issued"], ["--key", "jetpack-scan_x"], []):
        run = ledger("jetpack", "resolve", "w1", *words, "--json")
        assert (run.code, run.error["code"]) == (3, "not_at_jetpack")


def test_the_license_that_came_of_it_is_recorded_with_jetpacks_times(at_jetpack: Desk) -> None:
    wish = at_jetpack.wish(unknown=True, run=("f" * 64, 1, 7))
    key = at_jetpack.issued(at="2026-11-20T09:00:31Z")
    before = at_jetpack.everything()
    tried = at_jetpack("jetpack", "resolve", wish, "--key", key, "--dry-run", "--json")
    assert tried.code == 0
    assert at_jetpack.everything() == before
    run = at_jetpack("jetpack", "resolve", wish, "--key", key, "--json")
    assert run.code == 0, run.err
    assert [note["code"] for note in run.json["notes"]] == ["resolved", "runagain"]
    (found,) = run.data["licenses"]
    assert (found["license_key"], found["issued_at"]) == (key, "2026-11-20T09:00:31Z")
    assert found["state"] == "unassigned"
    assert waits(at_jetpack) == []
    row = "SELECT state, license_key, request_hash, number, position FROM wishes"
    assert at_jetpack.rows(row) == [("done", key, "f" * 64, 1, 7)]
    assert at_jetpack.double.calls("POST") == []
    assert at_jetpack("ledger", "check").code == 0
    # Again: nothing more is done.
    before = at_jetpack.everything()
    run = at_jetpack("jetpack", "resolve", wish, "--key", key, "--json")
    assert (run.code, run.data["licenses"][0]["license_key"]) == (0, key)
    assert at_jetpack.everything() == before
    other = at_jetpack.issued(at="2026-11-20T09:00:32Z")
    for words in (["--not-issued"], ["--key", other]):
        run = at_jetpack("jetpack", "resolve", wish, *words, "--json")
        assert (run.code, run.error["code"]) == (3, "wish_settled")
    assert at_jetpack.everything() == before


@pytest.mark.parametrize(
    ("run", "said"),
    [
        (None, None),
        (("f" * 64, 1, 0), ""),
        (("apply", 1, 0), "; a plan that was saved is to be planned anew"),
    ],
)
def test_what_was_interrupted_is_told_how_to_go_on(
    run: tuple[str, int, int] | None, said: str | None, at_jetpack: Desk
) -> None:
    wish = at_jetpack.wish(unknown=True, run=run)
    done = at_jetpack("jetpack", "resolve", wish, "--not-issued", "--yes", "--json")
    told = {note["code"]: note["message"] for note in done.json["notes"]}
    message = "The command that was interrupted, run again, does what is left and no more"
    assert told.get("runagain") == (None if said is None else message + said)


def _known(desk: Desk) -> str:
    return desk.known()


def _foreign(desk: Desk) -> str:
    key = desk.issued()
    desk.double.world.foreign.add(key)
    return key


def _revoked(desk: Desk) -> str:
    return desk.issued(revoked_at=seconds("2026-11-21T00:00:00Z"))


REFUSED = [
    (_known, 3, "license_known", False),
    (_foreign, 3, "unknown_license", True),
    (_revoked, 3, "license_revoked", True),
    (lambda _: "jetpack-scan_" + "N" * 25, 3, "unknown_license", True),
    (lambda desk: desk.issued("jetpack-complete"), 3, "other_product", False),
    (lambda desk: desk.issued("jetpack-scan-more"), 3, "other_product", False),
    (lambda _: "no key", 2, "bad_license_key", False),
    (lambda _: "jetpack-scan_4242424242424242", 2, "card_number", False),
]


@pytest.mark.parametrize(("make", "exit_code", "code", "asks"), REFUSED)
def test_what_cant_have_come_of_it_is_refused(
    make: Callable[[Desk], str], exit_code: int, code: str, asks: bool, at_jetpack: Desk
) -> None:
    wish, key = at_jetpack.wish(unknown=True), make(at_jetpack)
    before = at_jetpack.everything()
    run = at_jetpack("jetpack", "resolve", wish, "--key", key, "--json")
    assert (run.code, run.error["code"]) == (exit_code, code), run.out
    assert at_jetpack.everything() == before
    assert waits(at_jetpack) == [wish]
    assert ("GET /license" in at_jetpack.double.calls()) is asks


def test_a_license_that_was_there_before_the_order_is_remarked_on(at_jetpack: Desk) -> None:
    wish, key = at_jetpack.wish(unknown=True), at_jetpack.issued(at="2026-11-20T08:54:59Z")
    run = at_jetpack("jetpack", "resolve", wish, "--key", key, "--json")
    assert [note["code"] for note in run.json["notes"]] == ["resolved", "issued_before"]


@pytest.mark.parametrize(
    ("own", "others", "code"),
    [
        ("--key", "--key", "wish_settled"),
        ("--key", "--not-issued", "wish_settled"),
        ("--key", "taken", "license_known"),
        ("--not-issued", "--key", "wish_settled"),
    ],
)
def test_what_another_process_settles_meanwhile_is_not_settled_twice(
    own: str, others: str, code: str, at_jetpack: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    from jpcli.services.change import change_as_read
    from jpcli.services.jetpack import resolve

    wish, second = at_jetpack.wish(unknown=True), at_jetpack.wish(unknown=True)
    key = at_jetpack.issued(at="2026-11-20T09:00:31Z")
    words = {
        "--key": (wish, "--key", key),
        "--not-issued": (wish, "--not-issued", "--yes"),
        "taken": (second, "--key", key),
    }

    def late(*given: Any) -> Any:
        monkeypatch.setattr(resolve, "change_as_read", change_as_read)
        assert at_jetpack("jetpack", "resolve", *words[others]).code == 0
        return change_as_read(*given)

    monkeypatch.setattr(resolve, "change_as_read", late)
    run = at_jetpack("jetpack", "resolve", *words[own], "--json")
    assert (run.code, run.error["code"]) == (3, code)
    issued = at_jetpack.rows("SELECT subject FROM events WHERE kind = 'license.issued'")
    assert issued == ([] if others == "--not-issued" else [(key,)])
    assert at_jetpack.rows("SELECT count(*) FROM events WHERE kind = 'wish.settled'") == [(1,)]
    assert at_jetpack("ledger", "check").code == 0


@pytest.mark.parametrize("fault", ["lost", "reset", "cut", "body", "page"])
def test_without_an_answer_nothing_is_settled(
    fault: str, at_jetpack: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jpcli.jetpack.patience.FIRST_PAUSE_SECONDS", 0)
    wish, key = at_jetpack.wish(unknown=True), at_jetpack.issued()
    before = at_jetpack.everything()
    kind, more = ("status", {"form": "page"}) if fault == "page" else (fault, {})
    at_jetpack.double.next(kind, times=99, **more)
    run = at_jetpack("jetpack", "resolve", wish, "--key", key, "--json")
    assert run.code == 75
    assert at_jetpack.everything() == before


@pytest.mark.parametrize("name", ["w999999", "57x", "", "w", "w-1", "w" + "9" * 40, "ＷＷ", "w１"])
def test_a_wish_that_there_is_not(name: str, at_jetpack: Desk) -> None:
    before = at_jetpack.everything()
    for words in (["--not-issued"], ["--key", "jetpack-scan_x"], []):
        run = at_jetpack("jetpack", "resolve", name, *words, "--json")
        assert run.code == 2
        assert run.error["code"] == ("unknown_wish" if name else "usage")
    assert at_jetpack.everything() == before


def test_nothing_came_of_it(at_jetpack: Desk) -> None:
    wish = at_jetpack.wish(unknown=True)
    before = at_jetpack.everything()
    assert at_jetpack("jetpack", "resolve", wish, "--not-issued", "--dry-run").code == 0
    assert at_jetpack.everything() == before
    run = at_jetpack("jetpack", "resolve", wish, "--not-issued", "--json")
    assert (run.code, run.data["licenses"]) == (0, [])
    assert waits(at_jetpack) == []
    assert at_jetpack.rows("SELECT state, license_key FROM wishes") == [("failed", None)]
    before = at_jetpack.everything()
    assert at_jetpack("jetpack", "resolve", wish, "--not-issued").code == 0
    assert at_jetpack.everything() == before
    key = at_jetpack.issued()
    run = at_jetpack("jetpack", "resolve", wish, "--key", key, "--json")
    assert run.error["code"] == "wish_settled"


@pytest.mark.parametrize("why", ["candidate", "no list", "no token", "no network"])
def test_a_yes_is_needed_where_one_may_have_been_issued(
    why: str, at_jetpack: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jpcli.jetpack.patience.FIRST_PAUSE_SECONDS", 0)
    wish, said = at_jetpack.wish(unknown=True), "could not be asked"
    if why == "candidate":
        said = at_jetpack.issued(at="2026-11-20T09:00:31Z")
    elif why == "no list":
        at_jetpack.double.world.lists = False
    elif why == "no token":
        at_jetpack.without_token()
    else:
        at_jetpack.patch.setenv("JPCLI_JETPACK_BASE", "http://127.0.0.1:9")
    before = at_jetpack.everything()
    run = at_jetpack("jetpack", "resolve", wish, "--not-issued", "--json")
    assert (run.code, run.error["code"]) == (2, "confirmation_required")
    assert said in run.error["message"]
    assert "second one" in run.error["hint"]
    assert at_jetpack.everything() == before
    assert at_jetpack("jetpack", "resolve", wish, "--not-issued", "--yes").code == 0
    assert waits(at_jetpack) == []


def test_an_order_is_not_finished_without_being_told(at_jetpack: Desk) -> None:
    wish = at_jetpack.wish()
    before = at_jetpack.everything()
    run = at_jetpack("jetpack", "resolve", wish, "--json")
    assert (run.code, run.error["code"]) == (2, "outcome_needed")
    assert f"{wish} --key KEY" in run.error["hint"]
    assert f"{wish} --not-issued" in run.error["hint"]
    run = at_jetpack("jetpack", "resolve", wish, "--key", "x", "--not-issued", "--json")
    assert (run.code, run.error["code"]) == (2, "usage")
    assert at_jetpack.everything() == before


def test_what_is_no_order_is_not_told_of(at_jetpack: Desk) -> None:
    key = at_jetpack.placed(site=A)
    wish = at_jetpack.wish("transfer", license_key=key, site=B, before=A)
    before = at_jetpack.everything()
    for words in (["--not-issued"], ["--key", key]):
        run = at_jetpack("jetpack", "resolve", wish, *words, "--json")
        assert (run.code, run.error["code"]) == (2, "not_an_order")
    assert at_jetpack.everything() == before


def test_what_is_under_way_is_left(at_jetpack: Desk) -> None:
    from jpcli.services.process import at_work

    key = at_jetpack.issued()
    with at_work() as name:
        wish = at_jetpack.wish(process=name)
        before = at_jetpack.everything()
        for words in (["--not-issued"], ["--key", key], []):
            run = at_jetpack("jetpack", "resolve", wish, *words, "--json")
            assert (run.code, run.error["code"]) == (75, "under_way")
        assert at_jetpack.everything() == before


@pytest.mark.parametrize(
    ("action", "product", "is_late", "code"),
    [
        ("issue", "jetpack-scan", False, 75),
        ("issue", "jetpack-complete", False, 0),
        ("revoke", "jetpack-scan", False, 0),
        ("issue", "jetpack-scan", True, 0),
    ],
)
def test_what_another_process_may_be_about_to_record_is_left_to_it(
    action: str, product: str, is_late: bool, code: int, at_jetpack: Desk
) -> None:
    from jpcli.services.process import at_work

    wish = at_jetpack.wish(unknown=True)
    key = at_jetpack.issued(at="2026-11-20T09:00:31Z")
    with at_work() as name:
        now = "2026-11-20T09:05:32Z" if is_late else "2026-11-20T09:05:31Z"
        other = at_jetpack.known(product) if action == "revoke" else None
        at_jetpack.wish(action, product, now=now, process=name, license_key=other)
        before = at_jetpack.everything()
        run = at_jetpack("jetpack", "resolve", wish, "--key", key, "--json")
        assert run.code == code, run.err
        if code:
            assert run.error["code"] == "under_way"
            assert at_jetpack.everything() == before
    if code:  # it is gone, and left it
        assert at_jetpack("jetpack", "resolve", wish, "--key", key).code == 0


@pytest.mark.parametrize("cut", ["before", "between", "after"])
def test_a_transfer_is_finished_and_recorded_once(cut: str, at_jetpack: Desk) -> None:
    key = at_jetpack.placed(site=A)
    wish = at_jetpack.wish("transfer", license_key=key, site=B, before=A)
    one, world = at_jetpack.double.licenses[key], at_jetpack.double.world
    if cut != "before":
        one.blog_id = one.attached_at = None
    if cut == "after":
        one.blog_id, one.attached_at = world.site(B).blog_id, seconds("2026-11-20T09:00:02Z")
    before = at_jetpack.everything()
    tried = at_jetpack("jetpack", "resolve", wish, "--dry-run", "--json")
    assert (tried.code, tried.data["dry_run"]) == (0, True)
    assert at_jetpack.everything() == before
    assert at_jetpack.double.requests == []
    data = at_jetpack.do(f"jetpack resolve {wish}")
    assert data["licenses"][0]["site"] == B
    assert world.site_of(key) == B
    assert at_jetpack.double.mails == []
    assert waits(at_jetpack) == []
    kinds = at_jetpack.rows("SELECT kind FROM events WHERE kind = 'license.transferred'")
    assert len(kinds) == 1
    assert at_jetpack("jetpack", "pull", "--check").code == 0
    assert at_jetpack("ledger", "check").code == 0
    before = at_jetpack.everything()
    assert at_jetpack("jetpack", "resolve", wish).code == 0
    assert at_jetpack.everything() == before


@pytest.mark.parametrize("email", [True, False])
@pytest.mark.parametrize("done", [True, False])
def test_the_others_are_finished_too(done: bool, email: bool, at_jetpack: Desk) -> None:
    world = at_jetpack.double.world
    put, freed, ended = at_jetpack.known(), at_jetpack.placed(site=A), at_jetpack.known()
    wishes = [
        at_jetpack.wish("assign", license_key=put, site=B),
        at_jetpack.wish("unassign", license_key=freed, before=A),
        at_jetpack.wish("revoke", license_key=ended),
    ]
    if done:
        licenses = at_jetpack.double.licenses
        licenses[put].blog_id = world.site(B).blog_id
        licenses[put].attached_at = seconds("2026-11-20T09:00:02Z")
        licenses[freed].blog_id = licenses[freed].attached_at = None
        licenses[ended].revoked_at = seconds("2026-11-20T09:00:02Z")
    for wish in wishes:
        more = [] if email else ["--no-email"]
        assert at_jetpack("jetpack", "resolve", wish, *more).code == 0
    assert waits(at_jetpack) == []
    assert len(at_jetpack.double.mails) == int(email and not done)
    assert at_jetpack("jetpack", "pull", "--check").code == 0
    assert at_jetpack("ledger", "check").code == 0
    states = [each["state"] for each in at_jetpack.do("licenses list")["licenses"]]
    assert sorted(states) == ["assigned", "revoked", "unassigned"]


def test_wishes_are_completed(at_jetpack: Desk) -> None:
    from jpcli.services.completion import candidates

    wish = at_jetpack.wish()
    found = candidates(at_jetpack.address, "wishes", "w", 0)
    assert [each.name for each in found] == [wish]


@pytest.mark.parametrize("older", [1, 2, 99, 100, 250])
@pytest.mark.parametrize("sorts", [None, "asc", "desc", "shuffled"])
def test_a_license_that_may_be_it_is_found_wherever_the_list_has_it(
    sorts: str | None, older: int, at_jetpack: Desk
) -> None:
    wish = at_jetpack.wish(unknown=True)
    for second in range(older):
        at_jetpack.issued("jetpack-complete", at=f"2026-11-01T09:{second // 60:02}:00Z")
    key = at_jetpack.issued(at="2026-11-20T09:00:31Z")
    at_jetpack.double.world.sorts = sorts
    at_jetpack.double.forget()
    (found,) = at_jetpack.do("jetpack status")["wishes"]
    assert [each["license_key"] for each in found["candidates"]] == [key]
    falls = sorts in {None, "desc"}
    assert len(at_jetpack.double.calls("GET")) == (1 if falls else -(-(older + 1) // 100))
    before = at_jetpack.everything()
    run = at_jetpack("jetpack", "resolve", wish, "--not-issued", "--json")
    assert (run.code, run.error["code"]) == (2, "confirmation_required")
    assert key in run.error["message"]
    assert at_jetpack.everything() == before
