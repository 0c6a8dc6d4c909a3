"""Idempotency keys: the same request again has the first answer, another one is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from jpcli.domain.errors import JpcliError, Problem, Refused
from jpcli.services.collection import offline
from jpcli.services.files.rows import Row
from jpcli.services.licenses import assign, issue, revoke
from jpcli.services.products import products
from jpcli.services.sites import sites
from tests.services.agency import BEGUN, A, Agency, B, codes, plain

SCAN = "jetpack-scan"


def bulk(use_case: Any) -> Callable[..., Any]:
    """A bulk use case with the rows of a good file."""

    def call(desk: Any, rows: list[dict[str, Any]]) -> Any:
        problems: list[Problem] = []
        numbered = [Row(line, values) for line, values in enumerate(rows, 2)]
        return use_case(desk, numbered, problems)

    return call


def requests(agency: Agency) -> dict[str, tuple[Any, list[Any], list[Any]]]:
    """Use case, arguments, and those of another request."""
    placed, other = agency.issue(SCAN, 2, at="2024-07-01", site=A)
    free, doomed = agency.issue(SCAN, 2, at="2024-07-01")
    return {
        "issue": (issue.issue, [SCAN, 2], [SCAN, 3]),
        "issue to a site": (issue.issue, [SCAN, 1, None, A], [SCAN, 1, None, B]),
        "assign": (assign.assign, [[free], A], [[free], B]),
        "unassign": (assign.unassign, [[placed]], [[other]]),
        "transfer": (assign.transfer, [[placed], B], [[other], B]),
        "revoke": (revoke.revoke, [[doomed], "gone"], [[doomed], "left"]),
        "issue --from": (
            bulk(issue.issue_rows),
            [[{"product": SCAN, "quantity": "2"}]],
            [[{"product": SCAN, "quantity": "3"}]],
        ),
        "transfer --from": (
            bulk(assign.transfer_rows),
            [[{"license_key": placed, "to": B}]],
            [[{"license_key": other, "to": B}]],
        ),
        "revoke --from": (
            bulk(revoke.revoke_rows),
            [[{"license_key": doomed}]],
            [[{"license_key": other}]],
        ),
        "sites move": (sites.move_site, [A, "Ann"], [A, "Bob"]),
        "clients add": (sites.add_client, ["Ann"], ["Bob"]),
        "products set-price": (products.set_price, [SCAN, "1"], [SCAN, "2"]),
        "cards add": (offline.add_card, ["visa", "1111", "1/30"], ["visa", "1111", "2/30"]),
        "cards primary": (offline.make_primary, ["1881"], ["4242"]),
        "cards remove": (offline.remove_card, ["1881"], ["4242"]),
    }


@pytest.fixture
def busy(agency: Agency) -> Agency:
    agency.card("1881", now=BEGUN)
    return agency


NAMES = [
    "issue",
    "issue to a site",
    "assign",
    "unassign",
    "transfer",
    "revoke",
    "issue --from",
    "transfer --from",
    "revoke --from",
    "sites move",
    "clients add",
    "products set-price",
    "cards add",
    "cards primary",
    "cards remove",
]


@pytest.mark.parametrize("name", NAMES)
def test_the_same_request_again_is_answered_from_memory(busy: Agency, name: str) -> None:
    use_case, arguments, others = requests(busy)[name]
    first = busy.do(use_case, *arguments, key="k1")
    before = busy.state()
    again = busy.do(use_case, *arguments, key="k1", now="2024-08-16T00:00:00Z", actor="bob")
    assert plain(again) == plain(first)
    assert codes(again) == [*codes(first), "repeated"]
    assert busy.state() == before
    with pytest.raises(Refused) as caught:
        busy.do(use_case, *others, key="k1")
    assert (caught.value.code, caught.value.exit_code) == ("idempotency_key_reused", 3)
    assert busy.state() == before
    assert busy.check()["ok"]


def test_every_request_that_changes_something_is_in_the_table(busy: Agency) -> None:
    assert list(requests(busy)) == NAMES


def test_another_command_with_the_same_key_is_refused(agency: Agency) -> None:
    agency.do(issue.issue, SCAN, key="k1")
    before = agency.state()
    with pytest.raises(Refused):
        agency.do(sites.add_client, SCAN, key="k1")
    assert agency.state() == before


def test_the_same_request_for_another_time_is_another_request(agency: Agency) -> None:
    agency.do(issue.issue, SCAN, key="k1", at="2024-07-01")
    with pytest.raises(Refused):
        agency.do(issue.issue, SCAN, key="k1", at="2024-07-02")
    with pytest.raises(Refused):
        agency.do(issue.issue, SCAN, key="k1")


def test_another_key_does_it_again(agency: Agency) -> None:
    first = agency.do(issue.issue, SCAN, key="k1").data["licenses"]
    second = agency.do(issue.issue, SCAN, key="k2").data["licenses"]
    assert first[0]["license_key"] != second[0]["license_key"]


def test_what_was_refused_is_not_remembered(new_agency: Agency) -> None:
    with pytest.raises(JpcliError):
        new_agency.do(issue.issue, SCAN, key="k1")
    new_agency.card()
    assert codes(new_agency.do(issue.issue, SCAN, key="k1")) == ["issued", "costs"]


def test_a_dry_run_leaves_the_key_unused(agency: Agency) -> None:
    before = agency.state()
    agency.do(issue.issue, SCAN, key="k1", dry_run=True)
    assert agency.state() == before
    assert codes(agency.do(issue.issue, SCAN, 5, key="k1")) == ["issued", "costs"]


def test_a_dry_run_of_what_was_done_tells_what_was_done(agency: Agency) -> None:
    first = agency.do(issue.issue, SCAN, key="k1")
    before = agency.state()
    again = agency.do(issue.issue, SCAN, key="k1", dry_run=True)
    assert again.data["licenses"] == first.data["licenses"]
    assert agency.state() == before


def test_the_first_answer_is_given_even_when_things_have_moved_on(agency: Agency) -> None:
    first = agency.do(issue.issue, SCAN, 1, None, A, key="k1")
    key = first.data["licenses"][0]["license_key"]
    agency.revoke(key)
    agency.do(offline.remove_card, "4242")
    again = agency.do(issue.issue, SCAN, 1, None, A, key="k1")
    assert again.data["licenses"][0]["state"] == "assigned"


def test_a_partial_bulk_is_remembered_with_its_problems(agency: Agency) -> None:
    rows = [Row(2, {"product": SCAN}), Row(3, {"product": "nope"})]

    def call(desk: Any) -> Any:
        return issue.issue_rows(desk, rows, [], keep_going=True)

    first = agency.do(call, key="k1")
    before = agency.state()
    again = agency.do(call, key="k1")
    assert [p["code"] for p in first.data["problems"]] == ["unknown_product"]
    assert plain(again) == plain(first)
    assert agency.state() == before


def test_the_answer_has_its_fields_in_the_same_order_again(agency: Agency) -> None:
    """They are the columns of a table that a script may cut."""
    first, again = (agency.do(issue.issue, SCAN, 2, key="order") for _ in range(2))
    for row, repeated in zip(first.data["licenses"], again.data["licenses"], strict=True):
        assert list(row.items()) == list(repeated.items())
