"""What days cost, through the use cases: M1 to M6, and I1 where it speaks of the preview."""

from __future__ import annotations

from pathlib import Path

import pytest

from jpcli.domain.errors import BadInput, Failed, Refused
from jpcli.ledger.database.schema import EVENT_TABLES, STATE_TABLES
from jpcli.services.products.products import list_products
from tests.services.agency import BEGUN, A, Agency, B, minor


def priced(tmp_path: Path, prices: str, currency: str) -> Agency:
    agency = Agency(tmp_path / "priced.db").init(currency=currency, prices=prices)
    agency.card(now=BEGUN)
    return agency


def test_m1_a_day_price_is_exact_to_12_places_of_the_minor_unit(agency: Agency) -> None:
    agency.set_price("jetpack-ai", "0.00000000000001", "2024-07-01")
    agency.issue_one("jetpack-ai", at="2024-07-01")
    (line,) = agency.preview("2024-07")["lines"]
    assert line["day_price"] == "0.00000000000001"
    with pytest.raises(BadInput) as caught:
        agency.set_price("jetpack-ai", "0.000000000000001", "2024-07-01")
    assert caught.value.code == "bad_price"


def test_m1_nothing_in_the_ledger_is_a_float(agency: Agency) -> None:
    agency.set_price("jetpack-ai", "0.1234567890123", "2024-07-01")
    agency.issue_one("jetpack-ai", at="2024-07-01", site=A)
    kinds = {
        kind
        for table in (*EVENT_TABLES, *STATE_TABLES)
        for row in agency.stored(f"SELECT * FROM {table}")
        for kind in map(type, row)
    }
    largest = "SELECT MAX(day_price_e12) FROM prices WHERE from_day > 738900"
    ((price,),) = agency.stored(largest)
    assert kinds <= {int, str, bytes, type(None)}
    assert price == 12_345_678_901_230


def test_m2_a_price_change_splits_the_line_and_the_change_day_has_the_new_price(
    agency: Agency,
) -> None:
    agency.issue_one("jetpack-scan", at="2024-07-01")
    agency.set_price("jetpack-scan", "0.20", "2024-07-11")
    before, after = agency.preview("2024-07")["lines"]
    assert (before["first_day"], before["last_day"], before["days"]) == (
        "2024-07-01",
        "2024-07-10",
        10,
    )
    assert (after["first_day"], after["last_day"], after["days"]) == (
        "2024-07-11",
        "2024-07-31",
        21,
    )
    assert [minor(before["amount"]), minor(after["amount"])] == [160, 420]


def test_m2_a_license_in_two_lines_is_counted_once_in_the_month(agency: Agency) -> None:
    agency.issue("jetpack-scan", 2, at="2024-07-01")
    placed = agency.issue_one("jetpack-scan", at="2024-07-01", site=A)
    agency.unassign(placed, at="2024-07-20")
    agency.set_price("jetpack-scan", "0.20", "2024-07-11")
    july = agency.preview("2024-07")
    assert july["licenses"] == {"total": 3, "assigned": 0, "unassigned": 3}
    assert [(line["licenses"], line["assigned"]) for line in july["lines"]] == [(3, 1), (3, 0)]


def test_m2_the_same_price_again_does_not_split_the_line(agency: Agency) -> None:
    agency.issue_one("jetpack-scan", at="2024-07-01")
    agency.set_price("jetpack-scan", "0.16", "2024-07-11")
    (line,) = agency.preview("2024-07")["lines"]
    assert line["days"] == 31


def test_m2_of_two_prices_for_one_day_the_later_one_holds(agency: Agency) -> None:
    agency.issue_one("jetpack-scan", at="2024-07-01")
    agency.set_price("jetpack-scan", "0.50", "2024-07-01")
    agency.set_price("jetpack-scan", "0.30", "2024-07-01")
    (line,) = agency.preview("2024-07")["lines"]
    assert line["day_price"] == "0.30"


@pytest.mark.parametrize(
    ("currency", "month_price", "day_price"),
    [
        ("usd", "10", "0.33"),  # 0.32877 a day
        ("usd", "9.95", "0.33"),  # 0.32712
        ("usd", "0.01", "0.00"),
        ("usd", "0.1521", "0.01"),  # 0.0050005, above the half
        ("jpy", "1000", "33"),  # 32.877
        ("kwd", "10", "0.329"),
    ],
)
def test_m3_a_price_per_month_becomes_one_per_day_by_times_12_over_365(
    tmp_path: Path, currency: str, month_price: str, day_price: str
) -> None:
    prices = f"product,amount,price_interval\njetpack-ai,{month_price},month\n"
    agency = priced(tmp_path, prices, currency)
    (product,) = agency.ask(list_products)["products"]
    assert product["day_price"] == day_price


@pytest.mark.parametrize(
    ("currency", "day_price", "days", "amount", "amount_minor"),
    [
        ("usd", "0.005", 1, "0.01", 1),  # half a cent, away from zero
        ("usd", "0.005", 2, "0.01", 1),  # rounded once, at the line
        ("usd", "0.0049", 1, "0.00", 0),
        ("usd", "0.27", 31, "8.37", 837),
        ("jpy", "0.5", 1, "1", 1),
        ("jpy", "16", 31, "496", 496),
        ("kwd", "0.004", 1, "0.000", 0),  # KWD steps by 10 minor units
        ("kwd", "0.005", 1, "0.010", 10),
        ("kwd", "0.275", 1, "0.280", 280),
        ("kwd", "0.275", 3, "0.830", 830),  # 0.825
    ],
)
def test_m4_a_line_is_rounded_once_to_the_smallest_chargeable_step(
    tmp_path: Path, currency: str, day_price: str, days: int, amount: str, amount_minor: int
) -> None:
    agency = priced(tmp_path, f"product,amount\njetpack-ai,{day_price}\n", currency)
    key = agency.issue_one("jetpack-ai", at="2024-07-01")
    agency.revoke(key, at=f"2024-07-{days:02d}")
    july = agency.preview("2024-07")
    expected = {"amount_minor": amount_minor, "currency": currency, "amount": amount}
    assert july["lines"][0]["amount"] == july["total"] == july["total_to_date"] == expected


