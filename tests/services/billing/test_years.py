"""Instants that no month has: before 1970 or after 2199, in UTC or in the ledger's zone.

One stored instant of that kind would keep every later month from being closed, so each road that
takes an instant refuses it, with its line where it has one, and writes nothing.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from jpcli.domain.calendar import BillingCalendar, find_skipped
from jpcli.domain.errors import BadInput, JpcliError
from jpcli.domain.instants import END_AT, parse_instant
from jpcli.ledger.writer import writing
from jpcli.services.billing.preview import preview
from jpcli.services.invoices import close
from jpcli.services.licenses import issue
from jpcli.services.plan import plan
from jpcli.services.products import products
from tests.services.agency import BEGUN, PRICES, Agency

NEW_YORK, TOKYO, BERLIN = "America/New_York", "Asia/Tokyo", "Europe/Berlin"
OLD_PRICES = PRICES.replace("2022-01-01", "1970-01-01")
# (zone, an instant that its text names, why no month has it)
IN_1969_THERE = (NEW_YORK, "1970-01-01T03:00:00Z")
IN_2200_THERE = (TOKYO, "2199-12-31T20:00:00Z")
BEFORE_UTC = (BERLIN, "1970-01-01T00:30:00+01:00")


def at_home(path: Path, zone: str, now: str = "2024-08-15T12:00:00Z") -> Agency:
    agency = Agency(path / "ledger.db", now).init(zone=zone, prices=OLD_PRICES)
    agency.card(now=BEGUN)
    agency.issue("jetpack-scan")
    return agency


def refusal(agency: Agency, do: Callable[[], object]) -> JpcliError:
    """The error of `do`, after which nothing is written."""
    before = agency.state()
    with pytest.raises(JpcliError) as caught:
        do()
    assert agency.state() == before
    assert caught.value.exit_code == 2, caught.value.message
    return caught.value


def row(**fields: object) -> dict[str, object]:
    return {"license_key": "jetpack-scan_1", "product": "jetpack-scan", **fields}


def as_ndjson(found: dict[str, object]) -> str:
    good = {**row(issued_at="2024-01-01T00:00:00Z"), "license_key": "jetpack-scan_good"}
    return f"{json.dumps(good)}\n{json.dumps(found)}\n"


def as_json(found: dict[str, object]) -> str:
    good = {**row(issued_at="2024-01-01T00:00:00Z"), "license_key": "jetpack-scan_good"}
    return f"[{json.dumps(good)},\n{json.dumps(found)}]\n"


def as_csv(found: dict[str, object]) -> str:
    names = ["license_key", "product", "issued_at", "revoked_at", "site", "assigned_at"]
    cells = ",".join(str(found.get(name) or "") for name in names)
    good = "jetpack-scan_good,jetpack-scan,2024-01-01T00:00:00Z,,,"
    return ",".join(names) + f"\n{good}\n{cells}\n"


LINES = {as_ndjson: 2, as_json: 2, as_csv: 3}


@pytest.mark.parametrize(("zone", "instant"), [IN_1969_THERE, BEFORE_UTC])
@pytest.mark.parametrize("form", LINES)
@pytest.mark.parametrize("ended", [None, "2024-01-05T00:00:00Z"])
def test_a_history_file_with_one_is_refused_with_its_line(
    tmp_path: Path, zone: str, instant: str, form: Callable[..., str], ended: str | None
) -> None:
    agency = at_home(tmp_path, zone)
    source = tmp_path / "history"
    source.write_text(form(row(issued_at=instant, revoked_at=ended)), encoding="utf-8")
    error = refusal(agency, lambda: agency.import_file(source))
    assert error.code == "bad_instant"
    assert [problem.line for problem in error.problems] == [LINES[form]]
    if zone == NEW_YORK:
        assert "before 1970 in America/New_York" in error.problems[0].message


@pytest.mark.parametrize("field", ["issued_at", "revoked_at", "assigned_at"])
def test_each_field_of_a_history_is_looked_at(tmp_path: Path, field: str) -> None:
    agency = at_home(tmp_path, NEW_YORK)
    found = {"issued_at": "2024-01-01T00:00:00Z", field: IN_1969_THERE[1]}
    if field == "assigned_at":
        found["site"] = "https://a.example"
    source = tmp_path / "history.csv"
    source.write_text(as_csv(row(**found)), encoding="utf-8")
    error = refusal(agency, lambda: agency.import_file(source))
    assert [problem.line for problem in error.problems] == [3]


ROADS: dict[str, Callable[[Agency, str], object]] = {
    "issue --at": lambda agency, when: agency.issue("jetpack-scan", at=when),
    "plan --at": lambda agency, when: agency.do(plan.plan, "none", at=when),
    "preview --as-of": lambda agency, when: agency.ask(preview, as_of=when),
    "preview --issue": lambda agency, when: agency.ask(
        preview, "2024-08", issue=(f"jetpack-scan:1@{when}",)
    ),
    "preview --revoke": lambda agency, when: agency.ask(
        preview, "2024-08", revoke=(f"jetpack-scan_1@{when}",)
    ),
}


@pytest.mark.parametrize("road", ROADS)
@pytest.mark.parametrize(("zone", "instant"), [IN_1969_THERE, IN_2200_THERE, BEFORE_UTC])
def test_every_instant_that_is_typed_is_looked_at(
    tmp_path: Path, road: str, zone: str, instant: str
) -> None:
    agency = at_home(tmp_path, zone)
    assert refusal(agency, lambda: ROADS[road](agency, instant)).code == "bad_instant"


def test_a_date_that_begins_before_1970_in_utc_is_no_instant(tmp_path: Path) -> None:
    agency = at_home(tmp_path, BERLIN)
    error = refusal(agency, lambda: agency.issue("jetpack-scan", at="1970-01-01"))
    assert (error.code, error.message) == ("bad_instant", "1970-01-01 lies before 1970 in UTC")
    agency.issue("jetpack-scan", at="1970-01-02")
    assert agency.problems() == []


@pytest.mark.parametrize("since", ["1969-12-31", "2200-01-01"])
def test_a_price_is_from_a_date_that_some_month_has(tmp_path: Path, since: str) -> None:
    agency = at_home(tmp_path, NEW_YORK)
    error = refusal(agency, lambda: agency.do(products.set_price, "jetpack-scan", "0.2", since))
    assert error.code == "bad_date"
    source = tmp_path / "list.csv"
    source.write_text(f"product,amount,from\njetpack-scan,0.2,{since}\n", encoding="utf-8")
    error = refusal(agency, lambda: agency.import_prices(source))
    assert [problem.line for problem in error.problems] == [2]


@pytest.mark.parametrize(("zone", "now"), [IN_1969_THERE, IN_2200_THERE])
def test_the_present_is_looked_at_as_well(tmp_path: Path, zone: str, now: str) -> None:
    agency = at_home(tmp_path, zone)
    error = refusal(agency, lambda: agency.do(issue.issue, "jetpack-scan", 1, now=now))
    assert (error.code, error.subject) == ("bad_instant", "JPCLI_NOW")
    with pytest.raises(BadInput):
        Agency(tmp_path / "other.db").init(zone=zone, now=now)
    assert not (tmp_path / "other.db").exists()


def test_a_ledger_that_has_one_all_the_same_can_be_closed(tmp_path: Path) -> None:
    """An earlier jpcli let it in; it lies before the books, whichever those are."""
    agency = at_home(tmp_path, NEW_YORK, "2024-10-15T12:00:00Z")
    with (
        agency.desk() as desk,
        writing(desk.ledger, actor="ann", now_at=desk.now_at) as writer,
    ):
        data = {
            **row(issued_at=IN_1969_THERE[1], revoked_at=None),
            "assignments": [],
            "bundle_key": None,
            "bundle_size": None,
        }
        at = parse_instant(IN_1969_THERE[1])
        writer.record("license.imported", "jetpack-scan_1", data, at=at)
        # As a ledger made before the rule.
        writer.flush()
        desk.ledger.execute("DELETE FROM meta WHERE key = 'bill_from'")
    closed = agency.do(close.close, "1970-01").data["invoice"]
    assert closed["period"] == "1970-01"


@pytest.mark.parametrize("zone", ["UTC", NEW_YORK, TOKYO, BERLIN, "Pacific/Apia"])
def test_the_bounds_are_those_of_both_calendars(zone: str) -> None:
    calendar = BillingCalendar(zone, find_skipped(zone))
    inside = [at for at in range(0, 3 * 86_400, 1800) if is_inside(calendar, at * 1_000_000)]
    assert calendar.iso(calendar.day_of(inside[0] * 1_000_000)) >= "1970-01-01"
    assert inside == list(range(inside[0], 3 * 86_400, 1800))
    last = list(range(END_AT - 2 * 86_400 * 10**6, END_AT, 1800 * 10**6))
    for at in last:
        assert is_inside(calendar, at) == (calendar.iso(calendar.day_of(at)) < "2200")
    assert not is_inside(calendar, END_AT)
    assert not is_inside(calendar, -1)


def is_inside(calendar: BillingCalendar, at: int) -> bool:
    try:
        return calendar.checked(at, "it") == at
    except BadInput:
        return False
