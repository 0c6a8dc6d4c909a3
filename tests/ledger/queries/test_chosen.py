"""Finding a license by what is known of it reads no table from end to end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from jpcli.ledger.queries import chosen, licenses, name_ranges
from jpcli.ledger.queries.licenses import LicenseFilter
from tests.ledger.queries.world import World

if TYPE_CHECKING:
    from collections.abc import Callable

    from jpcli.ledger.database.connection import Ledger


class Asking:
    """Notes how SQLite would go about each query."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self.steps: list[str] = []

    def _plan(self, sql: str, params: dict[str, Any]) -> None:
        found = self._ledger.rows(f"EXPLAIN QUERY PLAN {sql}", **params)
        self.steps.extend(row[3] for row in found)

    def rows(self, sql: str, **params: Any) -> Any:
        self._plan(sql, params)
        return self._ledger.rows(sql, **params)

    def all(self, sql: str, **params: Any) -> Any:
        self._plan(sql, params)
        return self._ledger.all(sql, **params)

    def value(self, sql: str, **params: Any) -> Any:
        self._plan(sql, params)
        return self._ledger.value(sql, **params)


ROADS: dict[str, Callable[[Any], Any]] = {
    "a beginning": lambda asking: list(
        name_ranges.names_between(asking, "licenses", "jetpack-scan_A", "jetpack-scan_B", 11)
    ),
    "what is nearly spelled so": lambda asking: name_ranges.names_near(
        asking, "sites", ["https://a.example"], 5
    ),
    "one of a product": lambda asking: chosen.numbers_of_product(asking, "jetpack-scan"),
    "on a site": lambda asking: list(
        chosen.chosen_rows(asking, LicenseFilter(site="https://a.example"))
    ),
}


@pytest.mark.file("how SQLite goes about a query")
@pytest.mark.parametrize("road", ROADS)
def test_no_road_reads_all_licenses(ledger: Ledger, road: str) -> None:
    asking = Asking(ledger)
    ROADS[road](asking)
    assert asking.steps
    for step in asking.steps:
        assert not step.startswith(("SCAN l", "SCAN d", "SCAN sites")), asking.steps


def test_a_product_has_one_license_or_more(ledger: Ledger, world: World) -> None:
    numbers: dict[str, list[int]] = {}
    for life in world.lives:
        facts = licenses.find(ledger, life.key)
        assert facts is not None
        numbers.setdefault(life.product, []).append(facts.id)
    for product, expected in numbers.items():
        first, other = chosen.numbers_of_product(ledger, product) or (0, None)
        assert first in expected
        assert (other is None) == (len(expected) == 1)
        assert other is None or (other in expected and other != first)
    assert chosen.numbers_of_product(ledger, "jetpack-nothing") is None


def test_names_near_are_those_on_either_side(ledger: Ledger, world: World) -> None:
    keys = sorted(life.key for life in world.lives)
    if not keys:
        assert name_ranges.names_near(ledger, "licenses", ["x"], 2) == []
        return
    middle = keys[len(keys) // 2]
    at = keys.index(middle)
    found = name_ranges.names_near(ledger, "licenses", [middle], 2)
    assert sorted(found) == keys[at - 2 : at + 2]
