"""The days of units that are on the bill of two months, counted one by one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from jpcli.domain.bill_change import Shared
from jpcli.domain.periods import Period
from jpcli.ledger.queries import shared_days
from jpcli.ledger.queries.shared_days import MonthDays
from tests.ledger.queries.counted import day_zero, parts
from tests.ledger.queries.world import DAYS, World

if TYPE_CHECKING:
    from jpcli.ledger.database.connection import Ledger

MAY, JUNE, JULY = (0, 30), (31, 60), (61, 91)


@pytest.mark.parametrize("months", [(MAY, JUNE), (MAY, JULY), (JUNE, JUNE), (JULY, MAY)], ids=str)
def test_units_with_days_in_two_months(ledger: Ledger, world: World, months: Any) -> None:
    check(ledger, world, months)


def test_the_first_and_the_last_day_of_a_month_are_in_it(ledger: Ledger, world: World) -> None:
    """Months that begin where a license ends, and end where one begins."""
    for day in {life.last for life in world.lives if life.last is not None}:
        check(ledger, world, ((0, DAYS), (day, day + 9)))
    for day in {life.first for life in world.lives}:
        check(ledger, world, ((0, day), (0, DAYS)))


def check(ledger: Ledger, world: World, months: Any) -> None:
    zero = day_zero(ledger)
    earlier, later = (
        MonthDays(Period(zero + first, zero + last, "2024-05")) for first, last in months
    )
    for _, part, lives in parts(ledger, world):
        if part.child:
            continue
        expected = [0] * len(Shared._fields)
        for life in lives:
            there = [
                [day for day in range(first, last + 1) if life.active(day)]
                for first, last in months
            ]
            if all(there):
                ends = [
                    end
                    for found, (first, last) in zip(there, months, strict=True)
                    for end in (found[0] - first, last - found[-1])
                ]
                row = [1, *map(len, there), *ends]
                expected = [a + b for a, b in zip(expected, row, strict=True)]
        found = shared_days.shared_units(ledger, part.offer_id, earlier, later)
        assert found == Shared(*expected)
