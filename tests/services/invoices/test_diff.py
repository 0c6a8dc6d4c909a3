"""What made the bill change between two months of a real ledger."""

from __future__ import annotations

from typing import Any

import pytest

from jpcli.domain.errors import BadInput
from jpcli.services.invoices import close, settle
from jpcli.services.invoices.diff import diff
from tests.services.agency import A, Agency, minor


def parts(found: dict[str, Any]) -> dict[str, tuple[int, int | None]]:
    """(amount, days) of each reason that is not nothing."""
    return {
        part["reason"]: (minor(part["amount"]), part["days"])
        for part in found["parts"]
        if minor(part["amount"]) or part["days"]
    }


def test_each_reason_has_its_part(agency: Agency) -> None:
    _, goes = agency.issue("jetpack-scan", 2, at="2024-05-20T10:00:00Z")
    agency.revoke(goes, at="2024-06-10T10:00:00Z")
    agency.issue_one(at="2024-07-22T10:00:00Z")
    agency.set_price("jetpack-scan", "0.20", "2024-07-01")
    found = agency.ask(diff, "2024-06", "2024-07")
    # June: 30 + 10 days at 0.16; July: 31 + 10 days at 0.20.
    assert (minor(found["from_total"]), minor(found["to_total"])) == (640, 820)
    assert parts(found) == {
        "issued": (160, 10),
        "revoked": (-160, -10),
        "month_length": (16, 1),
        "price": (41 * 4, None),
    }
    assert minor(found["difference"]) == 180
    (product,) = found["products"]
    assert (product["product"], product["bundle_size"]) == ("jetpack-scan", None)
    assert minor(product["difference"]) == 180
    assert product["parts"] == found["parts"][:-1]  # credit belongs to no product


def test_bundles_count_bundle_days(agency: Agency) -> None:
    agency.bundle(at="2024-06-30T10:00:00Z")
    found = agency.ask(diff, "2024-06", "2024-07")
    assert parts(found) == {"issued": (29 * 50, 29), "month_length": (50, 1)}
    assert found["products"][0]["bundle_size"] == 3


def test_i2_closed_months_are_compared_as_they_were_billed(agency: Agency) -> None:
    key, _ = agency.issue("jetpack-scan", 2, at="2024-06-01T10:00:00Z")
    agency.do(close.close, "2024-06")
    agency.do(settle.mark_paid, "2024-06")
    before = agency.ask(diff, "2024-06", "2024-07")
    assert parts(before) == {"month_length": (32, 2)}
    agency.revoke(key, at="2024-06-20T10:00:00Z")
    found = agency.ask(diff, "2024-06", "2024-07")
    # July no longer has it; June's invoice still has its 30 days, and 10 come back as a correction.
    assert parts(found) == {
        "revoked": (-480, -30),
        "month_length": (16, 1),
        "adjustments": (-160, -10),
    }
    assert (found["from_invoice"], found["to_invoice"]) == ("INV-2024-06", None)


def test_i3_credit_is_a_part_of_no_product(agency: Agency) -> None:
    keys = agency.issue("jetpack-scan", 2, at="2024-06-01T10:00:00Z")
    agency.do(close.close, "2024-06")
    agency.do(settle.mark_paid, "2024-06")
    agency.revoke(*keys, at="2024-06-01T12:00:00Z")
    found = agency.ask(diff, "2024-06", "2024-07")
    assert parts(found)["credit"] == (928, None)
    assert found["products"][-1]["product"] is None
    assert sum(minor(product["difference"]) for product in found["products"]) == -960
    assert sum(amount for amount, _ in parts(found).values()) == -960


def test_a_month_and_itself_and_empty_months(agency: Agency) -> None:
    agency.issue_one(at="2024-06-01T10:00:00Z")
    same = agency.ask(diff, "2024-07", "2024-07")
    assert (parts(same), minor(same["difference"])) == ({}, 0)
    none = agency.ask(diff, "2024-01", "2024-02")
    assert (none["products"], minor(none["difference"])) == ([], 0)
    assert [part["reason"] for part in none["parts"]] == [
        "issued",
        "revoked",
        "price",
        "month_length",
        "adjustments",
        "credit",
    ]


def test_the_other_way_round_is_the_opposite(agency: Agency) -> None:
    agency.issue_one(at="2024-06-10T10:00:00Z")
    there = parts(agency.ask(diff, "2024-06", "2024-07"))
    back = parts(agency.ask(diff, "2024-07", "2024-06"))
    assert there == {"issued": (9 * 16, 9), "month_length": (16, 1)}
    assert back == {"issued": (-9 * 16, -9), "month_length": (-16, -1)}


def test_a_month_that_is_none(agency: Agency) -> None:
    with pytest.raises(BadInput, match="not a month"):
        agency.ask(diff, "2024-07", "July")


def test_last_month_and_this_one_unless_told(agency: Agency) -> None:
    agency.issue("jetpack-scan", 2, at="2024-06-20T10:00:00Z")
    agency.now = "2024-07-10T12:00:00Z"
    found = agency.ask(diff)
    assert (found["from"], found["to"]) == ("2024-06", "2024-07")
    assert agency.ask(diff, "2024-05")["to"] == "2024-07"
    assert found["sentence"] == (
        "July will cost $6.40 more than June: 2 licenses were issued and the month is 1 day longer."
    )


