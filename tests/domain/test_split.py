from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jpcli.domain.shares import marked_amounts
from jpcli.domain.split import Parts, largest_remainder, last_part


@pytest.mark.parametrize(
    ("amount_minor", "weights", "step", "reason"),
    [
        (1, [], 1, "all weights are zero"),
        (1, [0, 0], 1, "all weights are zero"),
        (5, [2, -1], 1, "negative"),
        (5, [1, 1], 10, "multiple of 10"),
        (-5, [1, 1], 10, "multiple of 10"),
    ],
)
def test_m5_what_cannot_be_split_is_refused(
    amount_minor: int, weights: list[int], step: int, reason: str
) -> None:
    with pytest.raises(ValueError, match=reason):
        largest_remainder(amount_minor, weights, step)


@pytest.mark.parametrize(
    ("amount_minor", "weights", "parts"),
    [
        (0, [], []),
        (0, [0, 0], [0, 0]),
        (0, [1, 2], [0, 0]),
        (100, [1], [100]),
        (100, [1, 1, 1], [34, 33, 33]),
        (101, [1, 1, 1], [34, 34, 33]),
        (-100, [1, 1, 1], [-34, -33, -33]),
        (1, [1, 1, 1], [1, 0, 0]),
        (2, [0, 1, 1, 1], [0, 1, 1, 0]),
        # the larger remainder first, wherever it stands
        (10, [1, 5], [2, 8]),
        (10, [5, 1], [8, 2]),
        (7, [1, 2, 4], [1, 2, 4]),
        (8, [1, 2, 4], [1, 2, 5]),
        (59_83, [1] * 20, [300] * 3 + [299] * 17),
    ],
)
def test_m5_the_largest_remainders_get_the_rest_and_ties_go_to_the_earlier(
    amount_minor: int, weights: list[int], parts: list[int]
) -> None:
    assert largest_remainder(amount_minor, weights) == parts


def test_m5_parts_in_steps() -> None:
    assert largest_remainder(100, [1, 1, 1], step=10) == [40, 30, 30]
    assert largest_remainder(-100, [1, 1, 1], step=10) == [-40, -30, -30]


def test_m5_a_quarter_of_a_million_parts_add_up() -> None:
    weights = [n % 31 + 1 for n in range(250_000)]
    for amount_minor in (1, 249_999, 10**9 + 7):
        assert sum(largest_remainder(amount_minor, weights)) == amount_minor


@given(
    st.integers(-(10**6), 10**6),
    st.lists(st.integers(0, 40), min_size=1, max_size=30).filter(any),
)
def test_m5_a_part_alone_is_the_one_among_all(amount_minor: int, weights: list[int]) -> None:
    parts = Parts(weights)
    for amount in (amount_minor, amount_minor // 7, 0, 1):
        alone = map(parts.of(amount), range(len(weights)))
        assert list(alone) == largest_remainder(amount, weights)


@given(
    st.lists(st.integers(-40, 40), max_size=30),
    st.integers(0, 300),
    st.integers(-70, 70),
)
def test_m5_a_marked_part_alone_is_the_one_among_all(
    amounts: list[int], numerator: int, more: int
) -> None:
    total = sum(amounts) * numerator // 100 + more * any(amounts)
    alone = map(Parts(amounts).scaled(numerator, 100, total), range(len(amounts)))
    assert list(alone) == list(marked_amounts(amounts, numerator, 100, total))


@pytest.mark.parametrize("amounts", [[], [0, 0]])
def test_m5_nothing_is_scaled_to_nothing_only(amounts: list[int]) -> None:
    assert list(map(Parts(amounts).scaled(120, 100, 0), range(len(amounts)))) == amounts
    with pytest.raises(ValueError, match="nothing to scale"):
        Parts(amounts).scaled(120, 100, 1)


@given(st.integers(-(10**6), 10**6), st.lists(st.integers(0, 40), max_size=30), st.integers(0, 40))
def test_m5_the_last_part_is_the_one_among_all(
    amount_minor: int, others: list[int], weight: int
) -> None:
    for amount in (amount_minor, amount_minor // 10**4, 0, 1):
        parts = largest_remainder(amount, [*others, weight]) if weight or any(others) else [0]
        assert last_part(amount, others, weight) == parts[-1]
