"""The cheapest mix, against every mix there is."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jpcli.domain.bundle_mix import cheapest_mix
from tests.thorough import examples

COSTS = st.dictionaries(st.integers(1, 7), st.integers(0, 30), min_size=1, max_size=3)


def cost(costs: dict[int, int], mix: dict[int, int]) -> int:
    return sum(costs[size] * count for size, count in mix.items())


def held(mix: dict[int, int]) -> int:
    return sum(size * count for size, count in mix.items())


@settings(max_examples=examples(300), deadline=None)
@given(costs=COSTS, need=st.integers(0, 30))
def test_no_mix_that_holds_as_many_costs_less(costs: dict[int, int], need: int) -> None:
    found = cheapest_mix(costs, need)
    assert held(found) >= need
    sizes = sorted(costs)
    counts = [range(-(-need // size) + 1) for size in sizes]
    every = (dict(zip(sizes, chosen, strict=True)) for chosen in product(*counts))
    assert cost(costs, found) == min(cost(costs, mix) for mix in every if held(mix) >= need)


@settings(max_examples=examples(50), deadline=None)
@given(costs=COSTS, need=st.integers(1000, 1200))
def test_many_cost_as_much_as_by_trying_every_last_one(costs: dict[int, int], need: int) -> None:
    least = [0]
    for count in range(1, need + 1):
        least.append(min(least[max(0, count - size)] + costs[size] for size in costs))
    found = cheapest_mix(costs, need)
    assert held(found) >= need
    assert cost(costs, found) == least[need]


def test_the_larger_bundle_where_it_costs_the_same() -> None:
    assert cheapest_mix({1: 10, 5: 50}, 10) == {5: 2}
    assert cheapest_mix({1: 32, 5: 147, 50: 489}, 17) == {50: 1}
    assert cheapest_mix({1: 32, 5: 147, 50: 489}, 12) == {5: 2, 1: 2}
    assert cheapest_mix({1: 32}, 0) == {}


def test_a_million_take_no_table_of_a_million() -> None:
    assert cheapest_mix({1: 32, 5: 147, 50: 489}, 1_000_003) == {50: 20_000, 1: 3}


def test_what_is_needed_and_not_sold_is_an_error() -> None:
    with pytest.raises(ValueError, match="nothing is sold"):
        cheapest_mix({}, 1)
