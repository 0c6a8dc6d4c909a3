from __future__ import annotations

import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from jpcli.domain.calendar import OPEN_DAY, BillingCalendar, check_zone, find_skipped
from jpcli.domain.errors import BadInput
from jpcli.domain.instants import SECOND, parse_instant
from tests.domain.refused import refused

UTC = BillingCalendar()
BERLIN = BillingCalendar("Europe/Berlin")
APIA = BillingCalendar("Pacific/Apia", (date(2011, 12, 30).toordinal(),))
ST_JOHNS = BillingCalendar("America/St_Johns")


def day(iso: str, calendar: BillingCalendar = UTC) -> int:
    return calendar.day_of_date(date.fromisoformat(iso))


def touched(calendar: BillingCalendar, issued: str, revoked: str | None) -> tuple[str, str]:
    first_day, last_day = calendar.touched(
        parse_instant(issued), None if revoked is None else parse_instant(revoked)
    )
    return calendar.iso(first_day), "open" if last_day == OPEN_DAY else calendar.iso(last_day)


@pytest.mark.parametrize(
    "zone",
    [
        "",
        " ",
        ".",
        "..",
        "/",
        "/etc/passwd",
        "../Europe/Berlin",
        "Europe/../Europe/Berlin",
        "Europe",
        "Europe/",
        "europe/berlin",
        "utc",
        "PST",
        "Nowhere/Atlantis",
        "UTC ",
        "UTC\n",
        "localtime",
        "posixrules",
        "Factory",
        "right/UTC",
        "posix/UTC",
        "posix/America/New_York",
        "right/Europe/Berlin",
        "zone.tab",
        "leapseconds",
        "a\x00b",
        "x" * 5000,
        "Europe\\Berlin",
        "Ürümqi",
        "+01:00",
        "UTC+1",
        "tzdata.zi",
    ],
)
def test_d3_what_is_no_zone_is_refused(zone: str) -> None:
    refused(check_zone, zone, "unknown_time_zone", "Europe/Berlin")


@pytest.mark.parametrize(
    "zone", ["UTC", "Etc/UTC", "Europe/Berlin", "America/Argentina/Buenos_Aires", "Etc/GMT+1"]
)
def test_d3_an_iana_name_is_a_zone(zone: str) -> None:
    check_zone(zone)


def test_d3_a_date_that_never_existed_is_refused() -> None:
    with pytest.raises(BadInput) as caught:
        APIA.day_of_date(date(2011, 12, 30))
    assert caught.value.code == "date_skipped"
    assert caught.value.subject == "2011-12-30"
    assert APIA.first_day_from(date(2011, 12, 30)) == day("2011-12-31", APIA)


def test_a_calendar_does_not_change() -> None:
    with pytest.raises(AttributeError):
        UTC.zone = "Europe/Berlin"
    assert BillingCalendar("UTC") == UTC
    assert BillingCalendar("UTC") != BERLIN
    assert hash(BillingCalendar("UTC")) == hash(UTC)
    assert UTC != "UTC"
    assert repr(APIA) == f"BillingCalendar('Pacific/Apia', ({date(2011, 12, 30).toordinal()},))"


@pytest.mark.parametrize(
    ("zone", "skipped"),
    [
        ("UTC", []),
        ("Europe/Berlin", []),
        ("America/St_Johns", []),
        ("Antarctica/Vostok", []),  # a date of 17 hours in 1994
        ("Pacific/Apia", ["2011-12-30"]),
        ("Pacific/Fakaofo", ["2011-12-30"]),
        ("Pacific/Kwajalein", ["1993-08-21"]),
        ("Pacific/Kiritimati", ["1994-12-31"]),
    ],
)
def test_d3_skipped_dates_are_found(zone: str, skipped: list[str]) -> None:
    found = [date.fromordinal(ordinal).isoformat() for ordinal in find_skipped(zone)]
    assert found == skipped


def test_d4_a_difference_is_a_count_of_days_across_a_skipped_date() -> None:
    assert day("2011-12-31", APIA) - day("2011-12-29", APIA) == 1
    assert day("2012-01-01", APIA) - day("2011-12-01", APIA) == 30
    assert [APIA.iso(day("2011-12-29", APIA) + n) for n in range(3)] == [
        "2011-12-29",
        "2011-12-31",
        "2012-01-01",
    ]


