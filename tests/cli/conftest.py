"""Ways to run `jpcli`: in this process, in one of its own, and on a terminal."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import struct
import subprocess
import sys
import termios
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from tests import engines
from tests.cli.lines import Line
from tests.cli.world import built as built

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

ENTRY = "from jpcli.cli.entry import main; main()"
# Makes stdin the terminal whose Ctrl-C interrupts the process.
TAKE_TERMINAL = "import fcntl, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); "
PROMPT = b"[y/N] "
LIST_PROMPT = b"or all] "
NOW = "2026-11-22T11:00:00Z"


class Run(NamedTuple):
    """How one call ended and what it wrote."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def data(self) -> Any:
        return self.json["data"]

    @property
    def error(self) -> Any:
        return self.json["error"]

    @property
    def rows(self) -> list[list[str]]:
        """TSV as cells."""
        return [line.split("\t") for line in self.out.splitlines()]


Jpcli = "Callable[..., Run]"


@pytest.hookimpl(tryfirst=True)  # before the engine is asked for
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A line of the table that is about a file stays there, whatever test walks the table."""
    for item in items:
        line = getattr(getattr(item, "callspec", None), "params", {}).get("line")
        if isinstance(line, Line) and line.file:
            item.add_marker(pytest.mark.file(line.file))


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in list(os.environ):
        if name.startswith("JPCLI_") or name in ("NO_COLOR", "COLUMNS"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("JPCLI_LEDGER", engines.place(tmp_path / "ledger.db"))
    monkeypatch.setenv("JPCLI_NOW", NOW)
    monkeypatch.setenv("JPCLI_ACTOR", "tester")


@pytest.fixture
def jpcli(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Run]:
    """Run a command line in this process; `now` moves the clock."""
    from jpcli.cli.app.root import run

    def call(*argv: str, now: str | None = None) -> Run:
        if now is not None:
            monkeypatch.setenv("JPCLI_NOW", now)
        capsys.readouterr()
        code = run(list(argv))
        return Run(code, *capsys.readouterr())

    return call


@pytest.fixture(scope="session")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the ledgers are that are made by the first test that asks for one, and copied for all
    others."""
    return tmp_path_factory.mktemp("begun")


def copied(kept: Path, make: Callable[[], Any]) -> Any:
    """The ledger of a test is a copy of one that was made so before. What its making told."""
    mine, told = os.environ["JPCLI_LEDGER"], kept.with_suffix(".json")
    if told.exists():
        engines.copy(kept, mine)
    else:
        found = make()
        engines.copy(mine, kept)
        told.write_text(json.dumps(found), "utf-8")
    return json.loads(told.read_text("utf-8"))


@pytest.fixture
def ledger(
    jpcli: Callable[..., Run], begun: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Run]:
    """`jpcli` on a ledger that is there, empty, with a card."""
    monkeypatch.setenv("JPCLI_NOW", "2026-11-01T08:00:00Z")

    def make() -> None:
        assert jpcli("init", "--name", "Acme Agency").code == 0
        card = ("cards", "add", "--brand", "visa", "--last4", "4242", "--exp", "12/2030")
        assert jpcli(*card).code == 0

    copied(begun / "ledger.db", make)
    return jpcli


@contextmanager
def anything_goes() -> Iterator[None]:
    """Record what an older jpcli took as a reason or an actor, and this one refuses."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("cli.app.root.check_remark", "cli.app.invocation.check_remark"):
            patch.setattr(f"jpcli.{name}", lambda text, _: text)
        patch.setattr("jpcli.ledger.writer.check_remark", lambda text, _: text)
        patch.setattr("jpcli.ledger.writer.check_new_texts", lambda *_: None)
        yield


@pytest.fixture
def agency(
    ledger: Callable[..., Run], begun: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Run]:
    """A ledger with a few licenses, sites, clients and a history; the clock is at `NOW`."""
    copied(begun / "agency.db", lambda: _run_agency(ledger))
    monkeypatch.setenv("JPCLI_NOW", NOW)
    return ledger


def _run_agency(ledger: Callable[..., Run]) -> None:
    ledger("issue", "jetpack-complete", "-n", "2", now="2026-11-02T09:30:00Z")
    (_, first, second) = ledger("licenses", "list").rows
    ledger(
        "assign", first[0], "--site", "shop.example", "--client", "Shop", now="2026-11-03T10:00:00Z"
    )
    ledger("assign", second[0], "--site", "blog.example", "--client", "[b]Blog[/b]")
    ledger("transfer", first[0], "--to", "new.example", now="2026-11-08T10:00:00Z")
    ledger("issue", "jetpack-security-t1", "--bundle", "5", now="2026-11-10T10:00:00Z")
    with anything_goes():
        reason = "\x1b[31mclosed"
        ledger("revoke", first[0], "--yes", "--reason", reason, now="2026-11-20T10:00:00Z")
    assert ledger("ledger", "check", now=NOW).code == 0


def run_process(*argv: str, **options: Any) -> subprocess.CompletedProcess[bytes]:
    """A process of its own, as the console script starts it; output as bytes. Where nothing else is
    asked for, it is forked from one that has the command loaded."""
    if not options:
        from tests.forked import piped

        return piped(argv)
    options.setdefault("stdin", subprocess.DEVNULL)
    return subprocess.run(
        [sys.executable, "-c", ENTRY, *argv], capture_output=True, check=False, **options
    )


def run_on_terminal(
    *argv: str,
    columns: int = 100,
    answer: str | None = None,
    pick: str | None = None,
    env: dict[str, str] | None = None,
) -> Run:
    """Run on a pseudo terminal; stdout and stderr come together, as a person sees them. `answer` is
    for a question of yes or no, `pick` for a list to pick from."""
    screen, terminal = pty.openpty()
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    wait = started(argv, {**os.environ, "TERM": "xterm-256color", **(env or {})}, terminal)
    os.close(terminal)
    pieces = []
    while True:
        try:
            piece = os.read(screen, 65536)
        except OSError:
            break
        if not piece:
            break
        pieces.append(piece)
        if answer is not None and piece.endswith(PROMPT):
            os.write(screen, answer.encode())
        if pick is not None and piece.endswith(LIST_PROMPT):
            os.write(screen, pick.encode())
    os.close(screen)
    text = b"".join(pieces).decode().replace("\r\n", "\n")
    return Run(wait(), text, "")


def started(argv: tuple[str, ...], env: dict[str, str], terminal: int) -> Callable[[], int]:
    """A command on a terminal, and how to wait for its exit code: forked from a process that has it
    loaded, unless something is asked of the interpreter itself."""
    if not any(name.startswith("PYTHON") and env[name] != os.environ.get(name) for name in env):
        from tests.forked import on_terminal

        process = on_terminal(argv, env, os.ttyname(terminal))

        def wait() -> int:
            process.join()
            return int(process.exitcode or 0)

        return wait
    return subprocess.Popen(
        [sys.executable, "-c", TAKE_TERMINAL + ENTRY, *argv],
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
        env=env,
        start_new_session=True,
    ).wait
