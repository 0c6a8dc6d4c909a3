"""A PostgreSQL server for the tests, and a database of its own for each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.cli.conftest import _own_environment as _own_environment
from tests.cli.conftest import jpcli as jpcli
from tests.server.running import Server, running

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """One server for all tests of a process."""
    with running() as found:
        yield found


@pytest.fixture
def address(server: Server, monkeypatch: pytest.MonkeyPatch) -> str:
    """Where a ledger can be made; it is the one that commands take."""
    found = server.address(server.database())
    monkeypatch.setenv("JPCLI_LEDGER", found)
    monkeypatch.setenv("JPCLI_WAIT", "2")
    return found


@pytest.fixture
def played(address: str, jpcli: Callable[..., Any], tmp_path: Path) -> dict[str, str]:
    """The ledger of `lines` at `address`, and the names in it."""
    from tests.cli.lines import build

    return build(jpcli, tmp_path)
