"""Sums of groups in columns, held against the same groups in dicts."""

from __future__ import annotations

import tracemalloc
from array import array
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jpcli.domain import day_columns
from jpcli.domain.calculator import compute_groups, nobody_last
from jpcli.domain.columns import NO_NUMBER, ManyShares
from jpcli.domain.day_columns import GroupSums, NumberedDays, all_numbers
from jpcli.domain.shares import Holder, Share
from tests.domain.test_calculator import line

# What a name has for a number; served by name.
NUMBERS = {"a": 7, "b": -2, "c": 1, "d": 2**62, None: None}
NAMES = {NO_NUMBER if number is None else number: name for name, number in NUMBERS.items()}
DAYS = st.tuples(st.integers(0, 4), st.integers(0, 4)).map(lambda two: (min(two), max(two)))
LINES = st.lists(
    st.tuples(
        st.integers(0, 40),
        st.integers(0, 40),
        st.dictionaries(st.sampled_from(list(NUMBERS)), DAYS),
    ),
    max_size=4,
)


@given(LINES)
def test_m5_sums_in_columns_are_those_of_groups(told: list[tuple[int, int, Any]]) -> None:
    lines = [
        line("0.16", 1, 1)._replace(to_date_minor=to_date, amount_minor=amount)
        for to_date, amount, _ in told
    ]
    weights = [by_name for _, _, by_name in told]
    days = [
        NumberedDays((NUMBERS[name], *by_name[name]) for name in nobody_last(by_name))
        for by_name in weights
    ]
    sums = GroupSums(all_numbers(one.numbers for one in days))
    for one, numbered in zip(lines, days, strict=True):
        sums.add_line(numbered, one.to_date_minor, one.amount_minor)
    found = {NAMES[number]: sums.row(place) for place, number in enumerate(sums.numbers)}
    expected = {group.key: group[1:] for group in compute_groups(lines, weights, "usd")}
    assert {name: row for name, row in found.items() if any(row)} == expected


@pytest.mark.parametrize("few", [0, 1_000_000])
@given(columns=st.lists(st.lists(st.sampled_from(list(NAMES)))))
def test_numbers_are_in_order_each_once_and_nobodys_last(
    few: int, columns: list[list[int]]
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(day_columns, "_FEW_IN_ALL", few)
        found = all_numbers(array("q", column) for column in columns)
    assert list(found) == sorted({NO_NUMBER}.union(*columns))


@pytest.mark.parametrize("few", [0, 100])
def test_what_has_no_number_has_no_place(few: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(day_columns, "_FEW", few)
    sums = GroupSums(array("q", [1, 5]))
    assert [sums.place_of(number) for number in (0, 1, 3, 5, 7)] == [None, 0, None, 1, None]


@pytest.mark.parametrize("few", [0, 100])
def test_parts_of_a_correction_are_to_date_too(few: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(day_columns, "_FEW", few)
    sums = GroupSums(array("q", [1, 5, NO_NUMBER]))
    for _ in range(2):
        sums.add_shares(
            ManyShares([(Holder(None, None), Share(-1, -10)), (Holder(None, 5), Share(2, 30))])
        )
    rows = [sums.row(place) for place in range(3)]
    assert rows == [(0, 0, 0, 0), (4, 4, 60, 60), (-2, -2, -20, -20)]


def test_sums_of_very_many_take_little_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """As tuples in a dict it would be some six times as much."""
    monkeypatch.setattr(day_columns, "_FEW", 0)
    many = 20_000
    tracemalloc.start()
    try:
        days = NumberedDays((number, 15, 30) for number in range(1, many + 1))
        sums = GroupSums(all_numbers([days.numbers]))
        sums.add_line(days, 100_000, 200_000)
        taken, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert sums.row(0) == (15, 30, 5, 10)
    assert taken < 90 * many
    assert most < 200 * many
