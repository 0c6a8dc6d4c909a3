"""Whose day it is: W1 and W2."""

from __future__ import annotations

from pathlib import Path

import pytest

from jpcli.domain.errors import BadInput, Refused
from jpcli.services.sites.sites import list_clients, show_client, show_site
from tests.services.agency import A, Agency, B, C, minor


def test_w1_the_holder_at_the_end_of_the_day_has_the_whole_day(agency: Agency) -> None:
    key = agency.issue_one(at="2024-07-01", site=A)
    agency.transfer(key, B, at="2024-07-11T23:59:59.999999Z")
    agency.unassign(key, at="2024-07-21T00:00:00Z")
    assert agency.groups("2024-07", "site") == {A: 10, B: 10, None: 11}


def test_w1_of_several_transfers_in_a_day_the_last_one_has_it(agency: Agency) -> None:
    key = agency.issue_one(at="2024-07-01", site=A)
    for hour, site in ((8, B), (9, C), (10, B), (11, C)):
        agency.transfer(key, site, at=f"2024-07-11T{hour:02d}:00:00Z")
    assert agency.groups("2024-07", "site") == {A: 10, C: 21}


def test_w1_a_change_at_midnight_belongs_to_the_day_that_begins(agency: Agency) -> None:
    key = agency.issue_one(at="2024-07-01", site=A)
    agency.transfer(key, B, at="2024-07-11T00:00:00Z")
    assert agency.groups("2024-07", "site") == {A: 10, B: 21}


def test_w1_a_transfer_never_adds_or_loses_a_day(agency: Agency) -> None:
    moved, still = agency.issue("jetpack-scan", 2, at="2024-07-01")
    agency.assign(moved, A, at="2024-07-01")
    agency.assign(still, A, at="2024-07-01")
    total = agency.preview("2024-07")["total"]
    for day in range(2, 31):
        agency.transfer(moved, (A, B)[day % 2 == 0], at=f"2024-07-{day:02d}T12:00:00Z")
    assert agency.preview("2024-07")["total"] == total
    assert sum(agency.groups("2024-07", "site").values()) == 62
    assert agency.days("2024-07", moved) == agency.days("2024-07", still) == 31


def test_w1_the_holder_at_the_moment_of_revocation_has_the_last_day(agency: Agency) -> None:
    key = agency.issue_one(at="2024-07-01", site=A)
    agency.transfer(key, B, at="2024-07-10T10:00:00Z")
    agency.revoke(key, at="2024-07-10T10:00:00Z")
    assert agency.groups("2024-07", "site") == {A: 9, B: 1}


def test_w1_freed_and_revoked_in_one_instant_the_last_day_is_the_sites(agency: Agency) -> None:
    """A history file ends an assignment with the license, so one that ends then was ended by it."""
    key = agency.issue_one(at="2024-07-01", site=A)
    agency.unassign(key, at="2024-07-10T10:00:00Z")
    agency.revoke(key, at="2024-07-10T10:00:00Z")
    assert agency.groups("2024-07", "site") == {A: 10}


def test_w1_assigned_and_freed_within_a_day_leaves_no_trace_in_the_bill(agency: Agency) -> None:
    key = agency.issue_one(at="2024-07-01")
    agency.assign(key, A, at="2024-07-10T10:00:00Z")
    agency.unassign(key, at="2024-07-10T10:00:00Z")
    agency.assign(key, B, at="2024-07-11T10:00:00Z")
    agency.unassign(key, at="2024-07-11T11:00:00Z")
    assert agency.groups("2024-07", "site") == {None: 31}


def test_w1_assigned_counts_go_by_the_last_billed_day(agency: Agency) -> None:
    first = agency.issue_one(at="2024-07-01", site=A)
    agency.unassign(first, at="2024-07-31T12:00:00Z")
    second = agency.issue_one(at="2024-07-01")
    agency.assign(second, A, at="2024-07-31T12:00:00Z")
    third = agency.issue_one(at="2024-07-01", site=A)
    agency.revoke(third, at="2024-07-02")
    (line,) = agency.preview("2024-07")["lines"]
    assert (line["licenses"], line["assigned"], line["unassigned"]) == (3, 2, 1)


def test_w2_a_days_client_is_the_client_its_site_has_at_the_days_end(agency: Agency) -> None:
    agency.issue_one(at="2024-07-01", site=A, client="Ann")
    agency.move_site(A, "Bob", at="2024-07-11T12:00:00Z")
    assert agency.groups("2024-07", "client") == {"Ann": 10, "Bob": 21}


def test_w2_moved_twice_in_a_day_the_last_client_has_it(agency: Agency) -> None:
    agency.issue_one(at="2024-07-01", site=A, client="Ann")
    agency.move_site(A, "Bob", at="2024-07-11T08:00:00Z")
    agency.move_site(A, "Cyd", at="2024-07-11T09:00:00Z")
    agency.move_site(A, None, at="2024-07-21T09:00:00Z")
    assert agency.groups("2024-07", "client") == {"Ann": 10, "Cyd": 10, None: 11}


