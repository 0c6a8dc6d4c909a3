"""Whose part of the bill changed: sites by name now, in columns, as two previews have them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from jpcli.services.billing import holder_days
from jpcli.services.clients.rename import rename_client
from jpcli.services.invoices import close, settle
from jpcli.services.invoices.diff import diff
from jpcli.services.sites.rename import rename_site
from tests.services.agency import Agency, minor
from tests.services.remainders import close_june

MONTHS = ["2024-06", "2024-07", "2024-08"]
PAIRS = [(one, other) for one in MONTHS for other in MONTHS]
# What sites and clients were called when June was closed, and are called since.
SINCE = {
    "site": {"https://b.example": "https://zb.example", "https://c.example": "https://b.example"},
    "client": {"Bob": "Zoe", "Ann": "Bob"},
}


@pytest.fixture
def changed(agency: Agency) -> Agency:
    """Remainders on every line, sites renamed before and after a month was closed, and corrections
    of it; some licenses are on no site, and a bundle is."""
    keys = close_june(agency, {"c": "Ann", "a": "Bob", "e": "Ann", "b": "Bob", "d": None})
    agency.do(rename_site, "b.example", "zb.example")
    agency.do(rename_site, "c.example", "b.example")
    agency.do(rename_client, "Bob", "Zoe")
    agency.do(rename_client, "Ann", "Bob")
    agency.revoke(keys["d"][0], at="2024-06-20T10:00:00Z")
    agency.assign(keys["e"][1], "late.example", at="2024-06-10T10:00:00Z")
    agency.revoke(keys["e"][0], at="2024-06-03T12:00:00Z")
    agency.now = "2024-08-02T12:00:00Z"
    agency.do(close.close, "2024-07")
    for site in "cab":
        agency.revoke(keys[site][1], at="2024-07-20T10:00:00Z")
        agency.revoke(keys[site][0], at="2024-07-25T10:00:00Z")
    return agency


def rows(agency: Agency, one: str, other: str, by: str = "site") -> list[tuple[Any, ...]]:
    found = agency.ask(diff, one, other, by)["groups"]
    money = ("from_amount", "to_amount", "difference")
    return [
        (row[by], row["from_days"], row["to_days"], *(minor(row[name]) for name in money))
        for row in found
    ]


def previewed(agency: Agency, month: str, by: str) -> dict[str | None, tuple[int, int]]:
    """(days, amount) of each site or client by its name now."""
    called = SINCE[by] if month == "2024-06" else {}
    return {
        called.get(row[by], row[by]): (row["days"], minor(row["amount"]))
        for row in agency.preview(month, by=by)["groups"]
    }


def by_change(row: tuple[Any, ...]) -> tuple[int, bool, str]:
    return -abs(row[5]), row[0] is None, row[0] or ""


@pytest.mark.parametrize("by", ["site", "client"])
def test_sites_and_clients_have_what_two_previews_say(changed: Agency, by: str) -> None:
    for month in MONTHS[1:]:  # one is closed, and one is not
        assert "adjustment" in [line["kind"] for line in changed.preview(month)["lines"]]
    for one, other in PAIRS:
        before, after = previewed(changed, one, by), previewed(changed, other, by)
        expected = []
        for name in before.keys() | after.keys():
            (had_days, had), (days, has) = before.get(name, (0, 0)), after.get(name, (0, 0))
            expected.append((name, had_days, days, had, has, has - had))
        expected.sort(key=by_change)
        found = rows(changed, one, other, by)
        assert [row for row in found if any(row[1:])] == expected, (one, other)


@pytest.mark.parametrize("by", ["site", "client"])
def test_i3_credit_is_nobodys(agency: Agency, by: str) -> None:
    """It is made in July, and used in August."""
    keys = agency.issue("jetpack-scan", 3, at="2024-06-01T10:00:00Z")
    agency.assign(keys[0], "a.example", client="Ann", at="2024-06-01T10:00:00Z")
    agency.do(close.close, "2024-06")
    agency.do(settle.mark_paid, "2024-06")
    agency.revoke(*keys, at="2024-06-01T12:00:00Z")
    agency.do(close.close, "2024-07")
    agency.issue("jetpack-ai", 2, at="2024-08-05T10:00:00Z")
    for one, other in PAIRS:
        data = agency.ask(diff, one, other, by)
        assert data["by"] == by
        for side in ("from", "to"):
            parts = [minor(row[f"{side}_amount"]) for row in data["groups"]]
            assert sum(parts) == minor(data[f"{side}_total"]), (one, other)
    (_, ann) = sorted(rows(agency, "2024-06", "2024-07", by), key=lambda row: row[0] or "")
    assert ann[3:] == (480, -464, -944)  # what was corrected is hers, and what is carried is not


def test_what_costs_something_without_a_day_of_a_license_is_nobodys(agency: Agency) -> None:
    """A bundle of a history that has nothing in it."""
    history = Path(agency.called).with_suffix(".csv")
    history.write_text(
        "license_key,product,issued_at,revoked_at,bundle_size\n"
        "p_1,jetpack-security-t1,2024-06-01,2024-06-10,3\n"
    )
    agency.import_file(history)
    for by in SINCE:
        assert rows(agency, "2024-06", "2024-07", by) == [(None, 0, 0, 500, 0, -500)]
        assert rows(agency, "2024-05", "2024-06", by) == [(None, 0, 0, 0, 500, 500)]
        assert rows(agency, "2024-07", "2024-08", by) == []


@pytest.mark.parametrize("at_once", [1, 2, 5])
def test_very_many_sites_are_in_the_same_order(
    changed: Agency, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    expected = [rows(changed, *pair) for pair in PAIRS]
    assert max(map(len, expected)) > 5
    monkeypatch.setattr(holder_days, "_AT_ONCE", at_once)
    assert [rows(changed, *pair) for pair in PAIRS] == expected
