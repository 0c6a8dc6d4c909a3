"""Real processes of the installed command, with a fault on their way."""

from __future__ import annotations

import errno
import json
import os
import select
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import IO, NamedTuple

from tests.chaos.commands import Deed
from tests.domain.tzif import put, shifted

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
SECONDS = 120.0
PAUSE_SECONDS = 0.002
ZONE = "Europe/Berlin"
# What a machine elsewhere believes: since 2026 clocks there go an hour behind.
SHIFT = (1_767_225_600, -3600)
# Letters of preload.c.
ALL_WRITES = "wstnu"


class Fault(NamedTuple):
    """At the `at`-th of the `calls` for a file of the ledger's folder: `kill`, `tear` (half a
    write, then killed), `stop`, or the name of an error, with `goes_on` at all later ones too."""

    calls: str
    at: int
    do: str
    goes_on: bool = False

    def variable(self, folder: Path) -> str:
        do = str(getattr(errno, self.do)) if self.do.startswith("E") else self.do
        return f"{folder}/:{self.calls}:{self.at}:{do}:{int(self.goes_on)}"


class Command(NamedTuple):
    """`name` is also its actor. `out` is `pipe`, `closed`, `full` or `gone`; `killed_after` is in
    seconds; `repeats` names the command that this one is once more, under the same key; one that is
    `elsewhere` runs on a machine with other zone data."""

    name: str
    deed: Deed
    now: str
    more: tuple[str, ...] = ()
    fault: Fault | None = None
    out: str = "pipe"
    killed_after: float | None = None
    repeats: str = ""
    installed: bool = False
    elsewhere: bool = False

    def __str__(self) -> str:
        words = " ".join((*self.deed.words, *self.more))
        text = f"{self.name}: JPCLI_NOW={self.now} jpcli {words}"
        text += f"   [{' '.join(map(str, self.fault))}]" if self.fault else ""
        text += f"   [killed after {self.killed_after:.3f} s]" if self.killed_after else ""
        text += f"   [stdout {self.out}]" if self.out != "pipe" else ""
        text += "   [other zone data]" if self.elsewhere else ""
        return text + "".join(f"\n      {name}: {told!r}" for name, told in self.deed.files)


class Ended(NamedTuple):
    """How a command ended. `fired` says that its fault was met."""

    command: Command
    code: int
    out: str
    err: str
    fired: bool


