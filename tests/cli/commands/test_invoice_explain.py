"""`invoice explain`, `invoice diff`, `invoice preview --months` and `status`, as they are typed."""

from __future__ import annotations

import csv
import io
import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from jpcli.cli.render.plain import cell_width
from tests.cli.conftest import run_on_terminal

if TYPE_CHECKING:
    from collections.abc import Callable

COLOR = re.compile(r"\x1b\[[0-9;]*m")
NOW = "2026-12-20T09:00:00Z"
VIEWS = [
    ["invoice", "explain", "2026-11"],
    ["invoice", "explain", "2026-12"],
    ["invoice", "diff", "2026-11", "2026-12"],
    ["invoice", "diff", "2026-12", "2026-11"],
    ["invoice", "preview", "--months", "4"],
    ["invoice", "preview", "2027-01", "--months", "4", "--markup", "20"],
    ["invoice", "preview", "2026", "--by", "site", "--markup", "20"],
    ["invoice", "preview", "2027", "--by", "license"],
    ["invoice", "preview", "--no-client"],
    ["status"],
]


@pytest.fixture
def billed(agency: Callable[..., Any]) -> Callable[..., Any]:
    """November is closed and late; December corrects it, and has a new price."""
    agency("invoice", "close", "2026-11", now="2026-12-01T10:00:00Z")
    agency("products", "set-price", "jetpack-complete", "--price", "0.90", "--from", "2026-12-11")
    (_, row) = agency("licenses", "list", "--state", "assigned").rows
    agency("revoke", row[0], "--yes", "--at", "2026-11-25", now="2026-12-02T10:00:00Z")
    assert agency("ledger", "check", now=NOW).code == 0
    return agency


@pytest.mark.alike("columns")
@pytest.mark.parametrize("columns", [80, 100, 120])
@pytest.mark.parametrize("argv", VIEWS, ids=" ".join)
def test_views_fit_the_screen(argv: list[str], columns: int, billed: Callable[..., Any]) -> None:
    shown = run_on_terminal(*argv, columns=columns)
    assert shown.code == 0, shown.out
    plain = COLOR.sub("", shown.out)
    assert "\x1b" not in plain
    for line in plain.splitlines():
        assert cell_width(line) <= columns, line


def test_an_explanation_reads_as_a_sentence(billed: Callable[..., Any]) -> None:
    shown = billed("invoice", "explain", "2026-11", "--format", "table")
    assert "INV-2026-11 for November 2026, explained" in shown.out
    assert "issued Nov 2 (the issue day counts), active to the end of the month" in shown.out
    assert "issued Nov 2 (the issue day counts), revoked Nov 20 (the revoke day" in shown.out
    assert re.search(r"shop.example of Shop Nov 3–7, new.example Nov 8–20", shown.out)
    assert re.search(r"issued 2026-11-02 09:30 by tester, event \d+", shown.out)
    assert "is corrected" not in shown.err
    assert "2026-11 will be corrected on INV-2026-12 by" in shown.err
    later = billed("invoice", "explain", "2026-12", "--format", "table").out
    assert "correction of November 2026   -5 days" in later
    assert "revoked Nov 25, recorded Dec 2; 24 days instead of 29" in later


def test_a_bundle_is_no_license_without_a_site(billed: Callable[..., Any]) -> None:
    billed("invoice", "mark-paid", "2026-11")
    assert billed("issue", "jetpack-anti-spam", "--bundle", "20").code == 0
    listed = billed("licenses", "list", "--state", "bundle", "--product", "jetpack-anti-spam")
    parent = listed.rows[-1][0]
    rows = billed("invoice", "explain", "2026-12", "--format", "table").out.splitlines()
    (row,) = [row for row in rows if parent in row]
    assert "(unassigned)" not in row
    assert sum("(unassigned)" in row for row in rows if "jetpack-anti-spam_" in row) == 20


