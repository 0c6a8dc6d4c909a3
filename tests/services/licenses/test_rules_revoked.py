"""A revoked license stays revoked: R5. And what is done already is no failure."""

from __future__ import annotations

from typing import Any

import pytest

from jpcli.domain.errors import Refused
from jpcli.services.licenses import assign
from jpcli.services.log import list_events
from tests.services.agency import A, Agency, B, codes


@pytest.fixture
def revoked(agency: Agency) -> str:
    key = agency.issue_one(at="2024-07-01", site=A)
    agency.revoke(key, at="2024-07-10T09:00:00Z", reason="client left")
    return key


@pytest.mark.parametrize(
    ("change", "arguments"), [("assign", [B]), ("transfer", [B]), ("unassign", [])]
)
def test_r5_a_revoked_license_cant_be_put_anywhere(
    agency: Agency, revoked: str, change: str, arguments: list[str]
) -> None:
    before = agency.state()
    with pytest.raises(Refused) as caught:
        getattr(agency, change)(revoked, *arguments)
    assert (caught.value.code, caught.value.subject) == ("license_revoked", revoked)
    assert "jpcli issue jetpack-scan" in str(caught.value.hint)
    assert agency.state() == before


@pytest.mark.parametrize("at", ["2024-07-09", "2024-07-11", "2024-07-10T09:00:01Z"])
def test_r5_it_cant_be_revoked_to_another_date(agency: Agency, revoked: str, at: str) -> None:
    before = agency.state()
    with pytest.raises(Refused) as caught:
        agency.revoke(revoked, at=at)
    assert caught.value.code == "license_revoked"
    assert agency.state() == before


@pytest.mark.parametrize("at", [None, "2024-07-10", "2024-07-10T09:00:00Z"])
def test_r5_revoking_again_changes_nothing_and_says_so(
    agency: Agency, revoked: str, at: str | None
) -> None:
    before = agency.state()
    answer = agency.revoke(revoked, at=at)
    assert codes(answer) == ["already_revoked"]
    assert answer.data["licenses"][0]["revoked_at"] == "2024-07-10T09:00:00Z"
    assert agency.state() == before


def test_r5_already_on_that_site_changes_nothing_and_says_so(agency: Agency) -> None:
    key = agency.issue_one(at="2024-07-01", site=A)
    before = agency.state()
    assert codes(agency.assign(key, "HTTPS://A.example/")) == ["already_on_site"]
    assert codes(agency.transfer(key, "a.example")) == ["already_on_site"]
    assert agency.state() == before


def test_r5_already_unassigned_changes_nothing_and_says_so(agency: Agency) -> None:
    key = agency.issue_one(at="2024-07-01")
    before = agency.state()
    assert codes(agency.unassign(key)) == ["already_unassigned"]
    assert agency.state() == before


def events(agency: Agency, key: str) -> list[str]:
    found: list[Any] = agency.ask(list_events, license_key=key)["events"]
    return [event["kind"] for event in reversed(found)]


def test_r5_a_license_named_twice_in_one_command_is_revoked_once(agency: Agency) -> None:
    first, second = agency.issue("jetpack-scan", 2, at="2024-07-01")
    answer = agency.revoke(first, second, first)
    assert codes(answer) == ["revoked", "already_revoked"]
    assert [item["license_key"] for item in answer.data["licenses"]] == [first, second]
    assert events(agency, first) == ["license.issued", "license.revoked"]


def test_r5_a_license_named_twice_in_one_command_moves_once(agency: Agency) -> None:
    key = agency.issue_one(at="2024-07-01", site=A)
    assert codes(agency.do(assign.transfer, [key, key], B)) == ["changed", "already_on_site"]
    assert events(agency, key) == ["license.issued", "license.assigned", "license.transferred"]


def test_r5_one_revoked_license_among_others_stops_them_all(agency: Agency, revoked: str) -> None:
    key = agency.issue_one(at="2024-07-01")
    before = agency.state()
    with pytest.raises(Refused) as caught:
        agency.do(assign.assign, [key, revoked], B)
    assert caught.value.code == "license_revoked"
    assert agency.state() == before