def test_d4_in_utc_a_day_is_its_ordinal() -> None:
    assert day("2024-02-29") == date(2024, 2, 29).toordinal()
    assert UTC.date_of(day("2024-02-29")) == date(2024, 2, 29)
    assert UTC.iso(day("2024-02-29")) == "2024-02-29"
    assert UTC.day_of(parse_instant("2024-02-29T23:59:59.999999Z")) == day("2024-02-29")
    assert UTC.day_of(parse_instant("2024-03-01T00:00:00Z")) == day("2024-03-01")


def test_d3_an_instant_becomes_a_local_date_first() -> None:
    assert BERLIN.iso(BERLIN.day_of(parse_instant("2024-06-30T22:00:00Z"))) == "2024-07-01"
    assert BERLIN.iso(BERLIN.day_of(parse_instant("2024-06-30T21:59:59.999999Z"))) == "2024-06-30"


@pytest.mark.parametrize(
    ("zone", "iso", "start", "end"),
    [
        ("UTC", "2024-03-31", "2024-03-31T00:00:00Z", "2024-04-01T00:00:00Z"),
        # 23 and 25 hours
        ("Europe/Berlin", "2024-03-31", "2024-03-30T23:00:00Z", "2024-03-31T22:00:00Z"),
        ("Europe/Berlin", "2024-10-27", "2024-10-26T22:00:00Z", "2024-10-27T23:00:00Z"),
        # midnight does not exist
        ("America/Santiago", "2023-09-03", "2023-09-03T04:00:00Z", "2023-09-04T03:00:00Z"),
        ("Africa/Cairo", "2024-04-26", "2024-04-25T22:00:00Z", "2024-04-26T21:00:00Z"),
        ("Asia/Beirut", "2024-03-31", "2024-03-30T22:00:00Z", "2024-03-31T21:00:00Z"),
        # half an hour
        ("Australia/Lord_Howe", "2024-04-07", "2024-04-06T13:00:00Z", "2024-04-07T13:30:00Z"),
        # the day before the missing one ends where the day after it begins
        ("Pacific/Apia", "2011-12-29", "2011-12-29T10:00:00Z", "2011-12-30T10:00:00Z"),
        # the date comes twice, with the day after it in between
        ("America/St_Johns", "1990-10-27", "1990-10-27T02:30:00Z", "1990-10-28T03:30:00Z"),
        ("America/St_Johns", "1990-10-28", "1990-10-28T02:30:00Z", "1990-10-29T03:30:00Z"),
    ],
)
def test_d3_a_day_starts_and_ends_with_its_date(zone: str, iso: str, start: str, end: str) -> None:
    calendar = BillingCalendar(zone, find_skipped(zone))
    assert calendar.start_of(day(iso, calendar)) == parse_instant(start)
    assert calendar.end_of(day(iso, calendar)) == parse_instant(end)


@pytest.mark.parametrize(
    ("issued", "revoked", "days"),
    [
        # the published examples: 10 days in July, 7 days in July
        ("2026-07-01T00:00:00Z", "2026-07-10T15:00:00Z", ("2026-07-01", "2026-07-10")),
        ("2026-07-25T09:00:00Z", None, ("2026-07-25", "open")),
        ("2026-07-25T09:00:00Z", "2026-07-25T09:00:01Z", ("2026-07-25", "2026-07-25")),
        ("2026-07-25T09:00:00Z", "2026-07-25T09:00:00Z", ("2026-07-25", "2026-07-25")),
        # revoked at exactly midnight does not bill the day that begins there
        ("2026-07-25T09:00:00Z", "2026-07-26T00:00:00Z", ("2026-07-25", "2026-07-25")),
        ("2026-07-25T09:00:00Z", "2026-07-26T00:00:00.000001Z", ("2026-07-25", "2026-07-26")),
        # issued at exactly midnight, and revoked in that same instant
        ("2026-07-26T00:00:00Z", "2026-07-26T00:00:00Z", ("2026-07-26", "2026-07-26")),
        ("2026-07-25T23:59:59.999999Z", "2026-07-26T00:00:00Z", ("2026-07-25", "2026-07-25")),
    ],
)
def test_d2_issue_and_revoke_day_both_count(
    issued: str, revoked: str | None, days: tuple[str, str]
) -> None:
    assert touched(UTC, issued, revoked) == days


