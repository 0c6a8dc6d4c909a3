"""Times whole processes against `python -c pass`, in alternation, and prints ratios and targets.

A ratio within one run on one machine says something; a time alone does not. Nothing here asserts.
"""

from __future__ import annotations

import os
import pty
import statistics
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT = Path(__file__).parents[2]
# What a command may take at most, whatever it is given, and what it should.
MEMORY_MIB, MEMORY_GOAL_MIB = 300, 120
LAUNCHER = "#!{python}\nimport sys\nfrom jpcli.cli.entry import main\nsys.exit(main())\n"


class Case(NamedTuple):
    """A command, what it may take and what it should (both in units of the case's base)."""

    name: str
    argv: list[str]
    limit: float
    goal: float | None = None
    on_terminal: bool = False
    code: int = 0


class Measured(NamedTuple):
    """What came out for a target; `must` and `goal` are in the same unit as `ratio`, and `said` is
    the verdict."""

    name: str
    must: float
    goal: float | None
    ratio: float
    said: str


def find_command(folder: Path) -> str:
    """The installed `jpcli` of this interpreter, else a script like it over the source tree."""
    installed = Path(sys.executable).with_name("jpcli")
    if installed.exists():
        return str(installed)
    launcher = folder / "jpcli"
    launcher.write_text(LAUNCHER.format(python=sys.executable))
    launcher.chmod(0o755)
    return str(launcher)


def environment(folder: Path, ledger: Path) -> dict[str, str]:
    """A quiet environment with a ledger and home of its own."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "TZ") if name in os.environ}
    return {
        **kept,
        "HOME": str(folder),
        "PYTHONPATH": str(ROOT),
        "JPCLI_LEDGER": str(ledger),
        "TERM": "xterm-256color",
        "COLUMNS": "120",
    }


def timed(case: Case, env: dict[str, str]) -> float:
    """Seconds from the start of a process to its end; infinite if it ends with another code."""
    if not case.on_terminal:
        start = time.perf_counter()
        done = subprocess.run(
            case.argv, env=env, stdin=subprocess.DEVNULL, capture_output=True, check=False
        )
        seconds = time.perf_counter() - start
        return seconds if done.returncode == case.code else float("inf")
    ours, theirs = pty.openpty()
    reader = threading.Thread(target=_drain, args=(ours,))
    reader.start()
    start = time.perf_counter()
    done = subprocess.run(
        case.argv, env=env, stdin=theirs, stdout=theirs, stderr=theirs, check=False
    )
    seconds = time.perf_counter() - start
    os.close(theirs)
    reader.join()
    os.close(ours)
    return seconds if done.returncode == case.code else float("inf")


def _drain(terminal: int) -> None:
    try:
        while os.read(terminal, 65536):
            pass
    except OSError:  # what Linux says at the end of a terminal
        return


def medians(cases: list[Case], env: dict[str, str], rounds: int) -> dict[str, float]:
    """Median seconds of each case; one run of every case a round, so that all share the noise."""
    seconds: dict[str, list[float]] = {case.name: [] for case in cases}
    for number in range(rounds + 2):
        for case in cases:
            took = timed(case, env)
            if number >= 2:  # the first two fill the caches
                seconds[case.name].append(took)
    return {name: statistics.median(values) for name, values in seconds.items()}


def verdict(ratio: float, limit: float, goal: float | None) -> str:
    """`goal`, `ok` or `OVER`."""
    if ratio > limit:
        return "OVER"
    return "goal" if goal is not None and ratio <= goal else "ok"


def print_table(rows: Sequence[tuple[str, ...]]) -> None:
    """Columns wide enough for what is in them; the first to the left, the others to the right."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        cells = [cell.rjust(width) for cell, width in zip(row, widths, strict=True)]
        print("  ".join([row[0].ljust(widths[0]), *cells[1:]]).rstrip())


def checked(argv: list[str], env: dict[str, str]) -> str:
    """Run a step of the preparation and return its output; its failure ends the benchmark."""
    run = subprocess.run(argv, env=env, capture_output=True, text=True, check=False)
    if run.returncode:
        sys.exit(f"{' '.join(argv)}\nended with {run.returncode}:\n{run.stdout}{run.stderr}")
    return run.stdout


# A child's peak starts at that of the process which it was forked from, so a small one starts it.
_MEASURE = """
import os, sys, time
start = time.perf_counter()
process = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ)
_, status, usage = os.wait4(process, 0)
code = os.waitstatus_to_exitcode(status)
print(time.perf_counter() - start, usage.ru_maxrss, code, file=sys.stderr)
"""


def with_peak(
    argv: list[str], env: dict[str, str], output: Path, codes: tuple[int, ...] = (0,)
) -> tuple[float, float]:
    """Seconds, and the most memory in MiB, of one process whose output goes to a file; one that
    ends with another code ends the benchmark."""
    measure = [sys.executable, "-c", _MEASURE, *argv]
    with output.open("wb") as stream:
        run = subprocess.run(
            measure,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=subprocess.PIPE,
            text=True,
            check=True,
        )
    *said, figures = run.stderr.splitlines()
    seconds, peak_kib, code = figures.split()
    if int(code) not in codes:
        sys.exit("\n".join([f"{' '.join(argv)} ended with {code}", *said]))
    return float(seconds), int(peak_kib) / 1024


def machine() -> str:
    """One line on what this was measured with."""
    return f"Python {sys.version.split()[0]}, {os.cpu_count()} cores"
