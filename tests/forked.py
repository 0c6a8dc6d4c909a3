"""The command as a process of its own that begins with everything imported.

Python, Typer and Stripe's client take some half a second to start, more than most commands take;
where hundreds of processes are started to be killed, they are forked from one that waits.
"""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from multiprocessing import util
from pkgutil import walk_packages
from typing import TYPE_CHECKING

import jpcli
from jpcli.cli.entry import main

if TYPE_CHECKING:
    from collections.abc import Sequence
    from multiprocessing.connection import Connection
    from multiprocessing.context import ForkServerProcess
    from pathlib import Path

GONE = "gone"
CLOSED = "closed"


def _make_folder() -> None:
    """Of the server's sockets, whose paths have to be short: by itself it would take the folder for
    temporary files of the test that happens to be the first."""
    kept, tempfile.tempdir = tempfile.tempdir, "/tmp"
    try:
        util.get_temp_dir()
    finally:
        tempfile.tempdir = kept


_make_folder()
_SERVER = multiprocessing.get_context("forkserver")
_SERVER.set_forkserver_preload(
    [__name__, *(module.name for module in walk_packages(jpcli.__path__, "jpcli."))]
)


class Forked:
    """A running command; `output` is the file that both streams go to, in order."""

    def __init__(
        self, arguments: Sequence[str], env: dict[str, str], output: Path, stdout: str | None = None
    ) -> None:
        """Start it. `env` is its whole environment; `stdout` a device that takes its answer,
        GONE for a pipe whose reader has left, or CLOSED for none."""
        self._output = output
        self._process: ForkServerProcess = _SERVER.Process(
            target=_command, args=(list(arguments), env, str(output), stdout)
        )
        self._process.start()

    def kill(self) -> None:
        """End it at once, wherever it is."""
        self._process.kill()

    def finished(self, timeout_seconds: float = 120) -> tuple[int, str]:
        """Its exit code, negative for a signal, and what it said."""
        self._process.join(timeout_seconds)
        code = self._process.exitcode
        if code is None:
            self._process.kill()
            raise TimeoutError(self._output.read_text())
        return code, self._output.read_text()


def piped(arguments: Sequence[str]) -> subprocess.CompletedProcess[bytes]:
    """Run a command whose streams are pipes, with nothing on its standard input."""
    pipes = [_SERVER.Pipe(duplex=False) for _ in range(2)]
    given = (list(arguments), dict(os.environ), os.getcwd(), *[writer for _, writer in pipes])
    process = _SERVER.Process(target=_to_pipes, args=given)
    process.start()
    for _, writer in pipes:
        writer.close()
    with ThreadPoolExecutor(2) as together:
        out, err = together.map(_whole, [reader for reader, _ in pipes])
    process.join()
    return subprocess.CompletedProcess(list(arguments), int(process.exitcode or 0), out, err)


def _whole(reader: Connection) -> bytes:
    with reader, open(reader.fileno(), "rb", closefd=False) as stream:
        return stream.read()


def on_terminal(arguments: Sequence[str], env: dict[str, str], terminal: str) -> ForkServerProcess:
    """Start a command on a terminal, whose Ctrl-C interrupts it; the caller waits for its end."""
    reader, writer = _SERVER.Pipe(duplex=False)
    given = (list(arguments), env, os.getcwd(), terminal, writer)
    process = _SERVER.Process(target=_at, args=given)
    process.start()
    writer.close()
    with reader, suppress(EOFError):
        reader.recv_bytes()  # it has opened the terminal, which the caller may close
    return process


def _at(
    arguments: list[str], env: dict[str, str], folder: str, terminal: str, ready: Connection
) -> None:
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(env)
    os.setsid()
    stream = os.open(terminal, os.O_RDWR)  # of the first one that a new session opens it is the own
    for number in range(3):
        os.dup2(stream, number)
    os.close(stream)
    ready.send_bytes(b"!")
    ready.close()
    _run(arguments, buffering=1)


def _to_pipes(
    arguments: list[str], env: dict[str, str], folder: str, out: Connection, err: Connection
) -> None:
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(env)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for number, stream in enumerate((nothing, out.fileno(), err.fileno())):
        os.dup2(stream, number)
    os.close(nothing)
    out.close()
    err.close()
    _run(arguments)


def _run(arguments: list[str], buffering: int = -1) -> None:
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stdout = open(1, "w", encoding="utf-8", buffering=buffering, closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", encoding="utf-8", buffering=buffering, closefd=False)  # noqa: SIM115
    sys.argv = ["jpcli", *arguments]
    main()


def _command(arguments: list[str], env: dict[str, str], output: str, stdout: str | None) -> None:
    os.environ.clear()
    os.environ.update(env)
    target = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(target, 2)
    if stdout == GONE:
        reader, target = os.pipe()
        os.close(reader)
    elif stdout not in (None, CLOSED):
        target = os.open(str(stdout), os.O_WRONLY)
    os.dup2(target, 1)
    # What they were says whether they can be sought and are terminals.
    sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    if stdout == CLOSED:
        os.close(1)
        sys.stdout = None  # as the interpreter begins then
    sys.stderr = open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.argv = ["jpcli", *arguments]
    main()
