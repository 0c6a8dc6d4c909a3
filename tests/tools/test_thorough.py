"""A plain run takes one way of each scenario, and all ways have their turn."""

from __future__ import annotations

from collections import Counter
from types import SimpleNamespace
from typing import Any, cast

import pytest

from tests.thorough import others

LIVES = ("as it is", "put back", "keys forgotten")


class Made:
    """What `others` asks of a test."""

    def __init__(self, name: str, **given: Any) -> None:
        self.nodeid = f"tests/test_made_up.py::{name}[{'-'.join(map(str, given.values()))}]"
        if given:
            self.callspec = SimpleNamespace(params=given)


def left_out(tests: list[Made]) -> set[Any]:
    return others(cast("list[pytest.Item]", tests))


def test_one_way_of_each_scenario_stays_and_each_way_has_a_share() -> None:
    values = [object(), object()]  # not equal to one another, nor of a steady text
    tests = [
        Made(f"test_{number}", life=life, value=value)
        for number in range(60)
        for life in LIVES
        for value in values
    ]
    stay = [test for test in tests if test not in left_out(tests)]
    scenarios = Counter((test.nodeid.split("[")[0], test.callspec.params["value"]) for test in stay)
    assert set(scenarios.values()) == {1}
    assert len(scenarios) == 120
    shares = Counter(test.callspec.params["life"] for test in stay)
    assert min(shares[life] for life in LIVES) > 20


def test_it_is_the_same_way_each_time() -> None:
    def chosen() -> list[str]:
        tests = [Made(f"test_{n}", part=part, value=[n]) for n in range(20) for part in range(4)]
        return [test.nodeid for test in tests if test not in left_out(tests)]

    assert chosen() == chosen()


def test_what_has_no_ways_is_never_left_out() -> None:
    tests = [Made("test_a"), Made("test_b", life="as it is"), Made("test_c", value=1)]
    tests += [Made("test_c", value=2)]
    assert left_out(tests) == set()
