"""What a change costs or saves is said before it is done, and asked about where it is much."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.cli.conftest import run_on_terminal

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cli.conftest import Run


@pytest.fixture
def there(jpcli: Callable[..., Run]) -> Callable[..., Run]:
    """Three licenses of 16 cents a day, on a site of Ann's; it is November 22."""
    for line in (
        "init --quiet",
        "cards add --brand visa --last4 4242 --exp 12/2030",
        "issue jetpack-scan -n 3 --site a.example --client Ann",
    ):
        assert jpcli(*line.split(), now="2026-11-22T11:00:00Z").code == 0
    return jpcli


def _events(jpcli: Callable[..., Run]) -> int:
    return int(jpcli("log", "--json").data["total"])


@pytest.mark.parametrize(
    ("words", "asks"),
    [
        ("jetpack-scan -n 3", False),  # as much again
        ("jetpack-scan -n 4", True),  # more than that
        ("jetpack-ai", False),
        ("jetpack-ai -n 2", True),
        ("jetpack-scan -n 26", True),
        ("jetpack-anti-spam --bundle 20", True),
        ("jetpack-scan -n 4 --yes", False),
        ("jetpack-scan -n 26 --dry-run", False),
    ],
)
def test_much_is_asked_about_on_a_terminal(
    there: Callable[..., Run], words: str, asks: bool
) -> None:
    before = _events(there)
    shown = run_on_terminal("issue", *words.split(), answer="n\n")
    assert ("Continue?" in shown.out) == asks
    assert (_events(there) == before) == (asks or "--dry-run" in words)
    if asks:
        assert "a day is billed even if revoked at once" in " ".join(shown.out.split())
        assert "All that is active costs $0.48 a day now." in shown.out


def test_a_yes_issues_them_and_without_a_terminal_nothing_is_asked(
    there: Callable[..., Run],
) -> None:
    before = _events(there)
    assert run_on_terminal("issue", "jetpack-scan", "-n", "26", answer="y\n").code == 0
    assert _events(there) == before + 26
    assert there("issue", "jetpack-scan", "-n", "100").code == 0


def test_the_first_license_of_all_is_not_asked_about(jpcli: Callable[..., Run]) -> None:
    jpcli("init", "--quiet")
    jpcli("cards", "add", "--brand", "visa", "--last4", "4242", "--exp", "12/2030")
    assert "Continue?" not in run_on_terminal("issue", "jetpack-scan").out


def test_a_file_is_asked_about_as_a_whole(there: Callable[..., Run], tmp_path: Any) -> None:
    orders = tmp_path / "orders.csv"
    orders.write_text("product,quantity\njetpack-scan,20\njetpack-ai,6\n")
    shown = run_on_terminal("issue", "--from", str(orders), answer="n\n")
    assert "Issue 26 licenses?" in shown.out
    assert "Costs $4.82 a day, $43.38 to the end of November" in shown.out


def test_revoking_says_product_site_client_and_what_is_saved(there: Callable[..., Run]) -> None:
    key, *_ = (row["license_key"] for row in there("licenses", "list", "--json").data["licenses"])
    shown = run_on_terminal("revoke", key, answer="n\n").out
    assert "1 jetpack-scan on https://a.example of Ann" in shown
    assert "Saves $1.28 of November's bill" in shown
    tried = there("revoke", key, "--dry-run", "--json").data
    assert tried["saves"]["rest_of_month"]["amount_minor"] == 8 * 16
    before = there("invoice", "preview", "--json").data["total"]["amount_minor"]
    done = there("revoke", key, "--yes", "--json")
    assert "saves" not in done.data
    after = there("invoice", "preview", "--json").data["total"]["amount_minor"]
    assert before - after == 8 * 16


@pytest.mark.parametrize(
    ("begin", "at", "told", "amounts"),
    [
        ("2026-10", None, "Saves $1.28 of November's bill", (128, 0, False)),
        ("2026-10", "2026-11-20", "Saves $1.60 of November's bill", (160, 0, False)),
        (
            "2026-10",
            "2026-10-21",
            "Saves $4.80 of November's bill, $1.60 for earlier months",
            (480, 160, False),
        ),
        (
            "2026-10",
            "2026-09-21",
            "Saves $4.80 of November's bill, $4.96 for earlier months",
            (480, 496, False),
        ),
        (
            "2026-09",
            "2026-09-21",
            "Saves $4.80 of November's bill, $6.40 for earlier months",
            (480, 640, False),
        ),
        ("2026-11", "2026-10-21", "Saves $4.80 of November's bill", (480, 0, False)),
        (
            "2026-12",
            None,
            "Saves $1.28 of November's bill; November is settled elsewhere",
            (128, 0, True),
        ),
    ],
)
def test_revoking_says_what_it_saves_in_months_that_are_billed_here(
    jpcli: Callable[..., Run], begin: str, at: str | None, told: str, amounts: tuple[int, int, bool]
) -> None:
    """Of what is dated back, too, as issuing does."""
    jpcli("init", "--quiet", "--bill-from", begin, now="2026-09-02T00:00:00Z")
    jpcli("cards", "add", "--brand", "visa", "--last4", "4242", "--exp", "12/2030")
    key = jpcli("issue", "jetpack-scan", "--at", "2026-09-02", "--json").data["licenses"][0]
    words = ["revoke", key["license_key"], "--dry-run", "--json", *(("--at", at) if at else ())]
    tried = jpcli(*words, now="2026-11-22T11:00:00Z")
    assert [note["message"] for note in tried.json["notes"] if note["code"] == "saves"] == [told]
    saves = tried.data["saves"]
    found = [saves[name]["amount_minor"] for name in ("rest_of_month", "earlier_months")]
    assert (*found, saves["settled_elsewhere"]) == amounts