class Preload:
    """The library that makes the faults; `why_not` says why there is none."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "preload.so"
        self.why_not = ""
        compiler = shutil.which("gcc") or shutil.which("cc")
        if not sys.platform.startswith("linux") or compiler is None:
            self.why_not = "faults in system calls need Linux and a C compiler"
            return
        line = [
            compiler,
            "-shared",
            "-fPIC",
            "-O1",
            "-o",
            str(self.path),
            str(HERE / "preload.c"),
            "-ldl",
        ]
        done = subprocess.run(line, capture_output=True, text=True, check=False)
        if done.returncode:
            self.why_not = f"preload.c can't be compiled: {done.stderr.strip()}"


class Nursery:
    """The process that forks commands, and how to ask it."""

    def __init__(self, preload: Preload) -> None:
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        if not preload.why_not:
            environment["LD_PRELOAD"] = str(preload.path)
        line = [sys.executable, "-m", "tests.chaos.nursery"]
        self._process = subprocess.Popen(
            line,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment,
            cwd=ROOT,
            text=True,
        )
        self._answer()  # it is loaded

    def ask(self, **order: object) -> int:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        return self._answer()

    def _answer(self) -> int:
        assert self._process.stdout is not None
        return int(self._process.stdout.readline())

    def close(self) -> None:
        self._process.communicate()


class Forked(NamedTuple):
    """A command in a process that the nursery forked; `exit` is readable once that has ended."""

    nursery: Nursery
    pid: int
    exit: int

    def is_over(self) -> bool:
        return bool(select.select([self.exit], [], [], 0)[0])

    def code(self) -> int:
        os.close(self.exit)
        return self.nursery.ask(wait=self.pid)


class Started(NamedTuple):
    """A command in a process that was started as a person starts it."""

    process: subprocess.Popen[bytes]

    @property
    def pid(self) -> int:
        return self.process.pid

    def is_over(self) -> bool:
        return self.process.poll() is not None

    def code(self) -> int:
        return int(self.process.returncode)


class Running:
    """One command that was started; its answers go to files outside of the ledger's folder."""

    def __init__(
        self,
        command: Command,
        words: list[str],
        ledger: Path,
        scratch: Path,
        preload: Preload,
        nursery: Nursery,
    ) -> None:
        self.command = command
        self._scratch = scratch
        self._begun = time.monotonic()
        environment = {
            name: value for name, value in os.environ.items() if not name.startswith("JPCLI_")
        }
        environment |= {
            "JPCLI_LEDGER": str(ledger),
            "JPCLI_NOW": command.now,
            "JPCLI_ACTOR": command.name,
            "PYTHONPATH": str(ROOT),
        }
        if command.elsewhere:
            environment["PYTHONTZPATH"] = str(put(scratch / "zones", ZONE, shifted(ZONE, *SHIFT)))
        if command.fault is not None:
            environment |= {
                "JPCLI_CHAOS": command.fault.variable(ledger.parent),
                "JPCLI_CHAOS_FIRED": str(self._file("fired")),
            }
        self._process: Forked | Started
        if command.installed or command.out != "pipe":
            if command.fault is not None:
                environment["LD_PRELOAD"] = str(preload.path)
            self._process = self._start([*installed(), *words], environment)
        else:
            files = {"out": str(self._file("out")), "err": str(self._file("err"))}
            pid = nursery.ask(words=words, environment=environment, **files)
            self._process = Forked(nursery, pid, os.pidfd_open(pid))

    def _start(self, line: list[str], environment: dict[str, str]) -> Started:
        if self.command.out == "closed":
            line = ["sh", "-c", 'exec "$@" >&-', "sh", *line]
        with self._out() as out, self._file("err").open("wb") as err:
            return Started(
                subprocess.Popen(
                    line,
                    stdin=subprocess.DEVNULL,
                    stdout=out,
                    stderr=err,
                    env=environment,
                )
            )

    def _file(self, name: str) -> Path:
        return self._scratch / f"{self.command.name}.{name}"

    def _out(self) -> IO[bytes]:
        if self.command.out == "full":
            return open("/dev/full", "wb")
        if self.command.out == "gone":
            reads, writes = os.pipe()
            os.close(reads)
            return os.fdopen(writes, "wb")
        return self._file("out").open("wb")

    def is_over(self) -> bool:
        """It has ended, or stands still; kills it when it is time."""
        if self._process.is_over():
            return True
        after = self.command.killed_after
        if time.monotonic() - self._begun > (SECONDS if after is None else after):
            os.kill(self._process.pid, signal.SIGKILL)
        return self._stands()

    def _stands(self) -> bool:
        try:
            told = Path(f"/proc/{self._process.pid}/stat").read_text()
        except OSError:
            return False
        return told.rpartition(")")[2].split()[0] == "T"

    def end(self) -> Ended:
        """Wait for it, woken if it was stopped."""
        while not self._process.is_over():
            if self.is_over() and self._stands():
                os.kill(self._process.pid, signal.SIGCONT)
            time.sleep(PAUSE_SECONDS)
        code = self._process.code()
        out, err = (
            path.read_text(errors="replace") if path.exists() else ""
            for path in (self._file("out"), self._file("err"))
        )
        fired = self._file("fired").exists()
        for name in ("out", "err", "fired"):
            self._file(name).unlink(missing_ok=True)
        return Ended(self.command, code, out, err, fired)


def installed() -> list[str]:
    """The command as it was installed with this interpreter, else the package itself."""
    script = Path(sys.executable).with_name("jpcli")
    return [str(script)] if script.exists() else [sys.executable, "-m", "jpcli"]


def run_together(running: list[Running]) -> list[Ended]:
    """Wait until all have ended or stand still, then wake those."""
    while [each for each in running if not each.is_over()]:
        time.sleep(PAUSE_SECONDS)
    return [each.end() for each in running]
