"""The bill that an agency really had for March 2024, line by line (934.03 USD)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from jpcli.services.licenses.licenses import build_filter, count
from tests.services.agency import Agency, minor

DATA = Path(__file__).parent.parent / "data"
MARCH = "2024-03"

# product, bundle, licenses, days (bundle-days for a bundle), day price, amount
BILL = """
jetpack-ai              -  17 527 0.27 142.29
jetpack-anti-spam       -   4 124 0.16  19.84
jetpack-anti-spam      20  20  31 1.93  59.83
jetpack-backup-t1       -   5 155 0.16  24.80
jetpack-backup-t2       -   1  31 0.49  15.19
jetpack-boost           -   5 155 0.32  49.60
jetpack-complete        -   5 155 0.82 127.10
jetpack-monitor         -   4 124 0.04   4.96
jetpack-scan            -   3  93 0.16  14.88
jetpack-search          -   1  31 0.27   8.37
jetpack-security-t1     -  17 527 0.32 168.64
jetpack-security-t1     5  10  62 1.47  91.14
jetpack-security-t1    50  50  31 4.89 151.59
jetpack-social-basic    -   1  31 0.16   4.96
wpcom-hosting-business  -   2  62 0.82  50.84
"""


@pytest.fixture(scope="module")
def agency(tmp_path_factory: pytest.TempPathFactory) -> Agency:
    folder = tmp_path_factory.mktemp("real")
    found = Agency(folder / "ledger.db", "2024-04-01T00:00:00Z")
    found.init(prices=(DATA / "prices.csv").read_text(encoding="utf-8"))
    answer = found.import_file(DATA / "agency-2024-03.ndjson")
    assert answer.data["imported"] == 149
    return found


def billed(line: dict[str, Any]) -> str:
    words = (
        line["product"],
        line["bundle_size"] or "-",
        line["licenses"],
        line["days"],
        line["day_price"],
        line["amount"]["amount"],
    )
    return " ".join(map(str, words))


def test_every_line_is_the_one_on_the_page(agency: Agency) -> None:
    expected = [" ".join(line.split()) for line in BILL.strip().split("\n")]
    assert [billed(line) for line in agency.preview(MARCH)["lines"]] == expected


def test_the_bill_is_934_03_for_145_licenses_of_which_11_are_assigned(agency: Agency) -> None:
    march = agency.preview(MARCH)
    assert march["total"] == {"amount_minor": 93403, "currency": "usd", "amount": "934.03"}
    assert march["total_to_date"] == march["total"]
    assert march["licenses"] == {"total": 145, "assigned": 11, "unassigned": 134}
    assert sum(line["license_days"] for line in march["lines"]) == 4495


@pytest.mark.parametrize("by", ["product", "site", "client", "license", "day"])
def test_every_grouping_adds_up_to_the_same_cent_and_day(agency: Agency, by: str) -> None:
    groups = agency.preview(MARCH, by=by)["groups"]
    for amount in ("amount", "to_date"):
        assert sum(minor(group[amount]) for group in groups) == 93403
    for days in ("days", "days_to_date"):
        assert sum(group[days] for group in groups) == 4495
    assert len(groups) == {"product": 12, "license": 145, "day": 31}.get(by, len(groups))


def test_in_the_middle_of_the_month_the_rest_is_projected(agency: Agency) -> None:
    march = agency.preview(MARCH, as_of="2024-03-10")
    assert march["total"]["amount"] == "934.03"
    assert sum(line["days_to_date"] for line in march["lines"]) == 10 * (65 + 4)
    assert march["total_to_date"]["amount"] == "301.30"
    for by in ("product", "site", "client", "license", "day"):
        groups = agency.preview(MARCH, by=by, as_of="2024-03-10")["groups"]
        assert sum(group["days_to_date"] for group in groups) == 10 * 145
        assert sum(minor(group["to_date"]) for group in groups) == 30130
    assert [group["day"] for group in groups if group["days_to_date"]][-1] == "2024-03-10"


def test_the_same_file_again_changes_nothing(agency: Agency) -> None:
    before = agency.state()
    answer = agency.import_file(DATA / "agency-2024-03.ndjson")
    assert (answer.data["imported"], answer.data["unchanged"]) == (0, 149)
    assert agency.state() == before


def test_the_licenses_are_counted_as_the_page_counted_them(agency: Agency) -> None:
    with agency.desk(writes=False) as desk:
        counted = count(desk, build_filter(desk)).data
    assert counted == {"total": 145, "assigned": 11, "unassigned": 134, "revoked": 0}


def test_the_ledger_is_whole(agency: Agency) -> None:
    assert agency.check()["ok"]
