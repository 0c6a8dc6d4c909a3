"""Columns of numbers, held against the rows and the parts that they were made of."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from jpcli.domain import columns
from jpcli.domain.columns import ManyShares, NumberRows
from jpcli.domain.shares import Holder, Share

NUMBERS = st.integers(-(2**63), 2**63 - 1)
IDS = st.none() | st.integers(1, 2**62)
SHARES = st.dictionaries(
    st.builds(Holder, IDS, IDS), st.builds(Share, NUMBERS, NUMBERS), max_size=30
)


@given(st.lists(st.tuples(NUMBERS, NUMBERS, NUMBERS), max_size=30), st.integers(1, 40))
def test_rows_and_their_json_are_those_that_were_put_in(
    rows: list[tuple[int, int, int]], at_once: int
) -> None:
    kept = NumberRows(3, rows)
    assert (list(kept), len(kept), bool(kept)) == (rows, len(rows), bool(rows))
    assert [kept[place] for place in range(len(rows))] == rows
    columns._ROWS_A_PIECE, usual = at_once, columns._ROWS_A_PIECE
    try:
        text = "".join(kept.pieces())
    finally:
        columns._ROWS_A_PIECE = usual
    assert text == json.dumps(rows, separators=(",", ":"))


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