def test_d2_midnight_is_local_midnight() -> None:
    assert touched(BERLIN, "2024-07-01T10:00:00Z", "2024-07-02T22:00:00Z") == (
        "2024-07-01",
        "2024-07-02",
    )
    assert touched(BERLIN, "2024-07-01T10:00:00Z", "2024-07-03T00:00:00Z") == (
        "2024-07-01",
        "2024-07-03",
    )


def test_d2_a_date_that_comes_back_is_touched() -> None:
    # In St. John's the clock went back from 00:01 to 23:01 of the day before.
    minute_past, back = "1990-10-28T02:30:30Z", "1990-10-28T02:31:00Z"
    assert touched(ST_JOHNS, minute_past, None) == ("1990-10-27", "open")
    assert touched(ST_JOHNS, minute_past, back) == ("1990-10-28", "1990-10-28")
    assert touched(ST_JOHNS, minute_past, "1990-10-28T02:31:01Z") == ("1990-10-27", "1990-10-28")
    assert touched(ST_JOHNS, minute_past, minute_past) == ("1990-10-28", "1990-10-28")
    # Issued as it becomes the 27th once more: the 28th has not begun yet.
    assert touched(ST_JOHNS, back, "1990-10-28T03:00:00Z") == ("1990-10-27", "1990-10-27")
    # Issued before the first midnight, revoked when it is the 27th once more: the 28th was, too.
    assert touched(ST_JOHNS, "1990-10-28T02:29:00Z", "1990-10-28T03:00:00Z") == (
        "1990-10-27",
        "1990-10-28",
    )
    assert touched(ST_JOHNS, "1990-10-28T02:45:00Z", "1990-10-28T03:00:00Z") == (
        "1990-10-27",
        "1990-10-27",
    )


def test_w1_the_first_day_that_is_not_over_may_be_the_date_that_comes_back() -> None:
    in_between = parse_instant("1990-10-28T02:30:30Z")
    assert ST_JOHNS.iso(ST_JOHNS.day_of(in_between)) == "1990-10-28"
    assert ST_JOHNS.iso(ST_JOHNS.first_day_ending_after(in_between)) == "1990-10-27"
    assert UTC.first_day_ending_after(in_between) == UTC.day_of(in_between)


@pytest.mark.parametrize(
    ("calendar", "iso"),
    [(UTC, "2024-03-31"), (BERLIN, "2024-03-31"), (BERLIN, "2024-10-27"), (APIA, "2011-12-31")],
    ids=str,
)
def test_d3_a_day_is_told_by_its_first_and_its_last_instant(
    calendar: BillingCalendar, iso: str
) -> None:
    """Days follow each other without a gap, also over a change of clocks or a missing date."""
    middle = day(iso, calendar)
    for number in range(middle - 3, middle + 4):
        start, end = calendar.start_of(number), calendar.end_of(number)
        assert calendar.day_of(start) == calendar.day_of(end - 1) == number
        assert calendar.end_of(number - 1) == start
        # At the first instant of a day the day before is over.
        assert calendar.first_day_ending_after(start) == number
        assert calendar.first_day_ending_after(end - 1) == number
        assert calendar.day_of_date(calendar.date_of(number)) == number


# --- seconds that had another offset when they were recorded -------------------------------------

HALF_PAST = "2024-06-30T22:30:00Z"  # July 1, 00:30 in Berlin


