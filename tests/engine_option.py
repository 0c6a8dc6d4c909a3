"""Where a run of the tests has their ledgers: `--engine`, and whose server: `--programs`."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NoReturn

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
        why = engines.stays(item)
        if why is not None:
            item.add_marker(pytest.mark.skip(reason=why))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item: pytest.Item) -> Iterator[None]:
    with opening_none(item):
        yield


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    with opening_none(item):
        yield


@contextmanager
def opening_none(item: pytest.Item) -> Iterator[None]:
    """Where a test says that it opens no ledger, it must not: nobody would try it on a server."""
    if item.get_closest_marker("no_ledger") is None:
        yield
        return

    def refused(name: str, *_: Any, **__: Any) -> NoReturn:
        pytest.fail(f"is marked `no_ledger`, and opens {name}")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sqlite3.connect", refused)
        yield


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Iterator[None]:
    yield
    engines.engine.leave(getattr(item, "funcargs", {}).get("tmp_path"))
