from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jpcli.domain.calendar import BillingCalendar, find_skipped
from jpcli.domain.instants import format_instant, parse_date
from jpcli.domain.moments import (
    FORMS,
    local_text,
    local_text_and_zone,
    names_a_day,
    parse_moment,
)
from tests.domain.refused import refused

NEW_YORK, BERLIN, APIA, TOKYO = "America/New_York", "Europe/Berlin", "Pacific/Apia", "Asia/Tokyo"


def moment(text: str, zone: str = "UTC", today: str = "2024-07-10", *, end: bool = False) -> str:
    calendar = BillingCalendar(zone, find_skipped(zone) if zone == APIA else ())
    day = calendar.day_of_date(parse_date(today))
    return format_instant(parse_moment(text, calendar, day, end_of_day=end))


@pytest.mark.parametrize(
    ("zone", "text", "start", "last"),
    [
        ("UTC", "2024-07-01", "2024-07-01T00:00:00Z", "2024-07-01T23:59:59.999999Z"),
        (BERLIN, "2024-03-31", "2024-03-30T23:00:00Z", "2024-03-31T21:59:59.999999Z"),
        ("UTC", "today", "2024-07-10T00:00:00Z", "2024-07-10T23:59:59.999999Z"),
        (TOKYO, "today", "2024-07-09T15:00:00Z", "2024-07-10T14:59:59.999999Z"),
        (NEW_YORK, "yesterday", "2024-07-09T04:00:00Z", "2024-07-10T03:59:59.999999Z"),
        ("UTC", "-0d", "2024-07-10T00:00:00Z", "2024-07-10T23:59:59.999999Z"),
        ("UTC", "-7d", "2024-07-03T00:00:00Z", "2024-07-03T23:59:59.999999Z"),
        ("UTC", "-366d", "2023-07-10T00:00:00Z", "2023-07-10T23:59:59.999999Z"),
    ],
)
def test_a_day_is_its_start_or_its_end_in_the_zone(
    zone: str, text: str, start: str, last: str
) -> None:
    assert names_a_day(text)
    assert (moment(text, zone), moment(text, zone, end=True)) == (start, last)


def test_a_day_that_never_was_is_not_counted() -> None:
    assert moment("yesterday", APIA, "2011-12-31")[:10] == "2011-12-29"
    with pytest.raises(Exception, match="never existed"):
        moment("2011-12-30", APIA)


@pytest.mark.parametrize(
    ("zone", "text", "at"),
    [
        ("UTC", "2026-11-01 00:30", "2026-11-01T00:30:00Z"),
        (NEW_YORK, "2026-11-01 00:30", "2026-11-01T04:30:00Z"),
        (NEW_YORK, "2026-12-01t00:30:15", "2026-12-01T05:30:15Z"),
        # The clock shows 01:30 twice; the first is meant.
        (NEW_YORK, "2026-11-01T01:30", "2026-11-01T05:30:00Z"),
        (TOKYO, "2024-07-01 08:59:59.999999", "2024-06-30T23:59:59.999999Z"),
        (NEW_YORK, "2026-11-01 00:30Z", "2026-11-01T00:30:00Z"),
        (NEW_YORK, "2026-11-01 00:30z", "2026-11-01T00:30:00Z"),
        (NEW_YORK, "2026-11-01T00:30+01:00", "2026-10-31T23:30:00Z"),
        (NEW_YORK, "2026-11-01T00:30-05", "2026-11-01T05:30:00Z"),
        (NEW_YORK, "2026-11-01T00:30:01.123456789Z", "2026-11-01T00:30:01.123456Z"),
    ],
)
@pytest.mark.parametrize("end", [False, True])
def test_a_time_is_of_the_zone_unless_it_has_an_offset(
    zone: str, text: str, at: str, end: bool
) -> None:
    assert not names_a_day(text)
    assert moment(text, zone, end=end) == at


def test_a_time_that_no_clock_showed_is_refused() -> None:
    refused(lambda text: moment(text, NEW_YORK), "2026-03-08 02:30", "bad_instant", "offset")
    assert moment("2026-03-08 02:30Z", NEW_YORK) == "2026-03-08T02:30:00Z"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "soon",
        "Today",
        "tomorrow",
        "7d",
        "-d",
        "+7d",
        "-7",
        "--7d",
        "-1.5d",
        "-999999d",
        "-٧d",
        "2024-07-01 25:00",
        "01.07.2024",
        "2024-7-1",
        "now",
        "-7d ",
        " today",
        "1720000000",
    ],
)
def test_what_is_no_time_is_refused_with_the_forms(text: str) -> None:
    assert not names_a_day(text)
    refused(moment, text, "bad_instant", FORMS)


@pytest.mark.parametrize("form", re.split(", ", FORMS))
def test_each_form_that_is_named_is_one(form: str) -> None:
    for zone in ("UTC", NEW_YORK, APIA):
        assert moment(form, zone, "2026-11-25")


ZONES = st.sampled_from(["UTC", NEW_YORK, BERLIN, TOKYO, "Australia/Lord_Howe", "Asia/Kathmandu"])


@given(zone=ZONES, second=st.integers(86_400, 4_000_000_000))
def test_what_is_shown_is_what_a_clock_there_shows(zone: str, second: int) -> None:
    calendar = BillingCalendar(zone)
    shown = datetime.fromtimestamp(second, ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M:%S")
    assert local_text(second * 1_000_000 + 999_999, calendar) == shown
    assert local_text_and_zone(second * 1_000_000, calendar) == f"{shown} {zone}"
    # And typed again it is the same time, or an hour that the clock showed before.
    typed = parse_moment(shown, calendar, 0, end_of_day=False) // 1_000_000
    earlier = datetime.fromtimestamp(typed, UTC)
    assert timedelta(0) <= datetime.fromtimestamp(second, UTC) - earlier <= timedelta(hours=1)
    assert datetime.fromtimestamp(typed, ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M:%S") == shown
