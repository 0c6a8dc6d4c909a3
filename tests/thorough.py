"""What a plain run of the tests leaves out, and `--thorough`, which leaves out nothing.

    python -m pytest                          each scenario at Stripe in one of its ways, tables
                                              with each row and each column once, and properties
                                              with a quarter of their examples
    python -m pytest --thorough               all ways, all fields of tables, all examples
    python -m pytest --thorough -m left_out   only those of which the first leaves something out

The way of a scenario is chosen by its name: the same in every run, and every way has its share of
the scenarios. A table is what a test makes of a parameter that it calls `alike` (formats, widths,
the same text again) or `crossed`: its values are the columns, and what else the test is given the
rows. Each row is tried in a column that was tried least before. On a server what is alike is tried
once a row. What is `weighed` (memory, benchmarks) is left out altogether. What is named one by one
(`FILE::TEST`) runs in all of its ways. HYPOTHESIS_PROFILE=deep tries much longer, and elsewhere
each time.
"""

from __future__ import annotations

import os
from collections import Counter
from typing import TYPE_CHECKING, Any
from zlib import crc32

import pytest
from hypothesis import HealthCheck, settings

from tests import engines

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

# Parameters whose values do the same scenario again: its life, which of its calls are killed, or
# when it is, and what chance makes of it.
WAYS = ("life", "part", "chance")
PLAIN, THOROUGH, DEEP = "plain", "thorough", "deep"
EXAMPLES = {PLAIN: 25, THOROUGH: 100, DEEP: 5000}
_SLOW_IS_FINE = [HealthCheck.too_slow, HealthCheck.data_too_large]
_FIXED: dict[str, Any] = {"derandomize": True, "database": None}
_COUNT = pytest.StashKey[int]()
_Group = list[tuple[tuple[Any, ...], pytest.Item]]

for _name, _count in EXAMPLES.items():
    settings.register_profile(
        _name,
        max_examples=_count,
        deadline=None,
        print_blob=True,
        suppress_health_check=_SLOW_IS_FINE,
        **({} if _name == DEEP else _FIXED),
    )


def examples(thorough: int) -> int:
    """How many examples a property has that has so many in a thorough run."""
    return max(1, thorough * settings().max_examples // EXAMPLES[THOROUGH])


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--thorough",
        action="store_true",
        help="scenarios at Stripe in all of their ways, whole tables, all examples of properties",
    )


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "left_out: of this a plain run leaves out some or all")
    profile = THOROUGH if config.option.thorough else PLAIN
    settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", profile))


def pytest_report_header(config: pytest.Config) -> str | None:
    return None if config.option.thorough else _said(config)


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    if not config.option.thorough:
        terminalreporter.write_line(_said(config, config.stash.get(_COUNT, 0)))


def _said(config: pytest.Config, count: int = 0) -> str:
    ways = "" if _named(config) else "each scenario and each row of a table once, "
    share = f"{settings().max_examples} of {EXAMPLES[THOROUGH]} examples of each property"
    left = f"{count:,} tests are left out, and none" if count else "nothing is left out"
    return f"short run: {ways}{share}; {left} by: python -m pytest --thorough"


def _named(config: pytest.Config) -> bool:
    return any("::" in str(argument) for argument in config.args)


@pytest.hookimpl(tryfirst=True)  # before -m asks for the mark
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    left_out = others(items)
    for item in items:
        if item in left_out or _is_property(item):
            item.add_marker(pytest.mark.left_out)
    if not config.option.thorough and not _named(config):
        items[:] = [item for item in items if item not in left_out]
        config.hook.pytest_deselected(items=list(left_out))
        config.stash[_COUNT] = len(left_out)
        # Where several processes run the tests, each finds all of them, and one tells the person.
        getattr(config, "workeroutput", {})["left_out"] = len(left_out)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    count = getattr(node, "workeroutput", {}).get("left_out", 0)  # of one that crashed nothing
    node.config.stash[_COUNT] = max(count, node.config.stash.get(_COUNT, 0))


def others(items: Iterable[pytest.Item]) -> set[pytest.Item]:
    """What a plain run leaves out."""
    given = list(items)
    weighed = {item for item in given if any(item.iter_markers("weighed"))}
    found = weighed | _other_ways(item for item in given if item not in weighed)
    return found | _fields_between(item for item in given if item not in found)


def _other_ways(items: Iterable[pytest.Item]) -> set[pytest.Item]:
    """All ways of each scenario but the one that its name chooses."""
    scenarios = _grouped(items, _ways).values()
    return {
        item
        for ways in scenarios
        for _, item in ways
        if item is not ways[crc32(ways[0][1].nodeid.encode()) % len(ways)][1]
    }


def _fields_between(items: Iterable[pytest.Item]) -> set[pytest.Item]:
    """All fields of each table but one a row, and one a column."""
    tables: dict[str, list[_Group]] = {}
    for (test, *_), fields in _grouped(items, _columns).items():
        tables.setdefault(test, []).append(fields)
    return {item for rows in tables.values() for item in _left(rows)}


def _left(rows: list[_Group]) -> set[pytest.Item]:
    tried: Counter[tuple[Any, ...]] = Counter()
    left: set[pytest.Item] = set()
    for fields in rows:
        column, kept = min(fields, key=lambda field: tried[field[0]])
        tried[column] += 1
        left |= {item for _, item in fields if item is not kept}
    for column, item in (field for fields in rows for field in fields):
        if not tried[column]:
            tried[column] += 1
            left.remove(item)
    return left


def _grouped(
    items: Iterable[pytest.Item], names_of: Callable[[pytest.Item], tuple[str, ...]]
) -> dict[tuple[Any, ...], _Group]:
    """Tests that are given the same but for these parameters, with the values of these."""
    groups: dict[tuple[Any, ...], _Group] = {}
    for item in items:
        given: dict[str, Any] = getattr(getattr(item, "callspec", None), "params", {})
        named = names_of(item)
        if any(name in given for name in named):
            # Values need not be equal to themselves, but every group has the very same ones.
            apart = sorted((name not in named, name, _known(given[name])) for name in given)
            rest = [each for each in apart if each[0]]
            own = tuple(each for each in apart if not each[0])
            groups.setdefault((item.nodeid.split("[")[0], *rest), []).append((own, item))
    return groups


def _known(value: object) -> Any:
    return value if isinstance(value, str) else id(value)


def _ways(item: pytest.Item) -> tuple[str, ...]:
    """The parameters of a test whose values are ways of one scenario."""
    if not engines.on_server():
        return WAYS
    if engines.stays(item):
        return ()
    return (*WAYS, *_marked(item, "alike"))


def _columns(item: pytest.Item) -> tuple[str, ...]:
    """The parameters of a test whose values are columns of a table. Of a row it is no part in which
    of its ways a scenario is tried."""
    marks = ("crossed",) if engines.on_server() else ("alike", "crossed")
    marked = tuple(name for mark in marks for name in _marked(item, mark))
    return (*marked, *WAYS) if marked and not (engines.on_server() and engines.stays(item)) else ()


def _marked(item: pytest.Item, mark: str) -> Iterable[str]:
    return (name for mark in item.iter_markers(mark) for name in mark.args)


def _is_property(item: pytest.Item) -> bool:
    return bool(getattr(getattr(item, "obj", None), "is_hypothesis_test", False))
