"""Which days are billed, through the use cases: D1 to D4, and the published examples."""

from __future__ import annotations

from pathlib import Path

import pytest

from jpcli.domain.errors import BadInput
from jpcli.domain.instants import parse_instant
from tests.services.agency import BEGUN, A, Agency


def test_d1_a_license_is_billed_from_its_issue_on_whether_assigned_or_not(agency: Agency) -> None:
    bare = agency.issue_one(at="2024-07-01T00:00:00Z")
    placed = agency.issue_one(at="2024-07-01T00:00:00Z", site=A)
    freed = agency.issue_one(at="2024-07-01T00:00:00Z", site=A)
    agency.unassign(freed, at="2024-07-02T00:00:00Z")
    assert [agency.days("2024-07", key) for key in (bare, placed, freed)] == [31, 31, 31]


def test_d1_a_license_is_not_billed_before_its_issue_nor_after_its_revocation(
    agency: Agency,
) -> None:
    key = agency.issue_one(at="2024-05-31T23:59:59.999999Z")
    agency.revoke(key, at="2024-07-01T00:00:00.000001Z")
    months = ["2024-04", "2024-05", "2024-06", "2024-07", "2024-08"]
    assert [agency.days(month, key) for month in months] == [0, 1, 30, 1, 0]


@pytest.mark.parametrize("at", ["2024-07-10", "2024-07-10T00:00:00.000001Z", "2024-07-10T23:59Z"])
def test_d2_published_example_revoked_july_10_is_10_days(agency: Agency, at: str) -> None:
    key = agency.issue_one(at="2024-06-15")
    agency.revoke(key, at=at)
    assert agency.days("2024-07", key) == 10


@pytest.mark.parametrize("at", ["2024-07-25", "2024-07-25T00:00Z", "2024-07-25T23:59:59.999999Z"])
def test_d2_published_example_issued_july_25_is_7_days(agency: Agency, at: str) -> None:
    assert agency.days("2024-07", agency.issue_one(at=at)) == 7


@pytest.mark.parametrize(
    ("issued", "revoked", "days"),
    [
        ("2024-07-10T00:00:00Z", "2024-07-10T23:59:59.999999Z", 1),
        ("2024-07-10T08:00:00Z", "2024-07-10T08:00:00Z", 1),
        ("2024-07-10T00:00:00Z", "2024-07-10T00:00:00Z", 1),
        ("2024-07-10T00:00:00Z", "2024-07-11T00:00:00Z", 1),
        ("2024-07-10T00:00:00Z", "2024-07-11T00:00:00.000001Z", 2),
        ("2024-07-10T23:59:59.999999Z", "2024-07-11T00:00:00Z", 1),
        ("2024-07-10T23:59:59.999999Z", "2024-07-11T00:00:00.000001Z", 2),
        ("2024-07-10T12:00:00Z", "2024-07-12T12:00:00Z", 3),
    ],
)
def test_d2_the_issue_day_and_the_revoke_day_both_count(
    agency: Agency, issued: str, revoked: str, days: int
) -> None:
    key = agency.issue_one(at=issued)
    agency.revoke(key, at=revoked)
    assert agency.days("2024-07", key) == days


def test_d2_a_date_for_a_revocation_means_its_end_and_for_an_issue_its_start(
    agency: Agency,
) -> None:
    key = agency.issue_one(at="2024-07-10")
    agency.assign(key, A, at="2024-07-10")
    answer = agency.revoke(key, at="2024-07-10")
    (item,) = answer.data["licenses"]
    assert item["issued_at"] == item["assigned_at"] == "2024-07-10T00:00:00Z"
    assert item["revoked_at"] == "2024-07-10T23:59:59.999999Z"


def test_d2_a_revocation_dated_today_is_now_because_today_has_not_ended(agency: Agency) -> None:
    key = agency.issue_one(at="2024-07-10")
    (item,) = agency.revoke(key, at="2024-08-15").data["licenses"]
    assert item["revoked_at"] == agency.now
    assert agency.days("2024-08", key) == 15


def test_d2_days_so_far_end_with_today_and_never_go_past_the_month(agency: Agency) -> None:
    agency.issue_one(at="2024-07-25")
    (july,) = agency.preview("2024-07")["lines"]
    (august,) = agency.preview("2024-08")["lines"]
    (september,) = agency.preview("2024-09")["lines"]
    assert (july["days_to_date"], july["days"]) == (7, 7)
    assert (august["days_to_date"], august["days"]) == (15, 31)
    assert (september["days_to_date"], september["days"]) == (0, 30)


