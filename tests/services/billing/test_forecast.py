"""The months ahead, and what `status` says is wasted, waits or is late (D1, I1, I2, I4, M5, R2)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from jpcli.domain.errors import BadInput
from jpcli.services.invoices import close, invoices, settle
from jpcli.services.status import status
from tests.services.agency import A, Agency, minor


def months(agency: Agency, month: str | None, count: int, **options: Any) -> list[tuple[str, int]]:
    found = agency.preview(month, months=count, **options)["months"]
    return [(item["period"], minor(item["total"])) for item in found]


# --- forecast ------------------------------------------------------------------------------------


def test_i1_each_month_is_what_its_preview_is(agency: Agency) -> None:
    agency.issue("jetpack-scan", 3, at="2024-08-10T10:00:00Z")
    agency.bundle(at="2024-08-12T10:00:00Z")
    found = agency.preview("2024-08", months=7)
    for item in found["months"]:
        alone = agency.preview(item["period"])
        assert item["total"] == alone["total"]
        assert item["to_date"] == alone["total_to_date"]
        assert item["days"] == sum(line["days"] for line in alone["lines"])
        assert item["licenses"] == alone["licenses"]["total"]
    assert [item["period"] for item in found["months"]][-2:] == ["2025-01", "2025-02"]
    assert found["months"][0]["total"] == found["total"]


def test_m2_prices_that_are_known_for_later_count(agency: Agency) -> None:
    agency.issue_one(at="2024-08-01T10:00:00Z")
    agency.set_price("jetpack-scan", "0.20", "2024-10-16")
    assert months(agency, "2024-09", 3) == [
        ("2024-09", 30 * 16),
        ("2024-10", 15 * 16 + 16 * 20),
        ("2024-11", 30 * 20),
    ]


def test_suppositions_hold_for_all_months(agency: Agency) -> None:
    key = agency.issue_one(at="2024-08-01T10:00:00Z")
    found = months(agency, "2024-09", 2, revoke=[f"{key}@2024-10-05"])
    assert found == [("2024-09", 480), ("2024-10", 80)]
    found = months(agency, "2024-09", 2, issue=["jetpack-ai:2@2024-10-31"])
    assert found == [("2024-09", 480), ("2024-10", 31 * 16 + 2 * 27)]


def test_markup_is_on_every_month(agency: Agency) -> None:
    agency.issue_one(at="2024-08-01T10:00:00Z")
    found = agency.preview("2024-09", months=2, markup="25")["months"]
    assert [minor(item["total_with_markup"]) for item in found] == [600, 620]


def test_i3_credit_left_over_is_used_in_the_months_after(agency: Agency) -> None:
    key, _ = agency.issue("jetpack-scan", 2, at="2024-01-01T10:00:00Z")
    agency.do(close.close_due)
    for item in agency.ask(invoices.list_invoices)["invoices"]:
        agency.do(settle.mark_paid, item["number"])
    agency.revoke(key, at="2024-01-01T11:00:00Z")
    # 213 days until July 31 less the first one come back; August to December use that up.
    back = 212 * 16
    found = agency.preview("2024-08", months=9)["months"]
    assert sum(minor(item["corrections"]) for item in found) == -back
    days = sum(item["days"] for item in found)
    assert sum(minor(item["total"]) for item in found) == days * 16 - back
    assert all(minor(item["total"]) >= 0 for item in found)
    # Closing them one by one comes to the same.
    for item in found:
        year, month = map(int, item["period"].split("-"))
        after = f"{year + month // 12}-{month % 12 + 1:02}-01T00:00:00Z"
        closed = agency.do(close.close, item["period"], now=after).data["invoice"]
        assert closed["total"] == item["total"], item["period"]
        if minor(closed["total"]):
            agency.do(settle.mark_paid, item["period"], now=after)


@pytest.mark.parametrize("count", [0, -1, 121])
def test_a_forecast_has_an_end(agency: Agency, count: int) -> None:
    with pytest.raises(BadInput) as caught:
        agency.preview("2024-09", months=count)
    assert caught.value.code == "bad_months"


def test_without_months_nothing_is_added(agency: Agency) -> None:
    assert "months" not in agency.preview("2024-09")


# --- status: what is wasted ----------------------------------------------------------------------


def test_unassigned_licenses_are_named_oldest_first_with_their_cost(agency: Agency) -> None:
    young = agency.issue_one(at="2024-08-10T10:00:00Z")
    old = agency.issue_one("jetpack-ai", at="2024-05-01T10:00:00Z")
    freed = agency.issue_one("jetpack-ai", at="2024-06-01T10:00:00Z")
    agency.assign(freed, A, at="2024-06-02T10:00:00Z")
    agency.unassign(freed, at="2024-08-11T10:00:00Z")
    used = agency.issue_one(at="2024-08-01T10:00:00Z")
    agency.assign(used, A, at="2024-08-04T10:00:00Z")
    found = agency.ask(status)
    told = [
        (item["license_key"], item["days"], minor(item["to_date"])) for item in found["unassigned"]
    ]
    # It is August 15; the license that is on a site now was on none for three days.
    assert told == [(old, 15, 405), (freed, 5, 135), (young, 6, 96)]
    assert found["unassigned"][0]["issued_at"] == "2024-05-01T10:00:00Z"
    assert (found["unassigned_others"]["days"], minor(found["unassigned_others"]["to_date"])) == (
        3,
        48,
    )
    assert minor(found["bill"]["unassigned_to_date"]) == 405 + 135 + 96 + 48


def test_m5_what_is_wasted_adds_up_and_is_what_no_site_has(agency: Agency) -> None:
    for size in range(3):
        _, children = agency.bundle(at=f"2024-08-0{size + 1}T10:00:00Z")
        agency.assign(children[0], A, at="2024-08-07T10:00:00Z")
    agency.issue("jetpack-scan", 25, at="2024-07-30T10:00:00Z")
    agency.set_price("jetpack-scan", "0.0333", "2024-08-06")
    found = agency.ask(status)
    assert len(found["unassigned"]) == 20
    parts = [*found["unassigned"], found["unassigned_others"]]
    groups = agency.preview(by="site")["groups"]
    (nobody,) = [group for group in groups if group["site"] is None]
    assert sum(minor(item["to_date"]) for item in parts) == minor(nobody["to_date"])
    assert sum(item["days"] for item in parts) == nobody["days_to_date"]
    assert found["bill"]["unassigned_to_date"] == nobody["to_date"]
    assert found["bill"]["unassigned_projected"] == nobody["amount"]
    drawn = agency.preview(details=True)["details"]
    assert (drawn["unassigned_to_date"], drawn["unassigned_amount"]) == (
        nobody["to_date"],
        nobody["amount"],
    )


@pytest.mark.parametrize("children", [0, 1, 2])
def test_m5_what_a_terminal_says_is_on_no_site_is_what_no_site_has(
    agency: Agency, tmp_path: Path, children: int
) -> None:
    """Of a bundle whose children ended before the month, or that has none, that is all of it."""
    bundle = {"product": "jetpack-security-t1", "issued_at": "2024-07-01T00:00:00Z"}
    rows: list[dict[str, Any]] = [{**bundle, "license_key": "p_1", "bundle_size": 3}]
    ended = {**bundle, "bundle_key": "p_1", "revoked_at": "2024-07-20T00:00:00Z"}
    on_site = {"site": A, "assigned_at": "2024-07-02T00:00:00Z"}
    rows += [{**ended, **on_site, "license_key": f"c_{number}"} for number in range(children)]
    history = tmp_path / "history.ndjson"
    history.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    agency.import_file(history)
    for month in ("2024-07", "2024-08"):
        found = agency.preview(month, by="site", details=True)
        nobody = [group for group in found["groups"] if group["site"] is None]
        told = [(group["to_date"], group["amount"]) for group in nobody]
        drawn = found["details"]
        said = (drawn["unassigned_to_date"], drawn["unassigned_amount"])
        assert [said] == told or (not told and minor(said[0]) == minor(said[1]) == 0)
    bill = agency.ask(status)["bill"]  # of August
    assert (bill["unassigned_to_date"], bill["unassigned_projected"]) == said


def test_nothing_is_wasted(agency: Agency) -> None:
    agency.issue_one(now="2024-08-01T10:00:00Z", site=A)
    found = agency.ask(status)
    assert (found["unassigned"], found["unassigned_others"]["days"]) == ([], 0)
    assert minor(found["bill"]["unassigned_to_date"]) == 0


# --- status: what waits and what is late ---------------------------------------------------------


def steps(found: dict[str, Any]) -> list[str]:
    return [step["command"] for step in found["next"]]


def test_i2_months_that_wait_are_named_with_the_command_that_closes_them(agency: Agency) -> None:
    assert agency.ask(status)["waiting"] == []
    agency.issue_one(at="2024-05-31T10:00:00Z")
    found = agency.ask(status)
    assert found["waiting"] == ["2024-05", "2024-06", "2024-07"]
    assert "jpcli invoice close --due" in steps(found)
    agency.do(close.close_due)
    found = agency.ask(status)
    assert found["waiting"] == []
    assert "jpcli invoice close --due" not in steps(found)


def test_r2_past_due_invoices_are_named_with_the_command_that_settles_them(agency: Agency) -> None:
    agency.issue_one(at="2024-07-01T10:00:00Z")
    agency.do(close.close_due)
    assert agency.ask(status)["past_due"] == []  # due today
    agency.now = "2024-08-16T00:00:00Z"
    found = agency.ask(status)
    (late,) = found["past_due"]
    assert (late["number"], late["past_due"], "lines" in late) == ("INV-2024-07", True, False)
    assert steps(found)[0] == "jpcli invoice mark-paid INV-2024-07"
    agency.do(settle.mark_paid, "INV-2024-07")
    found = agency.ask(status)
    assert (found["past_due"], steps(found)[0][:20]) == ([], "jpcli licenses list ")


# --- credit and closed months --------------------------------------------------------------------


@pytest.fixture
def credited(agency: Agency) -> Agency:
    """July cost 3 x 31 x 0.16 = 14.88 and is paid; all of it but the first day was taken back.
    August, not closed yet, has one license for 9 days."""
    keys = agency.issue("jetpack-scan", 3, at="2024-07-01T00:00:00Z", now="2024-07-01T00:00:00Z")
    agency.do(close.close, "2024-07", now="2024-08-01T08:00:00Z")
    agency.do(settle.mark_paid, "2024-07", now="2024-08-01T09:00:00Z")
    agency.now = "2024-08-15T12:00:00Z"
    agency.revoke(*keys, at="2024-07-01T12:00:00Z")
    agency.issue_one(at="2024-08-23T00:00:00Z", now="2024-08-31T00:00:00Z")
    return agency


def test_i3_the_months_ahead_use_up_the_credit_and_never_fall_below_zero(credited: Agency) -> None:
    # 14.40 of credit: 9 x 0.16 in August, 4.80 in September, 4.96 in October, the rest in November.
    credited.now = "2024-08-31T12:00:00Z"
    ahead = credited.preview("2024-08", months=5)["months"]
    assert [minor(item["total"]) for item in ahead] == [0, 0, 0, 160, 496]
    assert all(minor(item["to_date"]) >= 0 for item in ahead)


def test_i3_a_forecast_from_a_later_month_knows_the_credit_that_is_left(credited: Agency) -> None:
    credited.now = "2024-08-31T12:00:00Z"
    assert months(credited, "2024-10", 3) == [("2024-10", 0), ("2024-11", 160), ("2024-12", 496)]


def test_i2_a_forecast_leaves_closed_months_as_they_were_billed(credited: Agency) -> None:
    credited.now = "2024-08-31T12:00:00Z"
    found = months(credited, "2024-07", 3)
    assert found == [("2024-07", 3 * 31 * 16), ("2024-08", 0), ("2024-09", 0)]


def test_i1_as_of_now_is_the_preview_with_corrections_and_credit(credited: Agency) -> None:
    credited.now = "2024-08-31T12:00:00Z"
    for month in (None, "2024-07", "2024-08", "2024-09"):
        now = credited.preview(month, by="client")
        assert credited.preview(month, by="client", as_of=credited.now) == now
    # Before the revocation was made nothing was taken back; before July was closed it was open.
    earlier = credited.preview("2024-08", as_of="2024-06-30T00:00:00Z")
    assert [line["kind"] for line in earlier["lines"]] == []
    assert "invoice" not in credited.preview("2024-07", as_of="2024-07-20T00:00:00Z")
    assert credited.preview("2024-07", as_of="2024-08-02T00:00:00Z")["invoice"] == "INV-2024-07"


def test_the_remark_on_unassigned_licenses_counts_no_credit(credited: Agency) -> None:
    credited.now = "2024-08-31T12:00:00Z"
    shown = credited.preview("2024-08", details=True)
    assert minor(shown["details"]["unassigned_amount"]) == 9 * 16
