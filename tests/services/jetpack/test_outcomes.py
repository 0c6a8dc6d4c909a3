"""Never twice: what every answer to an order leads to, whichever way it was ordered."""

from __future__ import annotations

from typing import Any

import pytest

from jpcli.domain import events, outside_events
from jpcli.domain.errors import JpcliError, Refused
from jpcli.ledger.queries.wishes import DONE, FAILED
from jpcli.services.licenses import issue
from tests.services.agency import A, codes, plain
from tests.services.jetpack.conftest import Desk
from tests.services.jetpack.orders import ORDERS, Order, outcome

# (kind of fault, its fields, whether a license was made nevertheless)
UNKNOWN: list[tuple[str, dict[str, Any], bool]] = [
    ("lost", {"after": True}, True),
    ("lost", {"after": False}, False),
    ("reset", {"after": True}, True),
    ("cut", {}, True),
    ("hang", {"after": True, "seconds": 0.2}, True),
    ("body", {"after": True}, True),
    ("body", {"after": True, "body": "{}"}, True),
    ("body", {"after": False, "body": "<html>", "status": 200, "content_type": "text/html"}, False),
    *(
        ("status", {"after": after, "status": status, "form": form}, after)
        for status, form in ((500, "code"), (502, "page"), (503, "nothing"), (504, "error"))
        for after in (True, False)
    ),
]
NO: list[tuple[int, str, str, int]] = [
    (400, "missing_valid_payment_method", "no_primary_card", 3),
    (400, "invalid_input", "invalid_input", 3),
    (403, "not_same_owner", "not_same_owner", 3),
    (404, "rest_no_route", "jetpack_refused", 1),
    (400, "some_new_code", "jetpack_refused", 1),
]
orders = pytest.mark.parametrize("order", ORDERS, ids=lambda order: order.name)


def settle(agency: Desk, key: str | None) -> None:
    """What a person finds out about the one wish that is unknown."""
    (wish,) = agency.wishes()
    with agency.desk() as desk, desk.writing(told=True) as writer:
        if key is not None:
            entry = events.license_issued(key, events.license_terms(wish.product))
            writer.record(*entry, at=desk.now_at)
        outcome = FAILED if key is None else DONE
        writer.record(*outside_events.wish_settled(wish.product, wish.id, outcome, key, None))


@orders
@pytest.mark.crossed("order")
@pytest.mark.parametrize(("kind", "fields", "acted"), UNKNOWN)
def test_an_order_of_which_nobody_knows_stops_all_others(
    agency: Desk, order: Order, kind: str, fields: dict[str, Any], acted: bool
) -> None:
    nth = min(2, order.licenses)
    agency.double.next(kind, method="POST", path="/license", nth=nth, **fields)
    code, error, shown, _ = outcome(lambda: order.do(agency))
    assert (code, error, shown) == (1, "outcome_unknown", nth - 1)
    assert len(agency.double.licenses) == nth - 1 + acted
    assert [wish.state for wish in agency.wishes()] == ["unknown"]
    agency.double.forget()
    before = agency.state()
    for other in ORDERS:
        assert outcome(lambda other=other: other.do(agency))[:2] == (3, "outcome_unknown")  # type: ignore[misc]
    assert (agency.double.requests, agency.state()) == ([], before)
    unknown = set(agency.double.licenses) - set(agency.licenses())
    settle(agency, unknown.pop() if acted else None)
    code, error, shown, _ = outcome(lambda: order.do(agency))
    # A plan looks at what is there, so what was done is no step any more.
    is_plan = order.name == "a plan"
    assert (code, error) == (0, None)
    assert is_plan or shown == order.licenses
    assert len(agency.double.licenses) == order.licenses
    agency.check_equal()
    assert agency.wishes() == []


@orders
@pytest.mark.parametrize(("status", "theirs", "ours", "exit_code"), NO)
def test_a_plain_no_leaves_no_wish(
    agency: Desk, order: Order, status: int, theirs: str, ours: str, exit_code: int
) -> None:
    nth = min(2, order.licenses)
    fields = {"status": status, "code": theirs, "after": False, "form": "error"}
    agency.double.next("status", method="POST", path="/license", nth=nth, **fields)
    code, error, shown, answer = outcome(lambda: order.do(agency))
    goes_on = "going on" in order.name
    assert (code, error) == (exit_code if order.licenses == 1 else 1, ours)
    assert shown == (2 if goes_on else nth - 1)
    if order.by_rows:
        assert answer is not None
        assert [problem["line"] for problem in plain(answer)["problems"]] == [3]
    assert agency.wishes() == []
    agency.check_equal()
    code, error, shown, _ = outcome(lambda: order.do(agency))
    assert (code, error) == (0, None)
    assert len(agency.double.licenses) == order.licenses
    agency.check_equal()


