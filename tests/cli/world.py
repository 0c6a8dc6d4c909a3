"""The ledger in which the lines work, a copy of it for every test."""

from __future__ import annotations

import shutil
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from tests import engines
from tests.cli.lines import NOW, Line, build

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.cli.conftest import Run


# The folder of a ledger, and the names in it.
Built = tuple[Path, dict[str, str]]


class World(NamedTuple):
    """A copy of the ledger, files and all; every test has its own."""

    folder: Path
    names: dict[str, str]
    jpcli: Callable[..., Any]

    def __call__(self, line: Line, *more: str, yes: bool = True) -> Any:
        return self.jpcli(*line.argv(self.names, yes=yes), *more, now=NOW)

    @property
    def ledger(self) -> str:
        """The address of the ledger."""
        return engines.place(self.folder / "ledger.db")

    def events(self) -> list[tuple[str, int, str]]:
        """(kind, at, actor) of every event."""
        return self._rows("SELECT kind, at, actor FROM events ORDER BY seq")

    def everything(self) -> dict[str, Any]:
        """Every row of the ledger and every other file."""
        found: dict[str, Any] = {}
        for path in sorted(self.folder.rglob("*")):
            name = str(path.relative_to(self.folder))
            if path.is_file() and name != "ledger.db" and not name.endswith(("-wal", "-shm")):
                found[name] = path.read_bytes()
        found["ledger.db"] = engines.engine.dump(self.ledger).splitlines()
        return found

    def _rows(self, sql: str) -> list[Any]:
        return engines.engine.rows(self.ledger, sql)


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """What is copied for each test; for `conftest.py`."""
    folder = tmp_path_factory.mktemp("built")
    with building(folder / "ledger.db") as jpcli:
        return folder, build(jpcli, folder)


@contextmanager
def building(ledger: Path, **env: str) -> Iterator[Callable[..., Run]]:
    """`jpcli` on a ledger that outlasts the test for which it is made."""
    from jpcli.cli.app.root import run
    from tests.cli.conftest import Run

    with pytest.MonkeyPatch.context() as patch:
        names = {"JPCLI_LEDGER": engines.place(ledger), "JPCLI_ACTOR": "builder", **env}
        for name, value in names.items():
            patch.setenv(name, value)

        def jpcli(*argv: str, now: str) -> Run:
            patch.setenv("JPCLI_NOW", now)
            out, err = StringIO(), StringIO()
            with redirect_stdout(out), redirect_stderr(err):
                code = run(list(argv))
            return Run(code, out.getvalue(), err.getvalue())

        yield jpcli


@pytest.fixture
def world(
    built: Built,
    tmp_path: Path,
    jpcli: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
) -> World:
    return copied(built, tmp_path / "mine", jpcli, monkeypatch)


def copied(
    built: Built,
    mine: Path,
    jpcli: Callable[..., Any],
    patch: pytest.MonkeyPatch,
) -> World:
    folder, names = built
    put_back(folder, mine)
    patch.setenv("JPCLI_LEDGER", engines.place(mine / "ledger.db"))
    patch.setattr("sys.stdin", StringIO())
    texts = {name: text.replace(str(folder), str(mine)) for name, text in names.items()}
    texts |= {name: engines.place(texts[name]) for name in ("ledger", "new")}
    return World(mine, texts, jpcli)


def built_on(built: Built, folder: Path, add: Callable[[World], dict[str, str]]) -> Built:
    """The same as `built`, in another folder, after more was done; with the names that it adds."""
    there, names = built
    texts = {name: text.replace(str(there), str(folder)) for name, text in names.items()}
    with pytest.MonkeyPatch.context() as patch, building(folder / "ledger.db") as jpcli:
        more = add(copied(built, folder, jpcli, patch))
    return folder, texts | more


def put_back(folder: Path, mine: Path) -> None:
    """Make of `mine` what is in `folder`, the ledger and every other file."""
    shutil.rmtree(mine, ignore_errors=True)
    shutil.copytree(folder, mine, ignore=shutil.ignore_patterns("ledger.db"))
    engines.copy(folder / "ledger.db", mine / "ledger.db")
