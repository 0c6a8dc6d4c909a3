"""`settings set zone-data machine`: the rules of the time zone from a coming day on (D3)."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from jpcli.domain.calendar import BillingCalendar
from jpcli.domain.errors import BadInput, Refused
from jpcli.domain.instants import parse_instant
from jpcli.services import status
from jpcli.services.ledger.settings import set_one
from tests.domain.tzif import Change, compiled, put, shifted
from tests.property.test_zone_rules import machine
from tests.services.agency import Agency, codes

ZONE = "Europe/Berlin"
OCTOBER = int(datetime(2024, 10, 1, tzinfo=UTC).timestamp())
# It is 00:15 in Berlin, and 23:15 where it is an hour behind.
QUARTER_PAST = "2024-{}T22:15:00Z"


@pytest.fixture
def agency(tmp_path: Path) -> Agency:
    made = Agency(tmp_path / "ledger.db", "2024-10-10T10:00:00Z").init(zone=ZONE)
    made.card()
    return made


@pytest.fixture(scope="module")
def west(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return put(tmp_path_factory.mktemp("west"), ZONE, shifted(ZONE, OCTOBER, -3600))


def first_day(agency: Agency, issued: str, now: str) -> str:
    key = agency.issue_one(at=issued, now=now)
    with agency.desk(now=now, writes=False) as desk:
        day = desk.ledger.value(
            "SELECT first_day FROM spans JOIN licenses ON id = license_id WHERE license_key = :k",
            k=key,
        )
        return desk.ledger.calendar.iso(day)


def test_the_ledgers_rules_count_until_it_is_told_otherwise(agency: Agency, west: Path) -> None:
    with machine(west):
        now = "2024-10-20T10:00:00Z"
        assert first_day(agency, QUARTER_PAST.format("10-15"), now) == "2024-10-16"


def test_this_machines_count_from_a_coming_day_on(agency: Agency, west: Path) -> None:
    with machine(west):
        early = first_day(agency, QUARTER_PAST.format("10-08"), agency.now)
        before = agency.preview("2024-10", as_of="2024-10-09")
        answer = agency.do(set_one, "zone-data", "machine")
        assert [note.message for note in answer.notes] == [
            "Took this machine's data for Europe/Berlin: days from 2024-10-11 on go by them"
        ]
        assert early == "2024-10-09"
        assert agency.preview("2024-10", as_of="2024-10-09") == before
        now = "2024-10-20T10:00:00Z"
        # Dated back to before it, by the old rules; after it, by the new ones.
        assert first_day(agency, QUARTER_PAST.format("10-09"), now) == "2024-10-10"
        assert first_day(agency, QUARTER_PAST.format("10-15"), now) == "2024-10-15"
        assert agency.check()["ok"]
        with agency.desk(writes=False) as desk:
            assert codes(status.status(desk)) == []
        assert codes(agency.do(set_one, "zone-data", "machine")) == ["unchanged"]


def test_where_it_was_made_it_passes_and_says_so(agency: Agency, west: Path) -> None:
    with machine(west):
        agency.do(set_one, "zone-data", "machine")
        agency.issue_one(at=QUARTER_PAST.format("10-15"), now="2024-10-20T10:00:00Z")
    assert agency.check()["ok"]
    with agency.desk(writes=False) as desk:
        assert codes(status.status(desk)) == ["zone_changed"]


def test_it_may_change_more_than_once(agency: Agency, west: Path) -> None:
    with machine(west):
        agency.do(set_one, "zone-data", "machine")
    back = agency.do(set_one, "zone-data", "machine", now="2024-11-05T10:00:00Z")
    assert "days from 2024-11-06 on" in back.notes[0].message
    now = "2024-11-20T10:00:00Z"
    assert first_day(agency, "2024-11-04T23:15:00Z", now) == "2024-11-04"
    assert first_day(agency, "2024-11-10T23:15:00Z", now) == "2024-11-11"
    assert agency.check()["ok"]


def test_two_that_set_it_at_once_both_count(agency: Agency, west: Path, tmp_path: Path) -> None:
    """The later one, opened before the other was done, does not undo it."""
    later = int(datetime(2025, 3, 1, tzinfo=UTC).timestamp())
    east = put(tmp_path / "east", ZONE, shifted(ZONE, later, 3600))
    with agency.desk() as first, agency.desk() as second:
        with machine(west):
            set_one(first, "zone-data", "machine")
        with machine(east):
            set_one(second, "zone-data", "machine")
    with agency.desk(writes=False) as desk:
        parts = (desk.ledger.fact("zone_data") or "").split(",")
    assert len(parts) == 3
    assert agency.check()["ok"]


def test_rules_that_have_not_begun_give_way(agency: Agency, tmp_path: Path) -> None:
    """Twice within a day: both would begin at the same noon."""
    for number, year in enumerate((2026, 2027)):
        second = int(datetime(year, 3, 1, tzinfo=UTC).timestamp())
        zones = put(tmp_path / str(number), ZONE, shifted(ZONE, second, 3600))
        with machine(zones):
            agency.do(set_one, "zone-data", "machine")
    with agency.desk(writes=False) as desk:
        parts = (desk.ledger.fact("zone_data") or "").split(",")
    assert len(parts) == 2
    assert agency.check()["ok"]


def test_nothing_is_written_where_nothing_differs(agency: Agency) -> None:
    before = agency.state()
    assert codes(agency.do(set_one, "zone-data", "machine")) == ["unchanged"]
    assert agency.state() == before


def test_a_ledger_in_utc_has_nothing_to_follow(tmp_path: Path) -> None:
    agency = Agency(tmp_path / "ledger.db").init()
    before = agency.state()
    assert codes(agency.do(set_one, "zone-data", "machine")) == ["unchanged"]
    assert agency.state() == before


def test_no_other_source_is_known(agency: Agency) -> None:
    before = agency.state()
    with pytest.raises(BadInput) as caught:
        agency.do(set_one, "zone-data", "2026b")
    assert caught.value.code == "bad_zone_data"
    assert agency.state() == before


# Midnight, ten hours behind.
TEN = int(datetime(2024, 12, 1, 10, tzinfo=UTC).timestamp())


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"nothing", "zone_unknown"),
        # Over the date line: a date is left out, at once or later.
        (compiled(3600, [Change(OCTOBER, -13 * 3600)]), "zone_jumps"),
        (compiled(3600, [Change(OCTOBER, -10 * 3600), Change(TEN, 14 * 3600)]), "zone_jumps"),
    ],
)
def test_what_would_renumber_days_is_refused(
    agency: Agency, tmp_path: Path, data: bytes, code: str
) -> None:
    before = agency.state()
    with machine(put(tmp_path / "zones", ZONE, data)), pytest.raises(Refused) as caught:
        agency.do(set_one, "zone-data", "machine")
    assert caught.value.code == code
    assert agency.state() == before


def test_a_dry_run_keeps_the_rules(agency: Agency, west: Path) -> None:
    before = agency.state()
    with machine(west):
        agency.do(set_one, "zone-data", "machine", dry_run=True)
    assert agency.state() == before


def test_exceptions_never_end_a_license_before_it_begins() -> None:
    """D2: the issue day is always one of its days."""
    at = parse_instant("2024-07-01T21:50:00Z")  # 23:50 in Berlin
    calendar = BillingCalendar(ZONE, exceptions={at // 1_000_000: 3 * 3600})
    first, last = calendar.touched(at, at + 60_000_000)
    assert (calendar.iso(first), last) == ("2024-07-02", first)
