"""Whose part of an amount is what, and how parts are taken apart (M5, W2)."""

from __future__ import annotations

from itertools import product

import pytest

from jpcli.domain.columns import split_by_holder
from jpcli.domain.shares import (
    NOBODY,
    Holder,
    Share,
    add_to,
    difference,
    marked_up,
)

A1, A2, B3, NONE4 = Holder(1, 1), Holder(1, 2), Holder(2, 3), Holder(None, 4)


def test_shares_are_added_and_taken_away_field_by_field() -> None:
    one, other = Share(2, 30), Share(7, 500)
    assert one.plus(other) == other.plus(one) == Share(9, 530)
    assert one.minus(other) == Share(-5, -470)
    assert Share() == (0, 0)
    assert NOBODY == (None, None)


def test_m5_first_the_clients_then_their_sites() -> None:
    """Ten over 1, 1 and 1 by sites alone would be 4, 3, 3; by clients it is 7 and 3 first."""
    days = [(A1, 1), (A2, 1), (B3, 1)]
    assert split_by_holder(10, days) == {A1: Share(1, 4), A2: Share(1, 3), B3: Share(1, 3)}
    # Of eleven the second client has the larger remainder: 7.33 and 3.67.
    assert split_by_holder(11, days) == {A1: Share(1, 4), A2: Share(1, 3), B3: Share(1, 4)}
    assert split_by_holder(-11, days) == {A1: Share(1, -4), A2: Share(1, -3), B3: Share(1, -4)}


def test_m5_equal_remainders_are_served_in_the_order_given() -> None:
    for first, second in ((A1, B3), (B3, A1), (NONE4, A1)):
        shares = split_by_holder(1, [(first, 5), (second, 5)])
        assert shares == {first: Share(5, 1), second: Share(5, 0)}
        assert list(shares) == [first, second]


def test_who_has_no_days_has_no_money_unless_nobody_has_any() -> None:
    assert split_by_holder(7, [(A1, 0), (B3, 2)]) == {A1: Share(0, 0), B3: Share(2, 7)}
    assert split_by_holder(7, [(A1, 0), (A2, 3), (B3, 0)])[A2] == Share(3, 7)
    for days in ([], [(A1, 0)], [(A1, 0), (B3, 0)]):
        assert split_by_holder(7, days) == {NOBODY: Share(0, 7)}
        assert split_by_holder(0, days) == {NOBODY: Share(0, 0)}


def test_m5_parts_add_up_and_keep_their_days() -> None:
    for amount, *numbers in product((-7, 0, 1, 99, 100), (0, 1, 5), (1, 3), (2, 7), (0, 4)):
        days = list(zip((A1, A2, B3, NONE4), numbers, strict=True))
        shares = split_by_holder(amount, days)
        assert sum(share.amount_minor for share in shares.values()) == amount
        assert {holder: share.license_days for holder, share in shares.items()} == dict(days)
        by_client = {1: numbers[0] + numbers[1], 2: numbers[2], None: numbers[3]}
        for client, number in by_client.items():
            part = sum(s.amount_minor for h, s in shares.items() if h.client_id == client)
            assert abs(part * sum(numbers) - amount * number) < sum(numbers)


def test_i3_a_difference_is_now_less_before_and_leaves_out_who_has_the_same() -> None:
    now = {"a": Share(5, 50), "b": Share(1, 10), "c": Share(2, 20), "d": Share(2, 9)}
    before = {"e": Share(4, 40), "b": Share(1, 10), "a": Share(3, 20), "d": Share(1, 9)}
    found = difference(now, before)
    assert found == {
        "a": Share(2, 30),
        "c": Share(2, 20),
        "d": Share(1, 0),
        "e": Share(-4, -40),
    }
    # In the order of who has it now, then of who had it.
    assert list(found) == ["a", "c", "d", "e"]
    assert difference({"a": Share(1, 9)}, {"a": Share(1, 10)}) == {"a": Share(0, -1)}
    assert difference(now, now) == difference({}, {}) == {}
    assert difference({"a": Share()}, {"b": Share()}) == {}


def test_parts_are_added_in_place() -> None:
    sums = {"a": Share(1, 10)}
    add_to(sums, {"b": Share(2, 20), "a": Share(-3, 5)})
    assert sums == {"a": Share(-2, 15), "b": Share(2, 20)}


@pytest.mark.parametrize(
    ("amounts", "total", "expected"),
    [
        # Twenty percent on: exactly, and then rounded to what the line comes to.
        ((100, -50, 0), 60, (120, -60, 0)),
        ((101, -50, 0), 61, (121, -60, 0)),
        ((101, -50, 0), 62, (122, -60, 0)),
        # Who has nothing gets nothing, even where there is something left.
        ((0, 1, 0), 2, (0, 2, 0)),
        ((0, 0, 0), 0, (0, 0, 0)),
    ],
)
def test_m5_a_markup_on_parts_adds_up_to_the_line_s(
    amounts: tuple[int, ...], total: int, expected: tuple[int, ...]
) -> None:
    shares = {
        name: Share(n, amount) for n, (name, amount) in enumerate(zip("abc", amounts, strict=True))
    }
    found = marked_up(shares, 6, 5, total)
    assert [share.amount_minor for share in found.values()] == list(expected)
    assert [share.license_days for share in found.values()] == [0, 1, 2]
    assert list(found) == list(shares)
