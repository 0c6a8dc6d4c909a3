"""By site and by license, of which there may be very many: in order by name, and no cent astray."""

from __future__ import annotations

from typing import Any

import pytest

from jpcli.ledger.queries import names_in_order
from jpcli.services.billing.preview import preview
from jpcli.services.sites.rename import rename_site
from tests.services.agency import Agency, minor
from tests.services.remainders import close_june

KEYS = {"site": "site", "license": "license_key"}
SUPPOSED = ["jetpack-scan:12@2024-07-20", "jetpack-ai:2@2024-06-10"]
QUESTIONS: dict[str, dict[str, Any]] = {
    "closed": {"month": "2024-06"},
    "corrected": {"month": "2024-07"},
    "later": {"month": "2024-08"},
    "with a markup": {"month": "2024-07", "markup": "33.3"},
    "as of": {"month": "2024-06", "as_of": "2024-06-20"},
    "what if": {"month": "2024-07", "issue": SUPPOSED, "markup": "5"},
    "one client": {"month": "2024-07", "client": "Ann", "markup": "5"},
    "one client, closed": {"month": "2024-06", "client": "Ann", "markup": "5"},
    "nobody": {"month": "2024-07", "client": ""},
}


@pytest.fixture
def changed(agency: Agency) -> Agency:
    """A remainder on every line; sites renamed before and after a month was closed, and corrections
    of it; some licenses are on no site, and a bundle is."""
    keys = close_june(agency, {"c": "Ann", "a": "Bob", "e": "Ann", "b": None})
    agency.do(rename_site, "e.example", "1.example")
    agency.do(rename_site, "c.example", "e.example")
    agency.revoke(keys["c"][0], at="2024-06-20T10:00:00Z")
    agency.assign(keys["e"][1], "late.example", client="Ann", at="2024-06-10T10:00:00Z")
    agency.now = "2024-07-25T12:00:00Z"
    return agency


@pytest.mark.parametrize("by", KEYS)
@pytest.mark.parametrize("asked", QUESTIONS.values(), ids=QUESTIONS)
def test_m5_groups_are_in_order_add_up_and_are_the_same_of_few_and_many(
    changed: Agency, monkeypatch: pytest.MonkeyPatch, asked: dict[str, Any], by: str
) -> None:
    shown = changed.preview(by=by, **asked)
    names = [row[KEYS[by]] for row in shown["groups"]]
    assert names == sorted(names, key=lambda name: (name is None, name or ""))
    assert len(set(names)) == len(names) > 1 or asked.get("client") == ""
    for name, total in (("to_date", "total_to_date"), ("amount", "total")):
        assert sum(minor(row[name]) for row in shown["groups"]) == minor(shown[total])
    if "markup" in asked:
        marked = sum(minor(row["amount_with_markup"]) for row in shown["groups"])
        assert marked == minor(shown["total_with_markup"])
    monkeypatch.setattr(names_in_order, "_FEW", 0)
    assert changed.preview(by=by, **asked) == shown


def test_i8_sites_are_shown_as_at_the_closing_and_as_now(changed: Agency) -> None:
    def sites(month: str) -> list[Any]:
        found = [row["site"] for row in changed.preview(month, by="site")["groups"]]
        return [site and site.removeprefix("https://").partition(".")[0] for site in found]

    assert sites("2024-06") == ["b", "c", "e", "ya", None]
    assert sites("2024-07") == ["1", "b", "e", "late", "ya", None]


def test_m5_supposed_licenses_are_served_by_name_and_before_those_there_are(
    agency: Agency,
) -> None:
    keys = agency.issue("jetpack-scan", 3, at="2024-08-01T10:00:00Z")
    agency.set_price("jetpack-scan", "0.0043", "2024-08-01")
    shown = agency.preview("2024-08", by="license", issue=["jetpack-scan:12@2024-08-01"])
    amounts = {row["license_key"]: minor(row["amount"]) for row in shown["groups"]}
    supposed = sorted(f"(new jetpack-scan {number})" for number in range(1, 13))
    assert list(amounts) == [*supposed, *sorted(keys)]
    least = min(amounts.values())
    more = [name for name, amount in amounts.items() if amount > least]
    # 2.00 for 15 licenses with the same days: of what is left over the first have a cent each.
    assert more == list(amounts)[:5]


@pytest.mark.parametrize("by", KEYS)
@pytest.mark.parametrize(
    ("price", "markup", "field"),
    [("0.0101", None, "amount"), ("0.30", "0.1", "amount_with_markup")],
)
def test_m5_the_first_by_name_have_what_is_left_over_though_they_came_last(
    agency: Agency, by: str, price: str, markup: str | None, field: str
) -> None:
    """Also where only a markup leaves anything over: 10 days of 0.30 come to 3.00, and so do those
    of a site, of which 0.1 % are 0.01 and a bit for all of them."""
    agency.set_price("jetpack-scan", price, "2024-06-01")
    for site in "edcba":
        key = agency.issue_one(at="2024-06-01T10:00:00Z")
        agency.assign(key, f"{site}.example", at="2024-06-01T11:00:00Z")
        agency.revoke(key, at="2024-06-10T10:00:00Z")
    shown = agency.preview("2024-06", by=by, **({"markup": markup} if markup else {}))
    amounts = [minor(row[field]) for row in shown["groups"]]
    assert amounts == sorted(amounts, reverse=True)
    assert 0 < amounts.count(max(amounts)) < len(amounts) == 5


def test_groups_can_be_counted_and_read_again(changed: Agency) -> None:
    with changed.desk(writes=False) as desk:
        for by in KEYS:
            rows = preview(desk, "2024-07", by).data["groups"].rows
            first = list(rows)
            assert len(rows) == len(first) > 4  # type: ignore[arg-type]
            assert list(rows) == first
