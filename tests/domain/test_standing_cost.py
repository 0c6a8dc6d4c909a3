"""What standing licenses cost: each line of each month rounded by itself (M4)."""

from __future__ import annotations

from jpcli.domain.periods import Period
from jpcli.domain.prices import PricePoint
from jpcli.domain.standing_cost import Saved, rates_of, standing_cost

E12 = 10**12
MONTHS = [Period(1, 30, "2026-11"), Period(31, 61, "2026-12")]


def test_a_change_of_price_splits_the_month_and_each_line_is_rounded() -> None:
    rates = rates_of([PricePoint(0, E12 // 2), PricePoint(40, E12)], MONTHS)
    assert rates is not None
    # 30 half cents are 15; 9 half cents are 4.5, which is 5; and 22 are 22.
    assert standing_cost(rates, 1, "usd") == Saved(15, 15 + 5 + 22)
    assert standing_cost(rates, 0, "usd") == Saved(0, 0)
    assert rates.weight == 30 * E12 // 2 + 9 * E12 // 2 + 22 * E12


def test_days_without_a_price_have_no_rates() -> None:
    assert rates_of([PricePoint(2, E12)], MONTHS) is None
    assert rates_of([], MONTHS) is None


def test_three_decimal_currencies_step_by_ten() -> None:
    rates = rates_of([PricePoint(0, E12)], MONTHS)
    assert rates is not None
    assert standing_cost(rates, 1, "kwd") == Saved(30, 60)
    assert standing_cost(rates, 7, "kwd") == Saved(210, 430)
