"""A plain run takes one way of each scenario, and all ways have their turn."""

from __future__ import annotations

import sqlite3
from collections import Counter
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest

from tests import engine_option, engines
from tests.thorough import others

if TYPE_CHECKING:
    from collections.abc import Iterator

LIVES = ("as it is", "put back", "keys forgotten")


class Made:
    """What `others` asks of a test."""

    def __init__(self, name: str, *marks: pytest.MarkDecorator, **given: Any) -> None:
        self.marks = [each.mark for each in marks]
        self.nodeid = f"tests/test_made_up.py::{name}[{'-'.join(map(str, given.values()))}]"
        if given:
            self.callspec = SimpleNamespace(params=given)

    def iter_markers(self, name: str) -> Iterator[pytest.Mark]:
        return (mark for mark in self.marks if mark.name == name)

    def get_closest_marker(self, name: str) -> pytest.Mark | None:
        return next(self.iter_markers(name), None)


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


ALIKE = pytest.mark.alike("form", "width")


def on_each(marks: tuple[pytest.MarkDecorator, ...], *lines: Any) -> list[Made]:
    return [
        Made("test_a", *marks, *more, line=line, form=form, width=width)
        for line, *more in lines
        for form in ("csv", "json", "md")
        for width in (80, 120)
    ]


def test_what_is_alike_to_a_ledger_is_tried_once_on_a_server(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tests = on_each((ALIKE,), ("list",), ("show",))
    assert left_out(tests) == set()
    monkeypatch.setattr(engines, "engine", engines._OnServer())
    stay = [test for test in tests if test not in left_out(tests)]
    assert [test.callspec.params["line"] for test in stay] == ["list", "show"]
    assert left_out(on_each((), ("list",))) == set()


def test_what_is_about_a_file_is_not_the_one_that_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "engine", engines._OnServer())
    for line in range(20):
        tests = [
            Made(f"test_{line}", pytest.mark.alike("line"), *marks, line=each)
            for each, marks in enumerate(([pytest.mark.file("modes")], [], [pytest.mark.no_ledger]))
        ]
        assert left_out(tests) == set()


@pytest.mark.parametrize("marks", [(), (pytest.mark.no_ledger,)])
def test_who_says_to_open_no_ledger_must_not(marks: tuple[pytest.MarkDecorator, ...]) -> None:
    item = cast("pytest.Item", Made("test_a", *marks))
    with engine_option.opening_none(item):
        if marks:
            with pytest.raises(pytest.fail.Exception, match="no_ledger"):
                sqlite3.connect(":memory:")
        else:
            sqlite3.connect(":memory:").close()