@orders
@pytest.mark.parametrize("status", [429, 509])
def test_who_is_asked_to_wait_gives_up_in_the_end_and_has_ordered_nothing(
    agency: Desk, order: Order, status: int
) -> None:
    nth = min(2, order.licenses)
    fields = {"status": status, "retry_after": 30, "nth": nth, "times": 0}
    agency.double.next("slow_down", method="POST", path="/license", **fields)
    assert outcome(lambda: order.do(agency))[:3] == (75, "rate_limited", nth - 1)
    assert agency.wishes() == []
    agency.double.heal()
    assert outcome(lambda: order.do(agency))[0] == 0
    assert len(agency.double.licenses) == order.licenses
    agency.check_equal()


@orders
def test_without_a_connection_nothing_was_ordered(
    agency: Desk, order: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as gone:
        gone.setenv("JPCLI_JETPACK_BASE", "http://127.0.0.1:9")
        assert outcome(lambda: order.do(agency))[:2] == (75, "network")
    assert agency.wishes() == []
    assert agency.licenses() == {}
    assert outcome(lambda: order.do(agency))[0] == 0
    agency.check_equal()


@orders
@pytest.mark.parametrize(
    ("fields", "error", "code"),
    [
        ({"status": 401, "code": "unauthorized"}, "bad_token", 4),
        ({"status": 403, "code": "rest_forbidden"}, "bad_token", 4),
    ],
)
def test_a_token_that_is_refused_stops_everything(
    agency: Desk, order: Order, fields: dict[str, Any], error: str, code: int
) -> None:
    nth = min(2, order.licenses)
    agency.double.next("status", method="POST", path="/license", nth=nth, after=False, **fields)
    assert outcome(lambda: order.do(agency))[:3] == (code, error, nth - 1)
    assert agency.wishes() == []
    assert outcome(lambda: order.do(agency))[0] == 0
    assert len(agency.double.licenses) == order.licenses
    agency.check_equal()


@orders
def test_with_a_key_the_same_command_orders_once_for_ever(agency: Desk, order: Order) -> None:
    nth = min(2, order.licenses)
    agency.double.next("status", method="POST", path="/license", nth=nth, status=404, after=False)
    assert outcome(lambda: order.do(agency, key="k"))[0] == 1
    first = order.do(agency, key="k")
    count = len(agency.double.licenses)
    agency.double.forget()
    again = order.do(agency, key="k", now="2025-01-01T00:00:00Z")
    assert again.notes[-1].code == "repeated"
    assert plain(again) == plain(first)
    assert agency.double.requests == []
    assert len(agency.double.licenses) == count
    with pytest.raises(Refused) as raised:
        agency.issue("jetpack-ai", key="k")
    assert raised.value.code == "idempotency_key_reused"


def test_a_license_whose_site_is_refused_stays_and_says_so(agency: Desk) -> None:
    fields = {"status": 403, "code": "not_same_owner", "after": False}
    agency.double.next("status", method="POST", path="/license/.*", **fields)
    with pytest.raises(JpcliError) as raised:
        agency.issue("jetpack-scan", site="https://a.example", client="Acme")
    (key,) = agency.double.licenses
    assert (raised.value.code, raised.value.subject) == ("not_same_owner", key)
    assert f"{key} was issued, and is on no site" in raised.value.message
    assert "jp-000002" in raised.value.message
    agency.check_equal()
    assert agency.issue("jetpack-scan", site="https://a.example", client="Acme") == [key]
    assert agency.shown(key)["client"] == "Acme"
    agency.check_equal()


def test_a_key_that_the_ledger_has_already_is_not_taken_for_a_new_license(agency: Desk) -> None:
    key = agency.issue_one("jetpack-scan")
    body = f'{{"license_id": 1, "license_key": "{key}", "issued_at": "2024-08-15T12:00:00Z"}}'
    agency.double.next("body", method="POST", path="/license", body=body, status=200)
    with pytest.raises(JpcliError, match="has already") as raised:
        agency.issue("jetpack-scan")
    assert raised.value.code == "outcome_unknown"
    assert [wish.state for wish in agency.wishes()] == ["unknown"]


def test_what_is_taken_over_is_told_once(agency: Desk) -> None:
    fields = {"status": 400, "code": "something_new", "after": False, "nth": 2}
    agency.double.next("status", method="POST", path="/license", **fields)
    answer = agency.do(issue.issue, "jetpack-scan", 2, site=A)
    assert codes(answer) == ["issued", "stopped"]
    answer = agency.do(issue.issue, "jetpack-scan", 2, site=A)
    said = {note.code: note.message for note in answer.notes}
    assert said["taken_over"] == "1 license of these came of an earlier run of this command"
    assert said["double_product"].startswith(f"{A} has 2 licenses")
    assert "stopped" not in said


def test_who_is_told_that_nothing_is_known_is_not_told_to_go_on(agency: Desk) -> None:
    agency.double.next("lost", method="POST", path="/license", nth=2)
    answer = agency.do(issue.issue, "jetpack-scan", 2)
    assert answer.notes[-1].hint == "First settle what is not known:   jpcli jetpack status"
    assert codes(answer) == ["issued", "stopped"]
