"""The ledger in which the lines work, a copy of it for every test."""

from __future__ import annotations

import shutil
import sqlite3
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from tests.cli.lines import NOW, Line, build

if TYPE_CHECKING:
    from collections.abc import Callable


class World(NamedTuple):
    """A copy of the ledger, files and all; every test has its own."""

    folder: Path
    names: dict[str, str]
    jpcli: Callable[..., Any]

    def __call__(self, line: Line, *more: str, yes: bool = True) -> Any:
        return self.jpcli(*line.argv(self.names, yes=yes), *more, now=NOW)

    def events(self) -> list[tuple[str, int, str]]:
        """(kind, at, actor) of every event."""
        return self._rows("SELECT kind, at, actor FROM events ORDER BY seq")

    def everything(self) -> dict[str, Any]:
        """Every row of the ledger and every other file."""
        found: dict[str, Any] = {}
        for path in sorted(self.folder.iterdir()):
            if path.name == "ledger.db":
                connection = sqlite3.connect(path)
                found[path.name] = list(connection.iterdump())
                connection.close()
            elif not path.name.endswith(("-wal", "-shm")):
                found[path.name] = path.read_bytes()
        return found

    def _rows(self, sql: str) -> list[Any]:
        connection = sqlite3.connect(self.folder / "ledger.db")
        try:
            return connection.execute(sql).fetchall()
        finally:
            connection.close()


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    from contextlib import redirect_stderr, redirect_stdout

    from jpcli.cli.app.root import run
    from tests.cli.conftest import Run

    folder = tmp_path_factory.mktemp("built")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JPCLI_LEDGER", str(folder / "ledger.db"))
        patch.setenv("JPCLI_ACTOR", "builder")

        def jpcli(*argv: str, now: str) -> Run:
            patch.setenv("JPCLI_NOW", now)
            out, err = StringIO(), StringIO()
            with redirect_stdout(out), redirect_stderr(err):
                code = run(list(argv))
            return Run(code, out.getvalue(), err.getvalue())

        return folder, build(jpcli, folder)


@pytest.fixture
def world(
    built: tuple[Path, dict[str, str]],
    tmp_path: Path,
    jpcli: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
) -> World:
    folder, names = built
    mine = tmp_path / "mine"
    shutil.copytree(folder, mine)
    monkeypatch.setenv("JPCLI_LEDGER", str(mine / "ledger.db"))
    monkeypatch.setattr("sys.stdin", StringIO())
    texts = {name: text.replace(str(folder), str(mine)) for name, text in names.items()}
    return World(mine, texts, jpcli)
