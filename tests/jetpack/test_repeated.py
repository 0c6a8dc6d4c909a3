"""Every call but `issue` is made again when its answer is lost, and comes to the same as once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

from jpcli.domain.errors import Busy, JpcliError, Refused
from jpcli.jetpack import errors
from jpcli.jetpack.licensing import Licensing
from tests.jetpack.conftest import Clock
from tests.jetpack_double.double import JetpackDouble
from tests.jetpack_double.faults import PAGE
from tests.jetpack_double.world import License

SITE = "https://example.com"
OTHER = "https://example.org"


class Call(NamedTuple):
    """`before` brings the license to where the call makes sense, `done` says whether it did."""

    before: Callable[[JetpackDouble, License], object]
    make: Callable[[Licensing, str], Any]
    done: Callable[[JetpackDouble, License], bool]


def _on(url: str) -> Callable[[JetpackDouble, License], object]:
    def put(double: JetpackDouble, one: License) -> None:
        one.blog_id, one.attached_at = double.world.site(url).blog_id, one.issued_at

    return put


def _nothing(*_: object) -> bool:
    return True


CALLS = {
    "revoke": Call(
        _on(SITE), lambda asking, key: asking.revoke(key), lambda _, one: one.revoked_at is not None
    ),
    "attach": Call(
        _nothing,
        lambda asking, key: asking.attach(key, SITE),
        lambda double, one: double.world.site_of(one.license_key) == SITE,
    ),
    "detach": Call(
        _on(SITE),
        lambda asking, key: asking.detach(key, email=True),
        lambda double, one: one.blog_id is None and len(double.mails) == 1,
    ),
    "connect": Call(
        _nothing,
        lambda asking, key: asking.connect(OTHER, 1),
        lambda double, _: double.world.find_site(OTHER) is not None,
    ),
    "license": Call(_nothing, lambda asking, key: asking.license(key), _nothing),
    "licenses": Call(_nothing, lambda asking, key: list(asking.licenses()), _nothing),
    "families": Call(_nothing, lambda asking, key: asking.families(), _nothing),
}
PASSING: list[tuple[str, dict[str, Any]]] = [
    ("lost", {}),
    ("lost", {"after": False}),
    ("reset", {}),
    ("reset", {"after": False}),
    ("cut", {}),
    ("hang", {"seconds": 2}),
    ("hang", {"seconds": 2, "after": False}),
    ("slow_down", {}),
    ("slow_down", {"status": 509, "retry_after": 3}),
    *(
        ("status", {"status": status, "after": after, "form": form})
        for status in (500, 502, 503, 504)
        for after, form in ((True, "page"), (False, "data"))
    ),
    ("status", {"status": 408}),
]
UNREADABLE = ["", "{}", "[]", "null", PAGE, "[" * 100_000, '{"license_key": 7}']


@pytest.fixture
def one(jetpack_double: JetpackDouble) -> License:
    return jetpack_double.world.issue("jetpack-scan")


@pytest.mark.parametrize(("repeats", "lists"), [(True, True), (False, True), (False, False)])
@pytest.mark.parametrize(("kind", "more"), PASSING, ids=str)
@pytest.mark.parametrize("name", CALLS)
def test_what_passes_is_made_again(
    licensing: Licensing,
    hasty: Licensing,
    jetpack_double: JetpackDouble,
    one: License,
    name: str,
    kind: str,
    more: dict[str, Any],
    repeats: bool,
    lists: bool,
) -> None:
    if kind == "hang" and lists:
        return  # the slow one, once
    call = CALLS[name]
    jetpack_double.world.repeats = repeats
    jetpack_double.world.lists = lists or name == "licenses"
    call.before(jetpack_double, one)
    jetpack_double.next(kind, **more)
    asking = hasty if kind == "hang" else licensing
    assert call.make(asking, one.license_key) not in (None, [])
    assert call.done(jetpack_double, one)


@pytest.mark.parametrize("body", UNREADABLE, ids=lambda body: body[:20])
@pytest.mark.parametrize("name", [name for name in CALLS if name != "licenses"])
def test_an_answer_that_can_not_be_understood_is_asked_for_again(
    licensing: Licensing, jetpack_double: JetpackDouble, one: License, name: str, body: str
) -> None:
    if name == "families" and body == "[]":
        return  # a price list without a product
    call = CALLS[name]
    call.before(jetpack_double, one)
    jetpack_double.next("body", body=body)
    call.make(licensing, one.license_key)
    assert call.done(jetpack_double, one)
    assert len(jetpack_double.calls()) >= 2


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize(
    ("kind", "more", "code"),
    [
        ("lost", {}, "network"),
        ("lost", {"after": False}, "network"),
        ("status", {"form": "page"}, "jetpack_server_error"),
        ("status", {"status": 503}, "jetpack_server_error"),
        ("slow_down", {"status": 429}, "rate_limited"),
        ("slow_down", {"status": 509}, "rate_limited"),
    ],
)
def test_after_five_tries_it_is_busy(
    licensing: Licensing,
    jetpack_double: JetpackDouble,
    one: License,
    clock: Clock,
    name: str,
    kind: str,
    more: dict[str, Any],
    code: str,
) -> None:
    CALLS[name].before(jetpack_double, one)
    jetpack_double.next(kind, times=0, **more)
    with pytest.raises(Busy) as busy:
        CALLS[name].make(licensing, one.license_key)
    error = busy.value
    assert (error.code, error.exit_code) == (code, 75)
    assert len(jetpack_double.calls()) == 5
    assert clock.slept == [0.5, 1, 2, 4]
    assert error.unsure == (kind != "slow_down")
    answered = kind != "lost"
    assert error.request_id == ("jp-000005" if answered else None)
    assert not answered or "jp-000005" in error.message


def test_waiting_ends_after_a_minute(
    licensing: Licensing, jetpack_double: JetpackDouble, one: License, clock: Clock
) -> None:
    jetpack_double.next("status", status=503, retry_after=25, times=0)
    with pytest.raises(Busy):
        licensing.license(one.license_key)
    assert clock.slept == [25, 25]


# --- what a first try is told is the caller's to decide ---


def test_a_license_that_was_revoked_before_is_refused(
    licensing: Licensing, jetpack_double: JetpackDouble, one: License
) -> None:
    one.revoked_at = one.issued_at
    with pytest.raises(Refused) as refused:
        licensing.revoke(one.license_key)
    assert refused.value.code == "license_revoked"
    assert (refused.value.their_code, refused.value.unsure) == (errors.REVOKED, False)


def test_a_license_that_is_on_the_site_is_told_apart_from_one_on_another(
    licensing: Licensing, jetpack_double: JetpackDouble, one: License
) -> None:
    _on(SITE)(jetpack_double, one)
    with pytest.raises(JpcliError) as same:
        licensing.attach(one.license_key, SITE)
    assert same.value.their_code == errors.ON_SAME_SITE
    with pytest.raises(Refused) as other:
        licensing.attach(one.license_key, OTHER)
    assert (other.value.code, other.value.their_code) == ("already_assigned", errors.ATTACHED)


def test_a_license_on_no_site_is_told_apart(
    licensing: Licensing, jetpack_double: JetpackDouble, one: License
) -> None:
    with pytest.raises(JpcliError) as refused:
        licensing.detach(one.license_key, email=True)
    assert errors.is_not_attached(refused.value)
    assert jetpack_double.mails == []


# --- what a repetition is told ---


def test_a_rate_limit_is_no_try(
    licensing: Licensing, jetpack_double: JetpackDouble, one: License
) -> None:
    """Nothing was done, so what is told next is not about an earlier try."""
    one.revoked_at = one.issued_at
    jetpack_double.next("slow_down")
    with pytest.raises(Refused) as refused:
        licensing.revoke(one.license_key)
    assert not refused.value.unsure


def test_a_rate_limit_does_not_hide_that_an_earlier_try_may_have_done_it(
    licensing: Licensing, jetpack_double: JetpackDouble, one: License
) -> None:
    jetpack_double.next("lost")
    jetpack_double.next("slow_down", nth=2)
    assert licensing.revoke(one.license_key).value.revoked_at is not None
    assert jetpack_double.calls("DELETE") == ["DELETE /license"] * 3


def test_what_was_never_sent_was_not_done(jetpack_double: JetpackDouble, clock: Clock) -> None:
    asking = Licensing(jetpack_double.token, "http://127.0.0.1:9", clock=clock, sleep=clock.sleep)
    with pytest.raises(Busy) as busy:
        asking.revoke("jetpack-scan_x")
    assert (busy.value.unsure, len(clock.slept)) == (False, 4)


@pytest.mark.parametrize("lists", [True, False])
def test_attached_is_looked_up_where_it_can_be(
    licensing: Licensing, jetpack_double: JetpackDouble, one: License, lists: bool
) -> None:
    """The API may say `attached_license` where it means this very site. Its search finds others,
    too."""
    jetpack_double.world.lists = lists
    other = jetpack_double.world.issue("jetpack-ai", issued_at=one.issued_at - 10)
    _on(f"{OTHER}/{one.license_key}")(jetpack_double, other)
    jetpack_double.next("lost")
    jetpack_double.next("status", method="POST", nth=2, status=400, code="attached_license")
    if lists:
        assert licensing.attach(one.license_key, "example.com::").value.license_key
    else:
        with pytest.raises(Refused) as refused:
            licensing.attach(one.license_key, SITE)
        assert (refused.value.code, refused.value.unsure) == ("already_assigned", True)


@pytest.mark.parametrize("lists", [True, False])
def test_a_license_on_another_site_is_no_success(
    lists: bool, licensing: Licensing, jetpack_double: JetpackDouble, one: License
) -> None:
    """And for certain none where the list tells on which it is."""
    _on(OTHER)(jetpack_double, one)
    jetpack_double.world.lists = lists
    jetpack_double.next("lost", after=False)
    with pytest.raises(Refused) as refused:
        licensing.attach(one.license_key, SITE)
    assert (refused.value.code, refused.value.unsure) == ("already_assigned", not lists)


def test_on_a_site_that_the_list_does_not_name_it_may_be_the_one(
    licensing: Licensing, jetpack_double: JetpackDouble, one: License
) -> None:
    jetpack_double.next("lost", after=False)
    jetpack_double.next(
        "status", method="POST", nth=2, status=400, code="attached_license", after=False
    )
    with pytest.raises(Refused) as refused:
        licensing.attach(one.license_key, SITE)
    assert refused.value.unsure


@pytest.mark.parametrize("lists", [True, False])
@pytest.mark.parametrize("after", [True, False])
def test_a_code_of_nobody_after_a_detachment_is_looked_up_and_never_guessed(
    licensing: Licensing, jetpack_double: JetpackDouble, one: License, lists: bool, after: bool
) -> None:
    _on(SITE)(jetpack_double, one)
    jetpack_double.world.lists = lists
    jetpack_double.next("lost", after=after)
    jetpack_double.next("status", "DELETE", nth=2, status=400, code="new_word", after=False)
    if lists and after:
        licensing.detach(one.license_key, email=False)
        return
    with pytest.raises(JpcliError) as refused:
        licensing.detach(one.license_key, email=False)
    assert (refused.value.code, refused.value.unsure) == ("jetpack_refused", True)


@pytest.mark.parametrize("call", ["attach", "detach"])
def test_a_license_that_was_revoked_in_between_is_not_taken_as_done(
    licensing: Licensing, jetpack_double: JetpackDouble, one: License, call: str
) -> None:
    CALLS[call].before(jetpack_double, one)
    jetpack_double.next("lost", after=False)
    one.revoked_at, one.blog_id, one.attached_at = one.issued_at, None, None
    with pytest.raises(Refused) as refused:
        CALLS[call].make(licensing, one.license_key)
    assert refused.value.code == "license_revoked"


@pytest.mark.parametrize("name", ["revoke", "attach", "detach", "license"])
def test_an_answer_about_another_license_is_none(
    licensing: Licensing, jetpack_double: JetpackDouble, one: License, name: str
) -> None:
    CALLS[name].before(jetpack_double, one)
    jetpack_double.world.repeats = True
    body = '{"license_key": "jetpack-scan_other", "issued_at": "2026-11-01T00:00:00Z"}'
    jetpack_double.next("body", body=body, times=0)
    with pytest.raises(Busy) as busy:
        CALLS[name].make(licensing, one.license_key)
    assert busy.value.code == "jetpack_server_error"