def test_a_long_address_goes_on_after_a_slash(billed: Callable[..., Any]) -> None:
    billed("invoice", "mark-paid", "2026-11")
    site = "https://a.example/the-first/the-second/without-any-end-that-somebody-could-see"
    assert billed("issue", "jetpack-scan", "--site", site).code == 0
    shown = run_on_terminal("invoice", "explain", "2026-12", columns=60).out
    rows = [COLOR.sub("", row).strip() for row in shown.splitlines()]
    assert any(row.endswith("/") for row in rows)
    assert any(row.startswith("without-any-end-that-somebody-could-see") for row in rows)


def test_a_long_explanation_is_cut_on_a_terminal(billed: Callable[..., Any]) -> None:
    billed("invoice", "mark-paid", "2026-11")
    assert billed("issue", "jetpack-scan", "-n", "260").code == 0
    shown = COLOR.sub("", run_on_terminal("invoice", "explain", "2026-12").out)
    assert len(re.findall("jetpack-scan_", shown)) == 50
    assert "260 licenses, 12 days each, 3,120 days in all" in shown
    assert "… and 210 more licenses" in shown
    told = run_on_terminal("invoice", "explain", "2026-12", "--limit", "3")
    assert len(re.findall("jetpack-scan_", told.out)) == 3
    everything = run_on_terminal("invoice", "explain", "2026-12", "--limit", "0").out
    assert len(re.findall("jetpack-scan_", everything)) == 260


def test_an_explanation_as_json_is_whole(billed: Callable[..., Any]) -> None:
    assert billed("invoice", "mark-paid", "2026-11").code == 0
    billed("issue", "jetpack-scan", "-n", "3000")
    whole = billed("invoice", "explain", "2026-12", "--json")
    assert whole.data["period"] == "2026-12"
    for line in whole.data["lines"]:
        assert sum(item["days"] for item in line["licenses"]) == line["license_days"]
        keys = [item["license_key"] for item in line["licenses"]]
        assert len(keys) == len(set(keys))
    on_terminal = run_on_terminal("invoice", "explain", "2026-12", "--json").out
    data, _ = json.JSONDecoder().raw_decode(on_terminal)
    assert data["data"]["lines"] == whole.data["lines"]


@pytest.mark.alike("form")
@pytest.mark.parametrize("form", ["csv", "ndjson", "tsv", "md"])
def test_an_explanation_as_a_table(form: str, billed: Callable[..., Any]) -> None:
    shown = billed("invoice", "explain", "2026-12", "--format", form)
    assert (shown.code, shown.err[:1]) == (0, "")
    lines = billed("invoice", "explain", "2026-12", "--json").data["lines"]
    days = sum(line["license_days"] + (line["days"] if line["bundles"] else 0) for line in lines)
    if form == "csv":
        assert sum(int(row["days"]) for row in csv.DictReader(io.StringIO(shown.out))) == days
    if form == "ndjson":
        assert sum(json.loads(row)["days"] for row in shown.out.splitlines()) == days
    cut = billed("invoice", "explain", "2026-12", "--format", form, "--limit", "1")
    assert len(cut.out.splitlines()) == {"ndjson": 1, "md": 3}.get(form, 2)


def test_nothing_to_explain(billed: Callable[..., Any]) -> None:
    shown = billed("invoice", "explain", "2026-01", "--format", "table")
    assert "No license was active, so nothing is on the bill of January 2026" in shown.out
    shown = billed("invoice", "explain", "2026-11", "--product", "jetpack-ai", "--format", "table")
    assert "Nothing of jetpack-ai is on the bill of November 2026" in shown.out
    assert billed("invoice", "explain", "2026-11", "--license", "nobody").code == 2