def test_voiding_says_what_is_on_the_invoice(there: Callable[..., Run]) -> None:
    assert there("invoice", "close", "--due", now="2026-12-02T00:00:00Z").code == 0
    shown = run_on_terminal("invoice", "void", "INV-2026-11", answer="n\n").out
    assert "INV-2026-11, November 2026: Scan Daily" in shown
    assert "$4.32 of it would not be owed" in shown


@pytest.mark.parametrize("by", [[], ["--by", "site"]])
def test_a_supposition_says_before_after_and_difference(
    there: Callable[..., Run], by: list[str]
) -> None:
    what = ["--issue", "jetpack-ai:2@2026-11-25", *by]
    data = there("invoice", "preview", *what, "--json").data
    found = {name: data["what_if"][name]["amount"] for name in ("before", "after", "difference")}
    assert found == {"before": "4.32", "after": "7.56", "difference": "3.24"}
    assert data["total"] == data["what_if"]["after"]
    shown = run_on_terminal("invoice", "preview", *what).out
    assert "November 2026 without it $4.32, with it $7.56: +$3.24" in shown


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("jetpack-scan", "Costs $0.16 a day, $0.20 from 2026-11-28 on, $1.56 to the end of Nov"),
        (
            "jetpack-scan -n 2",
            "Costs $0.32 a day, each $0.20 from 2026-11-28 on, $3.12 to the end of November; a",
        ),
        (
            "jetpack-scan --at 2026-10-30",
            "from 2026-11-28 on, $4.92 to the end of November, $0.32 for earlier months; a day",
        ),
        ("jetpack-scan --at 2026-11-20", "$1.88 to the end of November; a day"),
        ("jetpack-scan --at 2026-11-01", "$4.92 to the end of November; a day"),
        ("jetpack-ai", "Costs $0.27 a day, $2.43 to the end of November; a day"),
        ("jetpack-anti-spam --bundle 20", "Costs $1.93 a day, $17.37 to the end of November; a"),
    ],
)
def test_issuing_says_what_it_costs_also_by_later_prices_and_in_earlier_months(
    jpcli: Callable[..., Run], words: str, told: str
) -> None:
    jpcli("init", "--quiet", "--bill-from", "2026-10", now="2026-11-22T11:00:00Z")
    jpcli("cards", "add", "--brand", "visa", "--last4", "4242", "--exp", "12/2030")
    jpcli("products", "set-price", "jetpack-scan", "--price", "0.20", "--from", "2026-11-28")
    done = jpcli("issue", *words.split(), "--yes", "--json")
    (message,) = [note["message"] for note in done.json["notes"] if note["code"] == "costs"]
    assert told in message


@pytest.mark.parametrize(("price", "other"), [("0.16", "0.27"), ("0.1633", "0.2711")])
@pytest.mark.parametrize("at", ["2026-11-20", "2026-10-30", "2026-09-29", "2026-08-15"])
def test_issuing_costs_what_previews_differ_by(
    jpcli: Callable[..., Run], tmp_path: Any, price: str, other: str, at: str
) -> None:
    """Of two products in one file, in this month and in those before it that are billed here."""
    jpcli("init", "--quiet", "--bill-from", "2026-09", now="2026-11-22T11:00:00Z")
    jpcli("cards", "add", "--brand", "visa", "--last4", "4242", "--exp", "12/2030")
    for product, cents in (("jetpack-scan", price), ("jetpack-ai", other)):
        jpcli("products", "set-price", product, "--price", cents, "--from", "2022-01-01")
    jpcli("issue", "jetpack-scan", "-n", "3", "--at", "2026-09-03")
    months = ("2026-09", "2026-10", "2026-11")

    def totals() -> list[int]:
        return [
            jpcli("invoice", "preview", month, "--json").data["total"]["amount_minor"]
            for month in months
        ]

    orders = tmp_path / "orders.csv"
    orders.write_text("product,quantity\njetpack-scan,2\njetpack-ai,1\njetpack-scan,1\n")
    before = totals()
    costs = jpcli("issue", "--from", str(orders), "--at", at, "--json").data["costs"]
    more = [after - was for after, was in zip(totals(), before, strict=True)]
    found = [costs[name]["amount_minor"] for name in ("earlier_months", "rest_of_month")]
    assert found == [more[0] + more[1], more[2]]
    assert costs["first_day"] == max(at, "2026-11-01")
    assert (costs["period"], costs["last_day"]) == ("2026-11", "2026-11-30")


def test_revoking_saves_the_sum_of_all_lines(there: Callable[..., Run]) -> None:
    """Two products, and a price that changes meanwhile (M2)."""
    there("issue", "jetpack-ai", "-n", "2")
    there("products", "set-price", "jetpack-ai", "--price", "0.30", "--from", "2026-11-29")
    before = there("invoice", "preview", "--json").data["total"]["amount_minor"]
    tried = there("revoke", "--state", "active", "--all", "--dry-run", "--json").data
    assert tried["saves"]["rest_of_month"]["amount_minor"] == before - 3 * 16 - 2 * 27


def test_books_that_begin_later_bill_nothing_of_it(jpcli: Callable[..., Run]) -> None:
    jpcli("init", "--quiet", "--bill-from", "2026-12")
    jpcli("cards", "add", "--brand", "visa", "--last4", "4242", "--exp", "12/2030")
    done = jpcli("issue", "jetpack-scan", "--json")
    assert done.data["costs"]["settled_elsewhere"] is True
    assert "November is settled elsewhere" in done.err
