"""Columns of numbers, held against the rows and the parts that they were made of."""

from __future__ import annotations

import tracemalloc

from hypothesis import given
from hypothesis import strategies as st

from jpcli.domain.columns import Holders, ManyShares, split_by_holder
from jpcli.domain.numbers import NamesByNumber
from jpcli.domain.shares import Holder, Share, add_to, difference

NUMBERS = st.integers(-(2**63), 2**63 - 1)
IDS = st.none() | st.integers(1, 2**62)
SHARES = st.dictionaries(
    st.builds(Holder, IDS, IDS), st.builds(Share, NUMBERS, NUMBERS), max_size=30
)


@given(SHARES)
def test_parts_of_holders_are_those_that_were_put_in(shares: dict[Holder, Share]) -> None:
    kept = ManyShares(shares.items())
    assert list(kept.items()) == list(shares.items())
    assert list(kept) == list(shares)
    assert list(kept.values()) == list(shares.values())
    assert kept == shares
    assert (len(kept), bool(kept)) == (len(shares), bool(shares))
    assert {holder: kept[holder] for holder in shares} == shares
    assert kept.get(Holder(2**63 - 1, None)) is None
    assert all(type(holder) is Holder for holder in kept)


@given(SHARES, st.data())
def test_some_of_the_parts_are_picked_and_cut_out(
    shares: dict[Holder, Share], data: st.DataObject
) -> None:
    order = data.draw(st.permutations(range(len(shares))))
    first, last = sorted((data.draw(st.integers(0, 30)), data.draw(st.integers(0, 30))))
    pairs = [list(shares.items())[place] for place in order]
    picked = ManyShares(shares.items()).picked(order)
    assert list(picked.items()) == pairs
    assert list(picked.between(first, last).items()) == pairs[first:last]


SMALL = st.integers(-(2**40), 2**40)
FEW = st.none() | st.integers(1, 3)
PARTS = st.dictionaries(st.builds(Holder, FEW, FEW), st.builds(Share, SMALL, SMALL), max_size=16)


@given(PARTS, PARTS, st.booleans())
def test_sums_and_differences_are_those_of_parts_that_are_not_in_columns(
    one: dict[Holder, Share], other: dict[Holder, Share], packed: bool
) -> None:
    many = ManyShares(one.items())
    more = ManyShares(other.items()) if packed else other
    expected = dict(one)
    add_to(expected, other)
    assert list(many.plus(more).items()) == list(expected.items())
    assert list(many.minus(more).items()) == list(difference(one, other).items())
    assert list(many.minus(many)) == []
    assert list(many.items()) == list(one.items())  # as they were
    assert ManyShares.of(many) is many
    assert ManyShares.of(one) == one


@given(st.lists(st.builds(Holder, IDS, IDS), max_size=40), st.booleans())
def test_a_holder_has_the_number_with_which_it_came_first(
    several: list[Holder], looked_for_early: bool
) -> None:
    known = Holders()
    if looked_for_early:
        assert known.place(Holder(1, None)) == -1
    numbers = [known.number(holder) for holder in several]
    each = list(dict.fromkeys(several))
    assert (list(known), len(known)) == (each, len(each))
    assert numbers == [each.index(holder) for holder in several]
    assert [known.place(holder) for holder in each] == list(range(len(each)))


ROWS = st.dictionaries(st.integers(1, 2**62), st.text(max_size=5), max_size=30)


@given(ROWS, st.dictionaries(st.integers(1, 9), st.text(max_size=5)))
def test_names_are_those_that_were_put_in(rows: dict[int, str], otherwise: dict[int, str]) -> None:
    otherwise = {number: name for number, name in otherwise.items() if number in rows}
    names = NamesByNumber(sorted(rows.items()))
    for found, expected in ((names, rows), (names.but(otherwise), rows | otherwise)):
        assert list(found.items()) == [(None, None), *sorted(expected.items())]
        assert list(found.unpacked().items()) == list(found.items())
        assert [found[number] for number in rows for _ in range(2)] == [
            expected[number] for number in rows for _ in range(2)
        ]
        assert len(found) == len(rows) + 1
        assert found.get(2**62 + 1) is found.get(0) is None


def test_what_is_in_columns_takes_little_memory() -> None:
    """As tuples and texts in dicts it would be some four times as much."""
    many = 10_000
    tracemalloc.start()
    try:
        shares = ManyShares((Holder(n // 10, n), Share(31, 310)) for n in range(1, many + 1))
        names = NamesByNumber((n, f"https://site-{n}.example") for n in range(1, many + 1))
        less = shares.minus(shares)
        found = split_by_holder(10**6, ((holder, 31) for holder in shares))
        taken, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert (len(less), len(found), len(names)) == (0, many, many + 1)
    assert taken < 120 * many
    assert most < 250 * many
