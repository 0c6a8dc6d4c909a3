"""`jpcli` on a ledger whose licenses are those of a double of the Licensing API."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, Any

import pytest

from tests.jetpack_double.fixtures import jetpack_double
from tests.services.collection.test_account import Keyring

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.cli.conftest import Run
    from tests.jetpack_double.double import JetpackDouble

__all__ = ["jetpack_double"]


@pytest.fixture(autouse=True)
def keyring(monkeypatch: pytest.MonkeyPatch) -> Keyring:
    """One that remembers, and is empty."""
    return Keyring(monkeypatch)


class Desk:
    """The command line, the double, and the ledger's file."""

    def __init__(
        self,
        jpcli: Callable[..., Run],
        double: JetpackDouble,
        path: Path,
        patch: pytest.MonkeyPatch,
    ) -> None:
        self.jpcli = jpcli
        self.double = double
        self.path = path
        self.patch = patch

    def __call__(self, *argv: str, now: str | None = None) -> Run:
        return self.jpcli(*argv, now=now)

    def do(self, line: str, now: str | None = None) -> Any:
        """The data of a line that must work."""
        done = self.jpcli(*line.split(), "--json", now=now)
        assert done.code == 0, done.err
        return done.data

    def without_token(self) -> None:
        self.patch.delenv("JETPACK_LICENSING_TOKEN", raising=False)

    def rows(self, sql: str) -> list[Any]:
        connection = sqlite3.connect(self.path)
        try:
            return connection.execute(sql).fetchall()
        finally:
            connection.close()

    def everything(self) -> list[str]:
        """Every row of the ledger."""
        connection = sqlite3.connect(self.path)
        try:
            return list(connection.iterdump())
        finally:
            connection.close()


@pytest.fixture
def at_jetpack(
    jpcli: Callable[..., Run],
    jetpack_double: JetpackDouble,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Desk:
    """A ledger at Jetpack with a card; the double's clock stands where ours does."""
    for name, value in jetpack_double.env.items():
        monkeypatch.setenv(name, value)
    desk = Desk(jpcli, jetpack_double, tmp_path / "ledger.db", monkeypatch)
    desk.do("init --name Acme --licensing jetpack", now="2026-11-01T08:00:00Z")
    desk.do("cards add --brand visa --last4 4242 --exp 12/2030")
    return desk