def test_the_sentence_counts_what_came_and_went(agency: Agency) -> None:
    stays, goes = agency.issue("jetpack-scan", 2, at="2024-06-01T10:00:00Z")
    agency.issue("jetpack-scan", 3, at="2024-06-02T10:00:00Z")
    agency.revoke(goes, at="2024-07-30T10:00:00Z")
    short = agency.issue_one(at="2024-07-03T10:00:00Z")
    agency.revoke(short, at="2024-07-03T11:00:00Z")
    agency.bundle(at="2024-07-01T10:00:00Z")
    told = agency.ask(diff, "2024-06", "2024-07")["sentence"]
    # The one that came and went within July only made it more: its days are all issued ones.
    assert "4 licenses and 1 bundle were issued" in told
    assert "against that, 1 license was revoked" in told
    assert stays in agency.groups("2024-07", "license")
    # From the earlier month to the later one, whichever is named first.
    assert agency.ask(diff, "2024-07", "2024-06")["sentence"] == told


def test_the_sentence_names_what_has_another_price_on_both_bills(agency: Agency) -> None:
    for product, at in (("jetpack-scan", "2024-05-20"), ("jetpack-ai", "2024-05-20")):
        agency.issue_one(product, at=at)
    agency.issue_one("jetpack-security-t1", at="2024-07-02")
    agency.set_price("jetpack-scan", "0.20", "2024-07-01")
    agency.set_price("jetpack-security-t1", "0.40", "2024-07-10")
    told = agency.ask(diff, "2024-06", "2024-07")["sentence"]
    assert told == (
        "July cost $13.03 more than June: 1 license was issued, the price of Scan Daily changed"
        " and the month is 1 day longer."
    )
    agency.set_price("jetpack-ai", "0.37", "2024-06-10")
    assert " prices changed " in agency.ask(diff, "2024-06", "2024-07")["sentence"]


def test_w2_clients_and_sites_add_up_to_the_change(agency: Agency) -> None:
    first, second = agency.issue("jetpack-scan", 2, at="2024-06-10T10:00:00Z")
    agency.assign(first, A, at="2024-06-12T10:00:00Z")
    agency.move_site(A, "Ann", at="2024-06-20T10:00:00Z")
    agency.do(close.close, "2024-06")
    agency.do(settle.mark_paid, "2024-06")
    agency.assign(second, A, at="2024-07-01T10:00:00Z")
    agency.revoke(first, at="2024-06-25T10:00:00Z")
    for by in ("client", "site"):
        found = agency.ask(diff, "2024-06", "2024-07", by)
        for name in ("from", "to"):
            sums = sum(minor(group[f"{name}_amount"]) for group in found["groups"])
            assert sums == minor(found[f"{name}_total"])
        changes = [minor(group["difference"]) for group in found["groups"]]
        assert sum(changes) == minor(found["difference"])
        assert changes == sorted(changes, key=lambda change: -abs(change))
        assert {group[by] for group in found["groups"]} == {None, "Ann" if by == "client" else A}
    with pytest.raises(BadInput) as caught:
        agency.ask(diff, "2024-06", "2024-07", "license")
    assert caught.value.code == "bad_by"


@pytest.mark.parametrize(
    ("now", "months", "is_open"),
    [
        ("2024-08-30T23:59:59Z", ("2024-07", "2024-08"), (False, True)),
        ("2024-08-31T00:00:00Z", ("2024-07", "2024-08"), (False, False)),
        ("2024-08-15T00:00:00Z", ("2024-08", "2024-07"), (True, False)),
        ("2024-08-31T00:00:00Z", ("2024-08", "2024-07"), (False, False)),
        ("2024-08-15T00:00:00Z", ("2024-08", "2024-09"), (True, True)),
    ],
)
def test_i1_a_month_counts_whole_and_is_open_until_its_last_day(
    agency: Agency, now: str, months: tuple[str, str], is_open: tuple[bool, bool]
) -> None:
    agency.issue("jetpack-scan", 2, at="2024-06-20T10:00:00Z")
    agency.issue_one("jetpack-ai", at="2024-08-10T10:00:00Z")
    agency.now = now
    found = agency.ask(diff, *months)
    assert (found["from_open"], found["to_open"]) == is_open
    totals = [minor(agency.preview(month)["total"]) for month in months]
    assert [minor(found["from_total"]), minor(found["to_total"])] == totals
    later = max(zip(months, is_open, strict=True))
    assert ("will" in found["sentence"]) == later[1]


def test_the_sentence_names_no_price_of_what_is_corrected_or_gone(agency: Agency) -> None:
    scan, _ = agency.issue("jetpack-scan", 2, at="2024-06-10T10:00:00Z")
    gone = agency.issue_one("jetpack-ai", at="2024-06-10T10:00:00Z")
    agency.revoke(gone, at="2024-06-20T10:00:00Z")
    agency.do(close.close, "2024-06")
    agency.do(settle.mark_paid, "2024-06")
    agency.revoke(scan, at="2024-06-25T10:00:00Z")
    agency.set_price("jetpack-ai", "0.50", "2024-07-01")
    found = agency.ask(diff, "2024-06", "2024-07")
    assert "adjustment" in {line["kind"] for line in agency.preview("2024-07")["lines"]}
    assert "price" not in found["sentence"]
