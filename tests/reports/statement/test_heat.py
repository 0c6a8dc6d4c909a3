"""Shades of the heat strip."""

from __future__ import annotations

import pytest

from jpcli.reports.statement.heat import shades


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ([], []),
        ([0, 0], [0, 0]),
        ([7, 7, 7], [3, 3, 3]),
        ([0, 7], [0, 3]),
        ([1, 2], [1, 5]),
        ([10, 11, 12, 13, 14], [1, 2, 3, 4, 5]),
        ([0, 1, 1_000_000], [0, 1, 5]),
    ],
)
def test_shades(counts: list[int], expected: list[int]) -> None:
    assert shades(counts) == expected
