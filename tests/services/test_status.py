"""The status: what stops work and when, what changed since last month, and who costs most."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from jpcli.domain.errors import Failed
from jpcli.services.billing.preview import preview
from jpcli.services.collection import offline
from jpcli.services.invoices.close import close_due
from jpcli.services.invoices.diff import diff
from jpcli.services.status import status
from tests.services.agency import PRICES, A, Agency, B, C, minor

if TYPE_CHECKING:
    from pathlib import Path

SCAN, AI = "jetpack-scan", "jetpack-ai"
BEGUN, CLOSED = "2024-06-01", "2024-08-01T00:00:00Z"


@pytest.fixture
def office(agency: Agency) -> Agency:
    """Ann on A, Bob on B until the middle of August and then Cid, Dan on C, one on no site; a
    bundle with a child on A. June and July are billed."""
    agency.issue(SCAN, 3, at=BEGUN, site=A, client="Ann")
    agency.issue(AI, 3, at=BEGUN, site=B, client="Bob")
    agency.issue_one(SCAN, at=BEGUN, site=C, client="Dan")
    agency.issue_one(SCAN, at=BEGUN)
    _, (child, *_) = agency.bundle(at=BEGUN)
    agency.assign(child, A, at="2024-07-02")
    agency.do(close_due, now=CLOSED)
    agency.do(offline.mark_paid, "INV-2024-06", now=CLOSED)
    agency.do(offline.mark_paid, "INV-2024-07", now=CLOSED)
    agency.move_site(B, "Cid", at="2024-08-10")
    return agency


def stopping(agency: Agency, now: str) -> list[tuple[str, str]]:
    return [(stop["code"], stop["starts_on"]) for stop in agency.ask(status, now=now)["stops"]]


def test_the_clients_are_the_first_of_the_bill_by_client(office: Agency) -> None:
    groups = office.preview(by="client")["groups"]
    named = [group for group in groups if group["client"] is not None]
    dearest = sorted(named, key=lambda group: -minor(group["amount"]))
    assert len(named) > 3
    told = office.ask(status)["clients"]
    assert told == [
        {
            "client": group["client"],
            "days": group["days"],
            "to_date": group["to_date"],
            "projected": group["amount"],
        }
        for group in dearest[:3]
    ]


def test_what_is_on_no_site_is_what_the_bill_by_site_has(office: Agency) -> None:
    """It is summed from the same days as the clients."""
    (nobody,) = (g for g in office.preview(by="site")["groups"] if g["site"] is None)
    bill = office.ask(status)["bill"]
    assert bill["unassigned_to_date"] == nobody["to_date"]
    assert bill["unassigned_projected"] == nobody["amount"]


@pytest.mark.parametrize("day", ["2024-08-03", "2024-08-06", "2024-08-09", "2024-08-12"])
@pytest.mark.parametrize("idle", [1, 2])
def test_a_site_that_changed_hands_has_one_part_of_the_days(
    agency: Agency, idle: int, day: str
) -> None:
    """A part for each of its clients would be rounded otherwise, and what is left with it."""
    for product, price in ((SCAN, "0.2957"), (AI, "0.3333")):
        agency.set_price(product, price, BEGUN)
        agency.issue_one(product, at=BEGUN, site=A, client="Ann")
        agency.issue_one(product, at=BEGUN, site=B, client="Bob")
        agency.issue(product, idle, at=BEGUN)
    agency.move_site(B, "Cid", at=day)
    agency.move_site(B, "Ann", at="2024-08-14")
    test_what_is_on_no_site_is_what_the_bill_by_site_has(agency)


@pytest.mark.parametrize("closed", [True, False], ids=["closed", "waits"])
def test_last_month_is_what_the_difference_says(agency: Agency, closed: bool) -> None:
    keys = agency.issue(SCAN, 3, at="2024-07-10")
    agency.issue_one(AI, at="2024-07-10")
    if closed:
        agency.do(close_due, now=CLOSED)
        agency.do(offline.mark_paid, "INV-2024-07", now=CLOSED)
    # Reaches into July: the bill of August corrects it where it is closed.
    agency.revoke(keys[0], at="2024-07-20")
    agency.issue_one(AI, at="2024-08-11")
    told: Any = agency.ask(status)["last_month"]
    whole = agency.ask(diff, "2024-07", "2024-08")
    assert told["period"] == "2024-07"
    assert told["invoice"] == ("INV-2024-07" if closed else None)
    assert told["total"] == whole["from_total"]
    assert told["difference"] == whole["difference"]
    products = {row["product"]: row for row in whole["products"]}
    assert told["products"]
    for row in told["products"]:
        assert row["difference"] == products[row["product"]]["difference"]
        assert row["amount"] == products[row["product"]]["to_amount"]
        assert row["last_amount"] == products[row["product"]]["from_amount"]
    sums = [minor(row["difference"]) for row in told["products"]]
    assert sum(sums) == minor(told["difference"])
    assert sums == sorted(sums, key=lambda amount: -abs(amount))


def test_nothing_last_month_is_no_comparison(agency: Agency) -> None:
    agency.issue_one(SCAN, at="2024-08-01")
    assert agency.ask(status)["last_month"] is None
    assert agency.ask(status)["clients"] == []


def test_days_without_a_price_last_month_do_not_silence_the_status(tmp_path: Path) -> None:
    late = Agency(tmp_path / "late.db").init(prices=PRICES.replace("2022-01-01", "2024-08-01"))
    late.card()
    rows = tmp_path / "old.csv"
    rows.write_text("license_key,product,issued_at\nold_1,jetpack-scan,2024-07-10T00:00:00Z\n")
    late.import_file(rows)
    with pytest.raises(Failed):
        late.preview("2024-07")
    told = late.ask(status)
    assert told["last_month"] is None
    assert minor(told["bill"]["to_date"]) == 15 * 16


def test_an_invoice_stops_work_the_day_after_it_is_due(agency: Agency) -> None:
    agency.issue_one(SCAN, at="2024-07-10")
    agency.do(close_due, now=CLOSED)
    expected = [("invoice_past_due", "2024-08-02")]
    for now in (CLOSED, "2024-08-02T00:00:00Z", "2024-08-20T00:00:00Z"):
        assert stopping(agency, now) == expected
    (step, *_) = agency.ask(status, now=CLOSED)["next"]
    assert "due today (issuing waits from tomorrow)" in step["why"]
    agency.do(offline.mark_paid, "INV-2024-07", now=CLOSED)
    assert stopping(agency, CLOSED) == []


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2024-07-31T23:59:59Z", []),
        ("2024-08-01T00:00:00Z", [("card_expired", "2024-09-01")]),
        ("2024-08-31T23:59:59Z", [("card_expired", "2024-09-01")]),
        ("2024-09-01T00:00:00Z", []),  # the warning that it has expired takes over
    ],
)
def test_a_card_is_told_of_in_its_last_month(
    agency: Agency, now: str, expected: list[tuple[str, str]]
) -> None:
    agency.card("1881", "08/2024", now="2024-07-01T00:00:00Z")
    assert stopping(agency, now) == expected
    steps = [step["command"] for step in agency.ask(status, now=now)["next"]]
    assert any("cards add" in step for step in steps) == bool(expected)


def test_without_a_primary_card_work_has_stopped(agency: Agency) -> None:
    for card in agency.ask(status)["cards"]:
        agency.do(offline.remove_card, card["id"])
    assert stopping(agency, "2024-08-15T12:00:00Z") == [("no_primary_card", "2024-08-15")]


@pytest.mark.parametrize("by", ["product", "site", "client", "license", "day"])
@pytest.mark.parametrize("today", ["2024-08-01", "2024-08-03", "2024-08-15", "2024-08-31"])
def test_so_far_is_never_below_zero_where_there_is_credit(
    agency: Agency, by: str, today: str
) -> None:
    keys = agency.issue(AI, 9, at="2024-07-01", site=A, client="Ann")
    agency.issue_one(SCAN, at="2024-07-01", site=B, client="Bob")
    agency.do(close_due, now=CLOSED)
    agency.revoke(*keys, at="2024-07-03", now="2024-08-01T01:00:00Z")
    now = f"{today}T12:00:00Z"
    bill = agency.ask(status, now=now)["bill"]
    shown = agency.ask(preview, now=now, by=by)
    assert minor(bill["to_date"]) == minor(shown["total_to_date"]) == 0
    for groups, total in (("to_date", "total_to_date"), ("amount", "total")):
        assert sum(minor(group[groups]) for group in shown["groups"]) == minor(shown[total])
        assert sum(minor(line[groups]) for line in shown["lines"]) == minor(shown[total])
