"""How far a list is read for what was issued since an order, however it is sorted."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from jpcli.jetpack.licensing import RemoteLicense
from jpcli.services.jetpack.status import issued_since

SINCE = 1_000
FALLING, RISING = list(range(999, 699, -1)), list(range(700, 1_000))


@pytest.mark.parametrize(
    ("times", "read"),
    [
        ([], 0),
        ([999], 1),
        ([1_000], 1),
        (FALLING, 100),
        ([1_003, 1_000, *FALLING], 100),
        ([1_000] * 100 + FALLING, 101),
        ([1_000] * 150 + FALLING, 151),
        (FALLING[:99], 99),
        (FALLING[:100], 100),
        # What tells of no order is read whole.
        ([*RISING, 1_000, 1_001], 302),
        ([*FALLING[:50], 1_002, *FALLING[50:], 1_001], 302),
        ([*FALLING[:98], 998, *FALLING[98:], 1_001], 302),
        ([998, *FALLING, 1_001], 302),
        ([900] * 300 + [1_001], 301),
        # All of one time until there: the first that is older tells.
        ([900] * 150 + [899] + [1_001], 151),
    ],
)
def test_all_that_may_matter_is_read_and_no_more(times: list[int], read: int) -> None:
    heard = []

    def listed() -> Iterator[RemoteLicense]:
        for number, at in enumerate(times):
            heard.append(at)
            yield RemoteLicense(f"jetpack-scan_{number}", at)

    found = [each.issued_at for each in issued_since(listed(), SINCE)]
    assert found == [at for at in times[:read] if at >= SINCE]
    assert len(heard) == read