def test_a_difference_reads_from_total_to_total(billed: Callable[..., Any]) -> None:
    data = billed("invoice", "diff", "2026-11", "2026-12", "--json").data
    shown = billed("invoice", "diff", "2026-11", "2026-12", "--format", "table").out
    assert "November 2026, INV-2026-11" in shown
    assert "December 2026, projected" in shown
    for part in data["parts"]:
        if part["amount"]["amount_minor"]:
            sign = "+" if part["amount"]["amount_minor"] > 0 else "-"
            assert f"{sign}${part['amount']['amount'].removeprefix('-')}" in shown
    rows = csv.DictReader(
        io.StringIO(billed("invoice", "diff", "2026-11", "2026-12", "--format", "csv").out)
    )
    total = sum(int(row["amount"].replace(".", "")) for row in rows)
    assert total == data["difference"]["amount_minor"]
    assert (
        "nothing changed"
        in billed("invoice", "diff", "2026-11", "2026-11", "--format", "table").out
    )


def test_a_difference_by_site_counts_what_it_leaves_out(billed: Callable[..., Any]) -> None:
    line = ("invoice", "diff", "2026-11", "2026-12", "--by", "site")
    groups = billed(*line, "--limit", "0", "--json").data["groups"]
    assert len(groups) == 4
    for limit in (0, 1, 3, 4, 5):
        shown = billed(*line, "--limit", str(limit), "--format", "table").out
        for number, group in enumerate(groups):
            name = group["site"] or "(unassigned)"
            assert (f"  {name} " in shown) == (not limit or number < limit)
        left = f"and {4 - limit} site{'s' if limit < 3 else ''} more "
        assert (left in shown) == (0 < limit < 4)
    alike = ("invoice", "diff", "2026-11", "2026-11", "--by", "site", "--format", "table")
    assert "4 sites with the same as before." in billed(*alike).out


def test_a_forecast_is_a_table_of_months(billed: Callable[..., Any]) -> None:
    shown = billed("invoice", "preview", "--months", "3", "--format", "table").out
    for month in ("December 2026", "January 2027", "February 2027", "Total"):
        assert month in shown
    rows = billed("invoice", "preview", "--months", "3").rows
    assert [row[0] for row in rows] == ["period", "2026-12", "2027-01", "2027-02"]
    data = billed("invoice", "preview", "--months", "3", "--json").data
    assert (len(data["months"]), data["period"]) == (3, "2026-12")
    assert data["months"][0]["total"] == data["total"]


@pytest.mark.parametrize(
    "argv", [["--months", "0"], ["--months", "121"], ["--months", "2", "--by", "day"]]
)
def test_a_forecast_that_makes_no_sense(argv: list[str], billed: Callable[..., Any]) -> None:
    assert billed("invoice", "preview", *argv).code == 2


def test_status_says_what_to_do(billed: Callable[..., Any]) -> None:
    shown = billed("status", "--format", "table").out
    assert "INV-2026-11 over $" in shown
    assert "issuing waits" in shown
    assert "jpcli invoice mark-paid INV-2026-11" in shown
    assert "On no site, the oldest first: what that has cost in December" in shown
    assert "All unassigned days" in shown
    later = billed("status", "--format", "table", now="2027-05-01T00:00:00Z").out
    assert "2026-12, 2027-01, 2027-02 and 2 more: over, not closed yet" in later
    assert "jpcli invoice close --due" in later


ABOUT_DECEMBER = ["invoice preview 2026-12", "invoice explain 2026-12", "invoice show INV-2026-12"]


@pytest.mark.parametrize("line", ABOUT_DECEMBER)
@pytest.mark.parametrize("late_price", [False, True])
def test_a_correction_has_a_price_where_it_is_days_times_that(
    late_price: bool, line: str, billed: Callable[..., Any]
) -> None:
    if late_price:
        change = ("products", "set-price", "jetpack-complete", "--price", "0.50")
        assert billed(*change, "--from", "2026-11-10", now=NOW).code == 0
    if "show" in line:
        assert billed("invoice", "close", "2026-12", now="2027-01-01T10:00:00Z").code == 0
    data = billed(*line.split(), "--json").data
    lines = (data["invoice"] if "show" in line else data)["lines"]
    (found,) = (each for each in lines if each["kind"] == "adjustment")
    assert (found["day_price"] is None) is late_price
    if not late_price:
        assert (
            round(float(found["day_price"]) * found["days"] * 100)
            == found["amount"]["amount_minor"]
        )