def zoned(
    tmp_path: Path, zone: str, now: str = "2025-01-01T00:00:00Z", begun: str = BEGUN
) -> Agency:
    prices = "product,amount,from\njetpack-scan,0.16,1990-01-01\n"
    agency = Agency(tmp_path / "zoned.db", now).init(zone=zone, prices=prices, now=begun)
    agency.card(now=begun)
    return agency


@pytest.mark.parametrize(
    ("zone", "june", "july"),
    [("UTC", 1, 30), ("Europe/Berlin", 0, 31), ("America/New_York", 1, 30)],
)
def test_d3_the_zone_decides_which_date_an_instant_is(
    tmp_path: Path, zone: str, june: int, july: int
) -> None:
    """Half past ten in the evening of June 30 in UTC is July 1 in Berlin."""
    agency = zoned(tmp_path, zone)
    key = agency.issue_one(at="2024-06-30T22:30:00Z")
    agency.revoke(key, at="2024-07-30T22:30:00Z")
    assert [agency.days(month, key) for month in ("2024-06", "2024-07")] == [june, july]


@pytest.mark.parametrize(
    ("zone", "day", "before", "after"),
    [
        # Clocks go forward at midnight: September 8 begins at one.
        ("America/Santiago", "2024-09-08", "2024-09-08T03:59:59.999999Z", "2024-09-08T04:00Z"),
        ("Africa/Cairo", "2024-04-26", "2024-04-25T21:59:59.999999Z", "2024-04-25T22:00Z"),
        ("Asia/Beirut", "2024-03-31", "2024-03-30T21:59:59.999999Z", "2024-03-30T22:00Z"),
        # Clocks go back half an hour at two.
        ("Australia/Lord_Howe", "2024-04-07", "2024-04-06T12:59:59.999999Z", "2024-04-06T13:00Z"),
    ],
)
def test_d3_a_day_begins_where_its_date_begins(
    tmp_path: Path, zone: str, day: str, before: str, after: str
) -> None:
    agency = zoned(tmp_path, zone)
    early, late = agency.issue_one(at=before), agency.issue_one(at=after)
    dated = agency.issue_one(at=day)
    shown = {key: agency.groups(day[:7], "license")[key] for key in (early, late, dated)}
    assert shown[early] == shown[late] + 1
    assert shown[late] == shown[dated]
    (item,) = agency.revoke(dated, at=day).data["licenses"]
    assert parse_instant(item["issued_at"]) == parse_instant(after)
    assert agency.days(day[:7], dated) == 1


def test_d3_a_date_that_never_existed_is_not_billed(tmp_path: Path) -> None:
    """Samoa went from December 29 to December 31, 2011."""
    agency = zoned(tmp_path, "Pacific/Apia", now="2012-02-01T00:00:00Z", begun="2011-01-01T00:00Z")
    key = agency.issue_one(at="2011-12-01")
    agency.set_price("jetpack-scan", "1", "2011-12-30")
    first, second = agency.preview("2011-12")["lines"]
    assert (first["days"], first["last_day"]) == (29, "2011-12-29")
    assert (second["days"], second["first_day"]) == (1, "2011-12-31")
    assert agency.days("2011-12", key) == 30
    assert "2011-12-30" not in agency.groups("2011-12", "day")


def test_d3_a_date_that_never_existed_is_no_time_for_a_change(tmp_path: Path) -> None:
    agency = zoned(tmp_path, "Pacific/Apia", now="2012-02-01T00:00:00Z", begun="2011-01-01T00:00Z")
    before = agency.state()
    with pytest.raises(BadInput) as caught:
        agency.issue_one(at="2011-12-30")
    assert caught.value.code == "date_skipped"
    assert agency.state() == before


def test_d4_instants_are_utc_and_days_are_numbers_of_dates_that_occurred(tmp_path: Path) -> None:
    agency = zoned(tmp_path, "Pacific/Apia", now="2012-02-01T00:00:00Z", begun="2011-01-01T00:00Z")
    key = agency.issue_one(at="2011-12-29")
    agency.revoke(key, at="2011-12-31")
    ((issued_at, revoked_at),) = agency.stored("SELECT issued_at, revoked_at FROM licenses")
    ((first_day, last_day),) = agency.stored("SELECT first_day, last_day FROM spans")
    assert issued_at == parse_instant("2011-12-29T10:00:00Z")
    assert revoked_at == parse_instant("2011-12-31T09:59:59.999999Z")
    assert last_day - first_day == 1
