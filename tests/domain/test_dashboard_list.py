"""Lists of licenses as people copy and type them: what is understood, and what is said instead."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import jpcli
from jpcli.domain.dashboard_list import Listed, read_list

TODAY = date(2026, 11, 22)
PRICES = Path(jpcli.__file__).parent / "data" / "prices.csv"
KEY = "jetpack-scan_xZjtE12WIVwBus4n2wbIrYcIM"
OTHER = "jetpack-boost_xZjtE12WIVwBus4n2wbIrYcIM"


def _shipped() -> dict[str, list[str]]:
    with PRICES.open() as file:
        rows = [row for row in csv.DictReader(file) if row["bundle_size"] == "1"]
    return {row["product"]: [row["name"]] for row in rows}


PRODUCTS = _shipped()


def read(text: str) -> list[tuple[str | None, ...]]:
    """Product, site, key and dates of each license; there must be no problem."""
    found = read_list(text.splitlines(), PRODUCTS, TODAY)
    assert not found.problems
    return [_told(one) for one in found.licenses]


def _told(one: Listed) -> tuple[str | None, ...]:
    return (one.product, one.site, one.license_key, one.issued, one.assigned)


def on(product: str, site: str | None = None) -> tuple[str | None, ...]:
    return _told(Listed(0, f"jetpack-{product}", site and f"https://{site}"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a.example: Scan, Boost", [on("scan", "a.example"), on("boost", "a.example")]),
        ("Scan on a.example", [on("scan", "a.example")]),
        ("a.example\n  Scan\n- Boost\n", [on("scan", "a.example"), on("boost", "a.example")]),
        ("Scan\na.example\n\nBoost\n", [on("scan", "a.example"), on("boost")]),
        ("site,product\na.example,scan", [on("scan", "a.example")]),
        ("Product\tSite\nJetpack Scan\thttps://A.example/", [on("scan", "a.example")]),
        ("| Site | Product |\n|---|---|\n| a.example | Scan |", [on("scan", "a.example")]),
        ("Scan x2", [on("scan"), on("scan")]),
        ("2 x Scan a.example", [on("scan", "a.example")] * 2),
        ("product,quantity\nscan,2", [on("scan"), on("scan")]),
        ("Scan\nUnassigned\nAssign\nRevoke", [on("scan")]),
        ("WordPress.com hosting", [("wpcom-hosting-business", None, None, None, None)]),
        ("", []),
        ("Product Site Issued on\n", []),
    ],
)
def test_what_is_understood(text: str, expected: list[tuple[str | None, ...]]) -> None:
    assert read(text) == expected


@pytest.mark.parametrize(
    ("text", "clients"),
    [
        ("a.example: Scan, client: Ada Ltd", ["Ada Ltd"]),
        ("a.example  Client: Ada Ltd\nScan\nBoost", ["Ada Ltd"] * 2),
        ("Scan on a.example; client:Scan", ["Scan"]),
        ("a.example: Scan\nb.example: Boost, client: b.example", [None, "b.example"]),
        ("Product\tSite\tClient\nScan\ta.example\tAda: x2\nBoost\tb.example\t", ["Ada: x2", None]),
        ("client,site,product\n'Scan',a.example,scan\n,b.example,scan", ["Scan", None]),
        ("| Site | Client | Product |\n|---|---|---|\n| a.example | Ada | Scan |", ["Ada"]),
        ("Scan a.example\nBoost a.example client: Ada", ["Ada"] * 2),
        ("Site Client\nScan a.example", [None]),
        ("Client:\nScan a.example", [None]),
        ("a.example  client: Ada Ltd   Scan", ["Ada Ltd"]),
    ],
)
def test_a_client_is_taken_where_the_text_says_that_it_is_one(
    text: str, clients: list[str | None]
) -> None:
    found = read_list(text.splitlines(), PRODUCTS, TODAY)
    assert not found.problems
    assert [one.client for one in found.licenses] == clients


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("Scan a.example\nScan client: Ada", "client_without_site", 2),
        ("Scan a.example client: Ada\nBoost a.example client: Bob", "site_two_clients", 2),
        ("Scan a.example, Ada Ltd", "unknown_product", 1),
        ("Scan a.example client: Ada 4242 4242 4242 4242", "card_number", 1),
        ("Anti-spam, bundle of 20", "bundle_in_list", 1),
        ("Scan a.example\nJetpack Security Bundle (20)", "bundle_in_list", 2),
        ("2 bundles of 5 x Scan", "bundle_in_list", 1),
    ],
)
def test_what_is_said_of_clients_and_bundles(text: str, code: str, line: int) -> None:
    found = read_list(text.splitlines(), PRODUCTS, TODAY)
    assert [(problem.code, problem.line) for problem in found.problems] == [(code, line)]


@pytest.mark.parametrize(
    ("name", "product"),
    [
        ("jetpack-scan", "scan"),
        ("Scan Daily", "scan"),
        ("SCAN", "scan"),
        ("Jetpack VaultPress Backup (10GB)", "backup-t1"),
        ("Backup 1 TB", "backup-t2"),
        ("Security", "security-t1"),
        ("Akismet Anti-spam", "anti-spam"),
        ("AI", "ai"),
        ("Social", "social-basic"),
    ],
)
def test_names_that_mean_one_product(name: str, product: str) -> None:
    assert read(name) == [on(product)]


@pytest.mark.parametrize(
    "text",
    [
        f"{KEY}\na.example\nIssued on: Feb 14, 2024\nAssigned on: Mar 1, 2024",
        f"Jetpack Scan\n{KEY}\na.example\n14 February 2024\n1 Mar 2024",
        f"license_key,product,issued_at,site\n{KEY},jetpack-scan,2024-02-14T10:00Z,a.example,2024-03-01",
        f"Scan on a.example  {KEY}  2024-03-01  2024-02-14",
    ],
)
def test_keys_and_dates(text: str) -> None:
    assert read(text) == [("jetpack-scan", "https://a.example", KEY, "2024-02-14", "2024-03-01")]


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("Scan\nBackup", "several_products", 2),
        ("Scan\nfoo bar", "unknown_product", 2),
        ("Scan Realtime", "unknown_product", 1),
        ("Scan 2/3/2024", "unknown_product", 1),
        ("Scan\n2/3/2024", "bad_date", 2),
        ("Scan Feb 30, 2024", "bad_date", 1),
        ("Scan\n2026-11-23", "time_in_future", 2),
        ("2024-02-14\nScan", "nothing_before", 1),
        ("Scan a.example b.example", "two_sites", 1),
        ("Scan\na.example\nb.example", "two_sites", 3),
        (f"Scan\n{OTHER}\n{OTHER}", "double_license", 3),
        ("nothing_xZjtE12WIVwBus4n2wbIrYcIM", "unknown_product", 1),
        (f"Scan x3 {KEY}", "many_keys", 1),
        (f"Boost {KEY}", "key_differs", 1),
        ("Scan x1000", "bad_quantity", 1),
        ("Scan x0", "bad_quantity", 1),
        ("500 x Scan, 500 x Boost", "bad_quantity", 1),
        ("Scan x2, 500", "bad_quantity", 1),
        ("999, 999 x Scan, 999 x AI", "bad_quantity", 1),
        ("Scan, " + "9" * 5000, "unknown_product", 1),
    ],
)
def test_what_is_not_understood_is_said_with_its_line(text: str, code: str, line: int) -> None:
    found = read_list(text.splitlines(), PRODUCTS, TODAY)
    assert [(problem.code, problem.line) for problem in found.problems] == [(code, line)]


def test_what_follows_a_line_that_is_not_understood_goes_to_no_other_license() -> None:
    found = read_list(["Scan", "Scam", "a.example"], PRODUCTS, TODAY)
    assert [problem.line for problem in found.problems] == [2, 3]
    assert [one.site for one in found.licenses] == [None]


@given(st.lists(st.text(max_size=60), max_size=12))
def test_whatever_is_pasted_is_read_or_said(lines: list[str]) -> None:
    found = read_list(lines, PRODUCTS, TODAY)
    assert all(one.product in PRODUCTS for one in found.licenses)
    assert all(1 <= (problem.line or 0) <= len(lines) for problem in found.problems)


names = st.sampled_from([found[0] for found in PRODUCTS.values()])
sites = st.integers(0, 99).map(lambda number: f"s{number}.example")
lists = st.lists(st.tuples(names, st.none() | sites), min_size=1, max_size=20)


def _written(way: str, name: str, site: str | None) -> str:
    if way == "stacked":
        return f"Jetpack {name}\n{site or 'Unassigned'}\n"
    if way == "table":
        return f"{site or ''}\t{name}"
    return f"{name} on {site}" if site else name


@given(lists, st.sampled_from(["stacked", "table", "words"]))
def test_a_list_comes_back_from_each_way_of_writing_it(
    wanted: list[tuple[str, str | None]], way: str
) -> None:
    text = "\n".join(_written(way, name, site) for name, site in wanted)
    slugs = {found[0]: slug for slug, found in PRODUCTS.items()}
    assert [found[:2] for found in read(text)] == [
        (slugs[name], site and f"https://{site}") for name, site in wanted
    ]


@given(st.lists(st.tuples(sites, st.lists(names, min_size=1, max_size=4)), min_size=1, max_size=8))
def test_products_below_their_sites(wanted: list[tuple[str, list[str]]]) -> None:
    text = "\n".join(
        f"{site}\n" + "\n".join(f"  {name}" for name in found) for site, found in wanted
    )
    slugs = {found[0]: slug for slug, found in PRODUCTS.items()}
    assert [found[:2] for found in read(text)] == [
        (slugs[name], f"https://{site}") for site, found in wanted for name in found
    ]
