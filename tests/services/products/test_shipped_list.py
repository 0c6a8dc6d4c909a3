"""The price list that ships: readable, and with the day prices that agencies were billed by."""

from __future__ import annotations

from jpcli.domain.errors import Problem
from jpcli.services.files.read import read_rows
from jpcli.services.products.price_list import (
    PRICE_COLUMNS,
    PRICE_REQUIRED,
    checked_prices,
    shipped_list,
)

E12 = 10**12

DAY_PRICES_E12 = {
    ("jetpack-ai", 1): 27 * E12,
    ("jetpack-anti-spam", 1): 16 * E12,
    ("jetpack-anti-spam", 20): 193 * E12,
    ("jetpack-backup-t1", 1): 16 * E12,
    ("jetpack-backup-t2", 1): 49 * E12,
    ("jetpack-boost", 1): 32 * E12,
    ("jetpack-complete", 1): 82 * E12,
    ("jetpack-monitor", 1): 4 * E12,
    ("jetpack-scan", 1): 16 * E12,
    ("jetpack-search", 1): 27 * E12,
    ("jetpack-security-t1", 1): 32 * E12,
    ("jetpack-security-t1", 5): 147 * E12,
    ("jetpack-security-t1", 50): 489 * E12,
    ("jetpack-social-basic", 1): 16 * E12,
    ("wpcom-hosting-business", 1): 82 * E12,
}


def test_the_default_price_list_has_the_published_day_prices() -> None:
    problems: list[Problem] = []
    with shipped_list() as path:
        rows = read_rows(path, known=PRICE_COLUMNS, required=PRICE_REQUIRED, problems=problems)
        prices = checked_prices(rows, "usd", problems, "2022-01-01")
    assert problems == []
    assert {(p.product, p.bundle_size): p.day_price_e12 for p in prices} == DAY_PRICES_E12
    assert {price.since for price in prices} == {"2022-01-01"}


def test_each_offer_of_the_default_price_list_has_a_name_of_its_own() -> None:
    with shipped_list() as path:
        rows = list(read_rows(path, known=PRICE_COLUMNS, required=PRICE_REQUIRED, problems=[]))
    assert len({row.values["name"] for row in rows}) == len(rows)