def test_m4_an_invoice_is_the_sum_of_its_rounded_lines(agency: Agency) -> None:
    for product in ("jetpack-ai", "jetpack-scan"):
        agency.set_price(product, "0.005", "2024-07-01")
        agency.revoke(agency.issue_one(product, at="2024-07-01"), at="2024-07-01")
    july = agency.preview("2024-07")
    assert [minor(line["amount"]) for line in july["lines"]] == [1, 1]
    assert minor(july["total"]) == 2


@pytest.mark.parametrize("by", ["product", "site", "client", "license", "day"])
def test_m5_parts_add_up_to_the_whole_to_the_last_minor_unit(agency: Agency, by: str) -> None:
    agency.set_price("jetpack-ai", "0.0333", "2024-07-01")
    for number in range(7):
        key = agency.issue_one("jetpack-ai", at=f"2024-07-0{number + 1}", site=f"s{number}.example")
        if number % 2:
            agency.move_site(f"s{number}.example", "Ann", at="2024-07-15")
        if number % 3:
            agency.revoke(key, at="2024-07-20")
    july = agency.preview("2024-07", by=by)
    assert sum(minor(group["amount"]) for group in july["groups"]) == minor(july["total"])
    assert sum(minor(group["to_date"]) for group in july["groups"]) == minor(july["total_to_date"])
    assert sum(group["days"] for group in july["groups"]) == sum(
        line["license_days"] for line in july["lines"]
    )


def test_m5_ties_go_in_a_stable_order(agency: Agency) -> None:
    """2 cents over three equal sites: the first two in the order of their names have one each."""
    agency.set_price("jetpack-ai", "0.0066", "2024-07-01")
    for site in ("https://c.example", "https://a.example", "https://b.example"):
        agency.revoke(agency.issue_one("jetpack-ai", at="2024-07-01", site=site), at="2024-07-01")
    groups = agency.preview("2024-07", by="site")["groups"]
    assert [(group["site"], minor(group["amount"])) for group in groups] == [
        ("https://a.example", 1),
        ("https://b.example", 1),
        ("https://c.example", 0),
    ]


def test_m5_a_bundles_amount_is_split_over_the_days_of_its_children(agency: Agency) -> None:
    _, (first, second, _third) = agency.bundle(at="2024-07-01")
    agency.assign(first, A, at="2024-07-01")
    agency.assign(second, B, at="2024-07-16")
    july = agency.preview("2024-07", by="site")
    assert minor(july["total"]) == 31 * 50
    assert [(g["site"], g["days"], minor(g["amount"])) for g in july["groups"]] == [
        (A, 31, 517),  # 31 of 93 license-days: 516.67
        (B, 16, 267),  # 266.67
        (None, 46, 766),  # 766.67, whose remainder is the last of three equal ones
    ]


def test_m6_a_price_in_another_currency_is_refused(agency: Agency, tmp_path: Path) -> None:
    before = agency.state()
    prices = tmp_path / "eur.csv"
    prices.write_text("product,amount,currency\njetpack-ai,0.27,usd\njetpack-scan,1,EUR\n")
    with pytest.raises(BadInput) as caught:
        agency.import_prices(prices)
    assert [(p.code, p.line) for p in caught.value.problems] == [("other_currency", 3)]
    assert agency.state() == before


def test_i1_a_day_without_a_price_stops_the_preview_and_says_what_to_do(agency: Agency) -> None:
    """Imported licenses may be older than the price list."""
    agency.issue_one(at="2024-07-01")
    history = Path(agency.called + ".history.csv")
    history.write_text("license_key,product,issued_at\nold_1,jetpack-ai,2021-12-31T00:00Z\n")
    agency.import_file(history)
    with pytest.raises(Failed) as caught:
        agency.preview("2021-12")
    assert (caught.value.code, caught.value.subject) == ("no_price", "jetpack-ai")
    assert "products set-price jetpack-ai" in str(caught.value.hint)
    assert agency.preview("2022-01")["lines"]


def test_i1_nothing_is_issued_on_a_day_without_a_price(agency: Agency) -> None:
    before = agency.state()
    with pytest.raises(Refused) as caught:
        agency.issue_one("jetpack-ai", at="2021-12-31")
    assert caught.value.code == "no_price"
    assert agency.state() == before


def test_i1_a_markup_is_added_to_the_lines_and_to_the_groups_alike(agency: Agency) -> None:
    for site in (A, B):
        agency.issue_one(at="2024-07-01", site=site)
    agency.issue_one("jetpack-ai", at="2024-07-31")
    july = agency.preview("2024-07", by="site", markup="12.5")
    lines = [minor(line["amount_with_markup"]) for line in july["lines"]]
    assert lines == [30, 1116]  # 27 + 3.375, and 992 + 124
    assert minor(july["total_with_markup"]) == sum(lines)
    assert sum(minor(group["amount_with_markup"]) for group in july["groups"]) == sum(lines)
