"""Undoing what was done at Jetpack: there first, license by license, and as one command."""

from __future__ import annotations

import pytest

from jpcli.domain import events, outside_events
from jpcli.domain.errors import Refused
from jpcli.services.jetpack.connect import connect
from jpcli.services.log import list_events
from jpcli.services.sites import sites
from jpcli.services.undo.undo import undo
from tests.services.agency import A, B, codes
from tests.services.jetpack.conftest import Desk


def test_a_command_of_several_calls_is_undone_as_a_whole(agency: Desk) -> None:
    keys = agency.issue("jetpack-scan", 3)
    agency.issue("jetpack-ai")
    number = next(e["seq"] for e in log(agency) if e["subject"] == keys[1] and is_issue(e))
    answer = agency.do(undo, number)
    told = answer.data["events"]
    assert sorted(event["subject"] for event in told if is_end(event)) == sorted(keys)
    assert all(event["seq"] for event in told)
    assert {key for key, (_, revoked) in agency.licenses_there().items() if revoked} == set(keys)
    agency.check_equal()
    assert codes(agency.do(undo, number)) == ["already_undone"]


def test_a_transfer_goes_back_there_and_forth_again(agency: Desk) -> None:
    (key,) = agency.issue("jetpack-scan", site=A)
    agency.transfer(key, B)
    agency.do(undo)
    assert agency.licenses_there()[key][0] == A
    agency.do(undo)
    assert agency.licenses_there()[key][0] == B
    agency.check_equal()


def test_a_dry_run_asks_nobody_and_an_end_is_refused(agency: Desk) -> None:
    (key,) = agency.issue("jetpack-scan", site=A)
    agency.double.forget()
    before = agency.state()
    agency.do(undo, dry_run=True)
    assert agency.state() == before
    assert not agency.double.requests
    agency.revoke(key)
    before = agency.state()
    with pytest.raises(Refused) as caught:
        agency.do(undo)
    assert caught.value.code == "cannot_be_undone"
    assert agency.state() == before


def test_what_is_no_license_is_undone_here(agency: Desk) -> None:
    agency.do(sites.add_client, "Ann")
    agency.double.forget()
    assert [e["kind"] for e in agency.do(undo).data["events"]] == ["client.archived"]
    assert not agency.double.requests


def test_a_site_that_was_connected_stays_and_what_came_before_too(agency: Desk) -> None:
    agency.issue("jetpack-scan")
    agency.do(connect, A, user="1")
    before = agency.state()
    with pytest.raises(Refused, match=outside_events.CONNECTION_SEEN) as caught:
        agency.do(undo)
    assert caught.value.code == "cannot_be_undone"
    assert agency.state() == before


def log(agency: Desk) -> list[dict[str, object]]:
    return list(agency.ask(list_events)["events"])


def is_issue(event: dict[str, object]) -> bool:
    return event["kind"] == events.LICENSE_ISSUED


def is_end(event: dict[str, object]) -> bool:
    return event["kind"] == events.LICENSE_REVOKED