def berlin_but(offset: int) -> BillingCalendar:
    """Berlin, where that one second lay so many seconds east of UTC."""
    return BillingCalendar("Europe/Berlin", exceptions={parse_instant(HALF_PAST) // SECOND: offset})


@pytest.mark.parametrize(
    ("offset", "iso"),
    [
        (3600, "2024-06-30"),
        (5399, "2024-06-30"),
        (5400, "2024-07-01"),
        (-81_000, "2024-06-30"),
        (-81_001, "2024-06-29"),
    ],
)
def test_a_second_with_an_offset_of_its_own_has_the_date_of_that(offset: int, iso: str) -> None:
    calendar, at = berlin_but(offset), parse_instant(HALF_PAST)
    assert [calendar.iso(calendar.day_of(at + fine)) for fine in (0, 999_999)] == [iso, iso]
    assert [calendar.iso(calendar.day_of(at + fine)) for fine in (-1, SECOND)] == ["2024-07-01"] * 2


def test_d4_its_day_is_counted_without_the_dates_that_never_were() -> None:
    at = parse_instant("2024-01-01T12:00:00Z")
    calendar = BillingCalendar(
        "Pacific/Apia", find_skipped("Pacific/Apia"), exceptions={at // SECOND: 13 * 3600}
    )
    assert calendar.day_of(at) == APIA.day_of(at)
    assert calendar.iso(calendar.day_of(at)) == "2024-01-02"


def test_d2_what_begins_or_ends_in_such_a_second_is_billed_by_its_date() -> None:
    calendar, just_after = berlin_but(3600), "2024-06-30T22:30:00.000001Z"
    assert touched(calendar, HALF_PAST, None) == ("2024-06-30", "open")
    assert touched(calendar, HALF_PAST, HALF_PAST) == ("2024-06-30", "2024-06-30")
    june, july = "2024-06-30T10:00:00Z", "2024-07-01T10:00:00Z"
    assert touched(calendar, june, just_after) == ("2024-06-30", "2024-06-30")
    assert touched(calendar, HALF_PAST, july) == ("2024-06-30", "2024-07-01")
    assert touched(calendar, june, july) == ("2024-06-30", "2024-07-01")
    # What is issued a moment before lies a day later by the clock; its days never go backwards.
    before = "2024-06-30T22:15:00Z"
    assert touched(calendar, before, just_after) == ("2024-07-01", "2024-07-01")


def test_w1_in_such_a_second_its_day_is_the_first_that_is_not_over() -> None:
    calendar, at = berlin_but(5400 + 86_400), parse_instant(HALF_PAST)
    assert calendar.iso(calendar.first_day_ending_after(at + 999_999)) == "2024-07-02"
    assert calendar.iso(calendar.first_day_ending_after(at + SECOND)) == "2024-07-01"


@pytest.mark.parametrize(
    ("zone", "first", "end"),
    [
        ("UTC", "1970-01-01T00:00:00Z", "2199-12-31T23:59:59.999999Z"),
        # Kiritimati was ten hours and forty minutes behind, and is fourteen ahead.
        ("Pacific/Kiritimati", "1970-01-01T10:40:00Z", "2199-12-31T09:59:59.999999Z"),
        ("Asia/Tokyo", "1970-01-01T00:00:00Z", "2199-12-31T14:59:59.999999Z"),
        ("Pacific/Honolulu", "1970-01-01T10:00:00Z", "2199-12-31T23:59:59.999999Z"),
    ],
)
def test_an_instant_lies_in_years_that_are_billed_in_utc_and_here(
    zone: str, first: str, end: str
) -> None:
    for text, beyond in ((first, -1), (end, 1)):
        at = parse_instant(text)
        assert BillingCalendar(zone).checked(at, text) == at
        with pytest.raises(BadInput) as caught:
            BillingCalendar(zone).checked(at + beyond, "that")
        assert (caught.value.code, caught.value.subject) == ("bad_instant", "that")


def test_the_wall_shows_a_time_once_twice_or_never() -> None:
    """The first of two; none where clocks are put forward past it. To the microsecond."""
    for shown, at in (
        ("2024-03-31T02:30:00Z", None),
        ("2024-10-27T02:30:00.000001Z", "2024-10-27T00:30:00.000001Z"),
        ("2024-10-27T03:00:00Z", "2024-10-27T02:00:00Z"),
        ("2024-06-30T23:59:59.999999Z", "2024-06-30T21:59:59.999999Z"),
    ):
        found = BERLIN.at_wall(parse_instant(shown))
        assert found == (None if at is None else parse_instant(at))


def test_a_day_follows_early_where_the_date_before_it_comes_once_more() -> None:
    found = {
        iso: ST_JOHNS.follows_early(day(iso, ST_JOHNS))
        for iso in ("1990-10-27", "1990-10-28", "1990-10-29")
    }
    assert found == {"1990-10-27": False, "1990-10-28": True, "1990-10-29": False}
    assert not UTC.follows_early(day("1990-10-28"))
    assert not any(ST_JOHNS.follows_early(since_ever) for since_ever in (0, 1, 2, 3))


def test_without_a_zone_it_is_utc() -> None:
    assert (BillingCalendar().zone, BillingCalendar() == UTC) == ("UTC", True)


def test_utc_does_not_load_zones() -> None:
    code = (
        "import sys; from jpcli.domain.calendar import *; from jpcli.domain import history;"
        "c = BillingCalendar(); c.touched(0, 10**16); check_zone('UTC'); find_skipped('UTC');"
        "print(sorted({'zoneinfo', 'decimal', 'dataclasses', 'pathlib'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-S", "-c", code],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "[]\n"
