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


@pytest.fixture
def trips(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is sent and answered in one go."""
    from jpcli.ledger.database.postgres import PostgresLedger
    from jpcli.ledger.database.server_link import Link

    found: list[str] = []
    send_all, copied = Link.send_all, PostgresLedger._copy

    def sent(link: Link, statements: Any) -> Any:
        found.append(" | ".join(text[:80] for text, _ in statements))
        return send_all(link, statements)

    def copy(ledger: PostgresLedger, into: str, rows: Any) -> None:
        found.extend(["COPY", "its end"])
        copied(ledger, into, rows)

    monkeypatch.setattr(Link, "send_all", sent)
    monkeypatch.setattr(PostgresLedger, "_copy", copy)
    return found