def test_w2_a_site_moved_on_the_first_day_of_the_month_is_the_new_clients_all_month(
    agency: Agency,
) -> None:
    agency.issue_one(at="2024-06-01", site=A, client="Ann")
    agency.move_site(A, "Bob", at="2024-07-01T12:00:00Z")
    assert agency.groups("2024-06", "client") == {"Ann": 30}
    assert agency.groups("2024-07", "client") == {"Bob": 31}


def test_w2_a_site_belongs_to_one_client_and_naming_another_is_refused(agency: Agency) -> None:
    key = agency.issue_one(at="2024-07-01", site=A, client="Ann")
    before = agency.state()
    with pytest.raises(Refused) as caught:
        agency.issue_one(at="2024-07-01", site=A, client="Bob")
    assert caught.value.code == "site_has_other_client"
    assert "jpcli sites move https://a.example --client Bob" in str(caught.value.hint)
    with pytest.raises(Refused):
        agency.transfer(key, A + "/", client="Bob")
    assert agency.state() == before


def test_w2_a_site_without_a_client_gets_one_when_it_is_named_with_it(agency: Agency) -> None:
    agency.issue_one(at="2024-07-01", site=A)
    agency.issue_one(at="2024-07-11", site=A, client="Ann")
    assert agency.groups("2024-07", "client") == {None: 10, "Ann": 21 + 21}
    assert agency.ask(show_site, A)["clients"] == [
        {"client": None, "from": None, "to": "2024-07-10"},
        {"client": "Ann", "from": "2024-07-11", "to": None},
    ]


def test_w2_a_site_is_not_moved_before_its_last_move(agency: Agency) -> None:
    agency.issue_one(at="2024-07-01", site=A, client="Ann")
    agency.move_site(A, "Bob", at="2024-07-20")
    before = agency.state()
    with pytest.raises(BadInput) as caught:
        agency.move_site(A, "Cyd", at="2024-07-10")
    assert caught.value.code == "before_last_event"
    assert agency.state() == before


def test_w2_days_of_clients_add_up_when_only_some_sites_changed_hands(agency: Agency) -> None:
    for site, client in ((A, "Ann"), (B, "Bob"), (C, None)):
        agency.issue("jetpack-scan", 2, at="2024-07-01", site=site, client=client)
    agency.issue_one(at="2024-07-01")
    agency.move_site(A, "Bob", at="2024-07-16")
    agency.move_site(C, "Ann", at="2024-07-31")
    assert agency.groups("2024-07", "client") == {"Ann": 30 + 2, "Bob": 62 + 32, None: 60 + 31}
    groups = agency.preview("2024-07", by="client")
    assert sum(minor(group["amount"]) for group in groups["groups"]) == minor(groups["total"])


def test_w2_where_a_clock_goes_back_over_midnight_no_day_is_counted_twice(tmp_path: Path) -> None:
    """St. John's, 1990-10-28: at 00:01 the clock went back to 23:01 of the day before, so the
    date was the 27th, then the 28th for a minute, then the 27th again."""
    agency = Agency(tmp_path / "nfld.db", "1991-01-01T00:00:00Z").init(
        zone="America/St_Johns",
        prices="product,amount,from\njetpack-scan,0.16,1989-01-01\n",
        now="1990-01-01T00:00:00Z",
    )
    agency.card(now="1990-01-01T00:00:00Z")
    agency.issue_one(at="1990-10-01", site=A, client="Ann")
    agency.move_site(A, "Bob", at="1990-10-28T02:30:30Z")
    agency.move_site(A, "Cyd", at="1990-10-28T02:45:00Z")
    days = agency.groups("1990-10", "client")
    assert sum(days.values()) == 31
    assert days == {"Ann": 26, "Cyd": 5}


def test_w2_a_client_is_shown_with_its_sites_and_licenses(agency: Agency) -> None:
    key = agency.issue_one(at="2024-07-01", site=A, client="Ann")
    agency.move_site(A, "Bob", at="2024-07-02")
    agency.move_site(A, "Ann", at="2024-07-03")
    agency.issue_one(at="2024-07-01", site=B, client="Bob")
    agency.revoke(agency.issue_one(at="2024-07-01", site=C, client="Ann"), at="2024-07-02")
    shown = agency.ask(show_client, "Ann")
    assert [(site["site"], site["products"]) for site in shown["sites"]] == [
        (A, ["jetpack-scan"]),
        (C, []),
    ]
    assert [item["license_key"] for item in shown["licenses"]][:1] == [key]
    assert agency.ask(list_clients)["clients"] == [
        {"client": "Ann", "sites": 2, "licenses": 1},
        {"client": "Bob", "sites": 1, "licenses": 1},
    ]
