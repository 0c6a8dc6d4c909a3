"""What a plain run of the tests leaves out, and `--thorough`, which leaves out nothing.

    python -m pytest                          each scenario at Stripe in one of its ways, and
                                              properties with a quarter of their examples
    python -m pytest --thorough               all ways, all examples
    python -m pytest --thorough -m left_out   only those of which the first leaves something out

The way of a scenario is chosen by its name: the same in every run, and every way has its share of
the scenarios. What is named one by one (`FILE::TEST`) runs in all of its ways. On a server the
values of a parameter that a test calls `alike` are ways, too: formats, widths, the same text again.
HYPOTHESIS_PROFILE=deep tries much longer, and elsewhere each time.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any
from zlib import crc32

import pytest
from hypothesis import HealthCheck, settings

from tests import engines

if TYPE_CHECKING:
    from collections.abc import Iterable

# Parameters whose values do the same scenario again: its life, and which of its calls are killed.
WAYS = ("life", "part")
PLAIN, THOROUGH, DEEP = "plain", "thorough", "deep"
EXAMPLES = {PLAIN: 25, THOROUGH: 100, DEEP: 5000}
_SLOW_IS_FINE = [HealthCheck.too_slow, HealthCheck.data_too_large]
_FIXED: dict[str, Any] = {"derandomize": True, "database": None}

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
        help="each scenario at Stripe in all of its ways, each property with all its examples",
    )


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "left_out: of this a plain run leaves out some or all")
    profile = THOROUGH if config.option.thorough else PLAIN
    settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", profile))


def pytest_report_header(config: pytest.Config) -> str | None:
    return None if config.option.thorough else _said(config)


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    if not config.option.thorough:
        terminalreporter.write_line(_said(config))


def _said(config: pytest.Config) -> str:
    ways = "" if _named(config) else "each scenario at Stripe in one of its ways, "
    share = f"{settings().max_examples} of {EXAMPLES[THOROUGH]} examples of each property"
    return f"short run: {ways}{share}; nothing is left out by: python -m pytest --thorough"


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


def others(items: Iterable[pytest.Item]) -> set[pytest.Item]:
    """All ways of each scenario but the one that its name chooses."""
    scenarios: dict[tuple[Any, ...], list[pytest.Item]] = {}
    for item in items:
        given: dict[str, Any] = getattr(getattr(item, "callspec", None), "params", {})
        named = _ways(item)
        if any(way in given for way in named):
            # Values need not be equal to themselves, but every way has the very same ones.
            rest = sorted((name, id(value)) for name, value in given.items() if name not in named)
            scenarios.setdefault((item.nodeid.split("[")[0], *rest), []).append(item)
    return {
        item
        for ways in scenarios.values()
        for item in ways
        if item is not ways[crc32(ways[0].nodeid.encode()) % len(ways)]
    }


def _ways(item: pytest.Item) -> tuple[str, ...]:
    """The parameters of a test whose values are ways of one scenario."""
    if not engines.on_server():
        return WAYS
    if engines.stays(item):
        return ()
    return (*WAYS, *(name for mark in item.iter_markers("alike") for name in mark.args))


def _is_property(item: pytest.Item) -> bool:
    return bool(getattr(getattr(item, "obj", None), "is_hypothesis_test", False))
