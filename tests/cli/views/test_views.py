"""What a person sees: at 80 and 120 columns, without color, in a pipe, with hostile names."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from jpcli.cli.render.plain import cell_width
from jpcli.cli.shared.output import output_for
from jpcli.cli.views.screen import open_screen
from jpcli.cli.views.words import day_range, sparkline
from jpcli.domain.calendar import BillingCalendar
from jpcli.domain.words import count
from tests.cli.conftest import NOW, run_on_terminal

if TYPE_CHECKING:
    from collections.abc import Callable

COLOR = re.compile(r"\x1b\[[0-9;]*m")
VIEWS = [
    ["status"],
    ["invoice", "preview"],
    ["invoice", "preview", "--by", "client", "--markup", "20"],
    ["invoice", "preview", "--by", "license"],
    ["licenses", "list"],
    ["licenses", "count"],
    ["licenses", "count", "--by", "product"],
    ["licenses", "timeline"],
    ["sites", "list"],
    ["sites", "show", "new.example"],
    ["clients", "list"],
    ["clients", "show", "[b]Blog[/b]"],
    ["invoice", "explain", "2026-11"],
    ["invoice", "diff", "2026-10", "2026-11"],
    ["products", "list"],
    ["products", "show", "jetpack-security-t1"],
    ["cards", "list"],
    ["log"],
    ["log", "--limit", "3"],
]


LONG_SITE = "https://a-rather-long-name-of-a-site.agency.example/with/a/path/too"
WIDE_CLIENT = "日本 商店 日本 商店 日本 商店 with a rather long name"


@pytest.mark.alike("columns")
@pytest.mark.parametrize("columns", [80, 100, 120])
@pytest.mark.parametrize("argv", VIEWS, ids=" ".join)
def test_views_fit_the_screen(argv: list[str], columns: int, agency: Callable[..., Any]) -> None:
    agency("issue", "jetpack-scan", "--site", LONG_SITE, "--client", WIDE_CLIENT, now=NOW)
    shown = run_on_terminal(*argv, columns=columns)
    assert shown.code == 0, shown.out
    plain = COLOR.sub("", shown.out)
    assert "\x1b" not in plain
    assert "Traceback" not in plain
    for line in plain.splitlines():
        assert cell_width(line) <= columns, line


@pytest.mark.alike("argv")
@pytest.mark.parametrize("argv", VIEWS, ids=" ".join)
def test_no_color_is_no_color(argv: list[str], agency: Callable[..., Any]) -> None:
    for options in ({"NO_COLOR": "1"}, {"TERM": "dumb"}):
        assert "\x1b" not in run_on_terminal(*argv, env=options).out
    assert "\x1b" not in run_on_terminal(*argv, "--no-color").out


@pytest.mark.alike("argv")
@pytest.mark.parametrize("argv", VIEWS, ids=" ".join)
def test_a_table_in_a_pipe_has_no_color_and_every_key(
    argv: list[str], agency: Callable[..., Any]
) -> None:
    shown = agency(*argv, "--format", "table")
    assert shown.code == 0
    assert "\x1b" not in shown.out
    assert "…" not in shown.out


def keys_of(agency: Callable[..., Any]) -> list[str]:
    return [row["license_key"] for row in agency("licenses", "list", "--json").data["licenses"]]


@pytest.mark.alike("columns")
@pytest.mark.parametrize("columns", [60, 80, 120])
def test_keys_are_never_cut(columns: int, agency: Callable[..., Any]) -> None:
    shown = run_on_terminal("licenses", "list", columns=columns).out
    assert all(key in shown for key in keys_of(agency))
    shown = run_on_terminal("licenses", "timeline", columns=columns).out
    used = [key for key in keys_of(agency) if key in shown]
    assert len(used) == 7  # all but the bundle itself


@pytest.mark.alike("columns")
@pytest.mark.parametrize("columns", [80, 100, 120])
def test_amounts_are_never_cut(columns: int, agency: Callable[..., Any]) -> None:
    data = agency("invoice", "preview", "--json").data
    shown = run_on_terminal("invoice", "preview", columns=columns).out
    for line in data["lines"]:
        assert f"${line['amount']['amount']}" in shown
        assert f"${line['day_price']}" in shown
    for total in ("total", "total_to_date"):
        assert f"${data[total]['amount']}" in shown


def test_no_line_of_a_table_ends_in_spaces(agency: Callable[..., Any]) -> None:
    """Folded cells, empty cells and the bars of a timeline: what a pipe gets can be compared."""
    agency("issue", "jetpack-scan", "--site", LONG_SITE, "--client", WIDE_CLIENT, now=NOW)
    for argv in VIEWS:
        for line in run_on_terminal(*argv, columns=80, env={"NO_COLOR": "1"}).out.splitlines():
            assert line == line.rstrip(), (argv, line)


def test_the_preview_says_what_must_be_known(agency: Callable[..., Any]) -> None:
    shown = agency("invoice", "preview", "--format", "table").out
    title, _, header, *_ = shown.splitlines()
    assert title == "Acme Agency · preview of November 2026 · days in UTC, as of Nov 22"
    assert re.split(r"\s{2,}", header.strip()) == [
        "Product",
        "Assigned",
        "Unassigned",
        "Days so far",
        "Days in Nov",
        "Per day",
        "So far",
        "November",
    ]
    assert "assigned or not" in shown
    assert "the day of issue and the day" in shown
    assert "November assumes that nothing changes after today." in shown
    assert re.search(r"! 5 licenses are unassigned: \$\d+\.\d\d of this bill\.", shown)
    assert re.search(r"Licenses a day   [▁-█]{22}░{8}   0 → \d", shown)


def test_a_month_that_is_over(agency: Callable[..., Any]) -> None:
    shown = agency("invoice", "preview", "--format", "table", now="2026-12-05T00:00:00Z").out
    assert "as of Dec 5" in shown
    shown = agency("invoice", "preview", "2026-11", "--format", "table").out
    assert "as of" not in shown
    assert "So far" not in shown
    assert "assumes" not in shown
    assert "were unassigned" in shown


def test_a_month_without_licenses(agency: Callable[..., Any]) -> None:
    shown = agency("invoice", "preview", "2026-01", "--format", "table")
    assert shown.code == 0
    assert "No license was active in January 2026" in shown.out


def test_markup_in_data_is_data(agency: Callable[..., Any]) -> None:
    for argv in (["clients", "list"], ["invoice", "preview", "--by", "client"], ["sites", "list"]):
        assert "[b]Blog[/b]" in agency(*argv, "--format", "table").out
    (_, row) = agency("licenses", "list", "--state", "revoked").rows
    assert r"\x1b[31mclosed" in agency("licenses", "show", row[0], "--format", "table").out
    assert r"\x1b[31mclosed" in agency("log", "--format", "table").out


def test_history_of_a_license(agency: Callable[..., Any]) -> None:
    (_, row) = agency("licenses", "list", "--state", "revoked").rows
    lines = agency("licenses", "show", row[0], "--format", "table").out.splitlines()
    assert lines[0] == f"{row[0]}   revoked"
    assert "  2026-11-02  2026-11-02     1  (unassigned)" in lines
    assert "  2026-11-03  2026-11-07     5  https://shop.example" in lines
    assert "  2026-11-08  2026-11-20    13  https://new.example" in lines


def test_a_bundle_is_on_no_site_and_is_not_called_unassigned(agency: Callable[..., Any]) -> None:
    (bundle,) = agency("licenses", "list", "--state", "bundle", "--json").data["licenses"]
    key = bundle["license_key"]
    for _ in ("while it lasts", "when it is revoked"):
        shown = agency("licenses", "show", key, "--format", "table").out
        assert "(unassigned)" not in shown.partition("Its 5 licenses")[0]
        assert "2026-11-10" in shown
        agency("revoke", key, "--yes")


def test_a_place_without_licenses_says_so(agency: Callable[..., Any]) -> None:
    agency("clients", "add", "Nobody")
    for line, said in (
        ("clients show Nobody", "No license is on a site of theirs."),
        ("sites show shop.example", "No license is on it."),
    ):
        assert said in agency(*line.split(), "--format", "table").out


def test_the_timeline_draws_days(agency: Callable[..., Any]) -> None:
    shown = agency("licenses", "timeline", "--format", "table").out
    (_, row) = agency("licenses", "list", "--state", "revoked").rows
    (bar,) = [line for line in shown.splitlines() if row[0] in line]
    assert bar.split()[1:] == ["○aaaaabbbbbbbbbbbbb", "19"]
    assert "  a  https://shop.example" in shown
    assert "  b  https://new.example" in shown


def test_a_list_is_cut_on_a_terminal_unless_told(ledger: Callable[..., Any]) -> None:
    ledger("issue", "jetpack-scan", "-n", "260")
    cut = COLOR.sub("", run_on_terminal("licenses", "list").out)
    assert len(re.findall("jetpack-scan_", cut)) == 50
    assert "… and 210 more" in cut
    told = COLOR.sub("", run_on_terminal("licenses", "list", "--limit", "60").out)
    assert len(re.findall("jetpack-scan_", told)) == 60
    everything = COLOR.sub("", run_on_terminal("licenses", "list", "--limit", "0").out)
    assert len(re.findall("jetpack-scan_", everything)) == 260
    assert "more" not in everything
    assert len(ledger("licenses", "list").rows) == 261


def test_nothing_found_is_no_failure(ledger: Callable[..., Any]) -> None:
    for argv in (["licenses", "list"], ["sites", "list"], ["clients", "list"]):
        for form in ("table", "tsv", "csv", "json", "ndjson", "md"):
            assert ledger(*argv, "--format", form).code == 0
    assert ledger("licenses", "list").out.startswith("license_key\tproduct\tstate")


@pytest.mark.no_ledger
def test_words() -> None:
    assert day_range("2026-11-01", "2026-11-14") == "Nov 1–14"
    assert day_range("2026-11-28", "2026-12-03") == "Nov 28 – Dec 3"
    assert day_range("2026-11-28", "2026-11-28") == "Nov 28"
    assert count(1, "license") == "1 license"
    assert count(2000, "license") == "2,000 licenses"


@pytest.mark.no_ledger
@pytest.mark.parametrize(
    ("calendar", "shown"),
    [(None, "2026-11-02 02:30"), (BillingCalendar("America/New_York"), "2026-11-01 21:30")],
)
def test_times_are_those_of_the_ledgers_zone(calendar: BillingCalendar | None, shown: str) -> None:
    screen = open_screen(output_for({}), calendar)
    assert screen.instant("2026-11-02T02:30:15.5Z") == shown
    assert screen.instant(None) == ""


@pytest.mark.no_ledger
@pytest.mark.parametrize(
    ("values", "known", "drawn"),
    [
        ([0, 0, 0], 3, "▁▁▁   0 → 0   least 0, most 0"),
        ([5, 5, 5], 3, "███   5 → 5   least 5, most 5"),
        ([5, 10, 5], 3, "▅█▅   5 → 5   least 5, most 10"),
        ([1, 2, 3], 2, "▃▆░   1 → 3   least 1, most 3"),
        ([0, 1, 2000], 3, "▁▂█   0 → 2,000   least 0, most 2,000"),
        ([3, 0], 0, "░░   3 → 0   least 0, most 3"),
        ([], 0, ""),
    ],
)
def test_sparklines(values: list[int], known: int, drawn: str) -> None:
    assert sparkline(values, known, True).plain == drawn
    assert sparkline(values, known, False).plain.isascii()


def test_ascii_where_stdout_is_not_utf_8(agency: Callable[..., Any]) -> None:
    shown = run_on_terminal("invoice", "preview", env={"PYTHONIOENCODING": "ascii"})
    assert shown.code == 0
    assert COLOR.sub("", shown.out).isascii()


def test_a_price_that_always_held_holds_from_the_beginning(
    jpcli: Callable[..., Any], tmp_path: Path
) -> None:
    prices = tmp_path / "prices.csv"
    prices.write_text("product,amount,from\njetpack-scan,0.50,\njetpack-ai,0.60,2024-01-01\n")
    assert jpcli("init", "--prices", str(prices)).code == 0
    for words in (["products", "show", "jetpack-scan"], ["log"]):
        shown = jpcli(*words, "--format", "table").out
        assert "the beginning" in shown
        assert "1970" not in shown
    assert "2024-01-01" in jpcli("products", "show", "jetpack-ai", "--format", "table").out
    (offer,) = jpcli("products", "show", "jetpack-scan", "--json").data["products"]
    assert offer["prices"][0]["from"] == "1970-01-01"


def test_todays_price_is_found_by_its_date(ledger: Callable[..., Any]) -> None:
    """The same amount may hold three times: yesterday, today and next year."""
    prices = (("2026-11-10", "0.15"), ("2026-11-15", "0.16"), ("2027-02-01", "0.20"))
    for since, price in (*prices, ("2027-03-01", "0.16")):
        ledger("products", "set-price", "jetpack-scan", "--price", price, "--from", since, now=NOW)
    for now, since, later in (
        (NOW, "2026-11-15", "$0.20 from 2027-02-01"),
        ("2027-02-10T00:00:00Z", "2027-02-01", "$0.16 from 2027-03-01"),
        ("2027-03-02T00:00:00Z", "2027-03-01", None),
    ):
        (offer,) = ledger("products", "show", "jetpack-scan", "--json", now=now).data["products"]
        assert offer["since"] == since
        shown = ledger("products", "show", "jetpack-scan", "--format", "table").out
        (today,) = [row for row in shown.splitlines() if "today" in row]
        assert today.split() == [since, f"${offer['day_price']}", "today"]
        shown = ledger("products", "list", "--format", "table").out
        (row,) = [row for row in shown.splitlines() if row.split()[:1] == ["jetpack-scan"]]
        assert row.endswith(later or f"${offer['day_price']}")
