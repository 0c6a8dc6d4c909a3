from __future__ import annotations

import pytest

from jpcli.domain.prices import PricePoint, Segment, segments


@pytest.mark.parametrize(
    ("points", "expected"),
    [
        ([], [(1, 31, None)]),
        ([(32, 5)], [(1, 31, None)]),
        ([(31, 5)], [(1, 30, None), (31, 31, 5)]),
        ([(-400, 5)], [(1, 31, 5)]),
        ([(1, 5)], [(1, 31, 5)]),
        # the day of the change has the new price
        ([(-400, 5), (15, 6)], [(1, 14, 5), (15, 31, 6)]),
        ([(-400, 5), (1, 6)], [(1, 31, 6)]),
        ([(-400, 5), (-3, 6), (40, 7)], [(1, 31, 6)]),
        # in any order
        ([(20, 7), (-400, 5), (15, 6)], [(1, 14, 5), (15, 19, 6), (20, 31, 7)]),
        # the same price again is no change
        ([(-400, 5), (15, 5), (20, 6)], [(1, 19, 5), (20, 31, 6)]),
        # of two points on one day the later one holds, also when that undoes the change
        ([(-400, 5), (15, 6), (15, 7)], [(1, 14, 5), (15, 31, 7)]),
        ([(-400, 5), (15, 6), (15, 5)], [(1, 31, 5)]),
        ([(5, 0)], [(1, 4, None), (5, 31, 0)]),
    ],
)
def test_m2_a_price_holds_from_a_day_on(
    points: list[tuple[int, int]], expected: list[tuple[int, int, int | None]]
) -> None:
    found = segments([PricePoint(*point) for point in points], 1, 31)
    assert found == tuple(Segment(*segment) for segment in expected)


def test_m2_one_day_and_no_day() -> None:
    points = [PricePoint(-400, 5), PricePoint(15, 6)]
    assert segments(points, 15, 15) == (Segment(15, 15, 6),)
    assert segments(points, 15, 14) == ()
