"""Which product contains which: an order without circles, of which only listed names know."""

from __future__ import annotations

import pytest

from jpcli.domain import contents
from jpcli.domain.contents import CONTENTS, container_of


def test_nothing_contains_itself_and_parts_of_parts_are_parts() -> None:
    for product, parts in CONTENTS.items():
        assert product not in parts
        for part in parts:
            assert CONTENTS.get(part, frozenset()) <= parts


def test_a_circle_is_noticed() -> None:
    with pytest.raises(RecursionError):
        contents._closed({"a": ("b",), "b": ("a",)})


def test_the_outermost_product_is_what_stays() -> None:
    there = dict.fromkeys(("jetpack-complete", "jetpack-security-t1", "jetpack-scan", "own"))
    assert container_of("jetpack-scan", there) == "jetpack-complete"
    assert container_of("jetpack-security-t1", there) == "jetpack-complete"
    assert container_of("jetpack-complete", there) is None
    assert container_of("own", there) is None


def test_what_a_ledger_calls_by_its_own_name_is_no_part_of_anything() -> None:
    there = dict.fromkeys(("jetpack-complete", "jetpack-scan-weekly", "Jetpack-Scan"))
    assert container_of("jetpack-scan-weekly", there) is None
    assert container_of("Jetpack-Scan", there) is None
