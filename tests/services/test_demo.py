"""The sample agency of the demo: its size, its dates, and that any ledger takes it in."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from jpcli.domain.errors import Refused
from jpcli.domain.instants import format_instant, parse_instant
from jpcli.services import demo
from jpcli.services.products.price_list import shipped_list
from tests.services.agency import Agency

NOW = parse_instant("2026-11-22T11:00:30Z")
DAY = 86_400_000_000


def test_the_present_is_now_to_the_minute() -> None:
    assert format_instant(demo.present(NOW)) == "2026-11-22T11:00:00Z"


@pytest.mark.parametrize("last", ["2026-11-30", "2026-12-31", "2027-02-28", "2028-02-29"])
def test_on_the_last_day_of_a_month_it_is_the_day_before(last: str) -> None:
    before = demo.present(parse_instant(f"{last}T23:59:59Z"))
    assert format_instant(before + DAY) == f"{last}T23:59:00Z"


def test_on_any_other_day_it_is_that_day() -> None:
    for day in ("2026-11-01", "2026-11-29", "2028-02-28", "2026-12-30"):
        assert format_instant(demo.present(parse_instant(f"{day}T00:00:00Z")))[:10] == day


def test_the_size_of_the_sample() -> None:
    rows = demo.sample_agency(NOW).rows
    stays = [stay for row in rows for stay in row["assignments"]]
    assert len({stay["client"] for stay in stays}) == 3
    assert len({stay["site"] for stay in stays}) == 6
    assert len([row for row in rows if "bundle_size" not in row]) == 32
    assert len({row["license_key"] for row in rows}) == len(rows)


def test_the_sample_reaches_two_months_back_and_not_beyond_yesterday() -> None:
    rows = demo.sample_agency(NOW).rows
    begun = [parse_instant(row["issued_at"]) for row in rows]
    assert 55 * DAY < NOW - min(begun) < 62 * DAY
    text = json.dumps(rows)
    assert "2026-11-22" not in text
    assert "2026-11-16" in text


def test_keys_are_the_same_in_every_run_and_dates_are_not() -> None:
    one, other = demo.sample_agency(NOW), demo.sample_agency(NOW + 40 * DAY)
    assert [row["license_key"] for row in one.rows] == [row["license_key"] for row in other.rows]
    assert (one.moving, one.idle) == (other.moving, other.idle)
    assert {row["issued_at"] for row in one.rows} & {r["issued_at"] for r in other.rows} == set()


def test_the_licenses_of_the_story_are_what_it_says_they_are() -> None:
    sample = demo.sample_agency(NOW)
    by_key = {row["license_key"]: row for row in sample.rows}
    (stay,) = by_key[sample.moving]["assignments"]
    assert (stay["client"], stay["to"]) == ("Bakery Lane", None)
    idle = by_key[sample.idle]
    assert idle["assignments"] == []
    days = (NOW - NOW % DAY) // DAY - parse_instant(idle["issued_at"]) // DAY
    assert days == sample.idle_days


@pytest.mark.parametrize(
    "now",
    [
        "2026-11-22T11:00:00Z",
        "2027-01-01T00:00:00Z",
        "2028-03-01T00:00:00Z",
        "2026-11-30T23:59:59Z",
    ],
)
def test_any_ledger_takes_it_in(tmp_path: Path, now: str) -> None:
    present_at = demo.present(parse_instant(now))
    with shipped_list() as path:
        prices = Path(path).read_text("utf-8")
    agency = Agency(tmp_path / "ledger.db", now=format_instant(present_at)).init(prices=prices)
    source = tmp_path / "history.ndjson"
    rows = demo.sample_agency(present_at).rows
    source.write_text("".join(json.dumps(row) + "\n" for row in rows))
    answer = agency.import_file(source)
    assert (answer.data["imported"], answer.data["sites"]) == (33, 6)
    assert agency.problems() == []


def test_a_file_that_is_there_is_not_written_over(tmp_path: Path) -> None:
    path = tmp_path / "kept.db"
    demo.check_free(str(path))
    path.write_text("mine")
    with pytest.raises(Refused) as caught:
        demo.check_free(str(path))
    assert caught.value.code == "ledger_exists"
    assert "--keep" in str(caught.value.hint)
