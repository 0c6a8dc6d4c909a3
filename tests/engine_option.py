"""Where a run of the tests has their ledgers: `--engine`, and whose server: `--programs`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests import engines

if TYPE_CHECKING:
    from collections.abc import Iterator


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("ledgers")
    group.addoption(
        "--engine",
        choices=(engines.FILE, engines.POSTGRES),
        default=engines.FILE,
        help=f"where the ledgers of {', '.join(engines.ROOMS)} are; {engines.FILE} unless told",
    )
    group.addoption(
        "--programs", metavar="FOLDER", help="run the PostgreSQL server of this folder of programs"
    )


def pytest_configure(config: pytest.Config) -> None:
    if config.option.programs:
        from tests.server.running import use_programs

        use_programs(config.option.programs)
    engines.use(config.option.engine)
    if engines.on_server() and config.args == ["tests"]:
        config.args[:] = engines.ROOMS


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What is about a file stays on files, and each time says so and why."""
    if config.option.engine == engines.FILE:
        return
    for item in items:
        mark = item.get_closest_marker("file")
        if mark is not None:
            item.add_marker(pytest.mark.skip(reason=f"about files: {mark.args[0]}"))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Iterator[None]:
    yield
    engines.engine.leave(getattr(item, "funcargs", {}).get("tmp_path"))
