"""A plain run takes one way of each scenario and one field of each row, and all have their turn."""

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


CROSSED = pytest.mark.crossed("form", "width")


@pytest.mark.parametrize("mark", [ALIKE, CROSSED])
@pytest.mark.parametrize("rows", [1, 2, 6, 7, 40])
def test_of_a_table_each_row_and_each_column_stays(rows: int, mark: pytest.MarkDecorator) -> None:
    tests = on_each((mark,), *((str(row),) for row in range(rows)))
    stay = [test.callspec.params for test in tests if test not in left_out(tests)]
    assert len(stay) == max(rows, 6)
    assert {each["line"] for each in stay} == {str(row) for row in range(rows)}
    shares = Counter((each["form"], each["width"]) for each in stay)
    assert len(shares) == 6
    assert max(shares.values()) - min(shares.values()) <= 1


def test_a_column_that_few_rows_have_stays() -> None:
    columns = {"a": ("csv",), "b": ("csv", "json"), "c": ("csv", "json", "pdf"), "d": ("pdf",)}
    mark = pytest.mark.alike("form")
    tests = [
        Made("test_a", mark, line=line, form=form)
        for line, forms in columns.items()
        for form in forms
    ]
    stay = [test.callspec.params for test in tests if test not in left_out(tests)]
    assert [(each["line"], each["form"]) for each in stay] == [
        ("a", "csv"),
        ("b", "json"),
        ("c", "pdf"),
        ("d", "pdf"),
    ]


def test_a_row_is_tried_once_whatever_ways_its_fields_have() -> None:
    tests = [
        Made("test_a", CROSSED, fault=fault, form=form, life=life)
        for fault in range(20)
        for form in ("csv", "json")
        for life in LIVES
    ]
    stay = [test.callspec.params for test in tests if test not in left_out(tests)]
    assert [each["fault"] for each in stay] == list(range(20))
    assert {(each["form"], each["life"]) for each in stay} == {
        (form, life) for form in ("csv", "json") for life in LIVES
    }


def test_each_test_has_a_table_of_its_own() -> None:
    mark = pytest.mark.alike("form")
    tests = [Made(name, mark, form=form) for name in ("a", "b") for form in ("csv", "json")]
    assert left_out(tests) == set()


def test_a_table_is_one_on_a_server_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "engine", engines._OnServer())
    tests = on_each((CROSSED,), ("list",), ("show",))
    assert len(left_out(tests)) == 6
    # What stays on files is skipped there, and must not be what is tried for others.
    both = on_each((CROSSED,), ("list", pytest.mark.file("modes")), ("show",))
    assert {test.callspec.params["line"] for test in left_out(both)} == set()


def test_what_is_weighed_is_left_out() -> None:
    weighed = [Made("test_a", pytest.mark.weighed), Made("test_b", pytest.mark.weighed, life="a")]
    rest = [Made("test_b", life="a"), Made("test_c")]
    assert left_out([*weighed, *rest]) == set(weighed)


@pytest.mark.parametrize("marks", [(), (pytest.mark.no_ledger,)])
def test_who_says_to_open_no_ledger_must_not(marks: tuple[pytest.MarkDecorator, ...]) -> None:
    item = cast("pytest.Item", Made("test_a", *marks))
    with engine_option.opening_none(item):
        if marks:
            with pytest.raises(pytest.fail.Exception, match="no_ledger"):
                sqlite3.connect(":memory:")
        else:
            sqlite3.connect(":memory:").close()
