"""Durable single issues: one process against bare append and fdatasync, then eight at once.

    python tests/bench/writers.py [ISSUES]

Each issue is a transaction of its own that has reached the disk before the next one begins. Prints
ratios against the targets; it never fails.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.bench.measuring import (
    ROOT,
    Measured,
    checked,
    environment,
    find_command,
    machine,
    print_table,
    verdict,
)

WRITERS = 8
CARD = ["--brand", "visa", "--last4", "4242", "--exp", "12/2040", "--primary"]
WORKER = """
import sys, time
from jpcli.services.desk import open_desk
from jpcli.services.licenses.issue import issue
path, count = sys.argv[1], int(sys.argv[2])
desk = open_desk(path, now_at=time.time_ns() // 1000, actor="bench", writes=True)
sys.stdin.readline()
start = time.monotonic()
for _ in range(count):
    issue(desk, "jetpack-scan")
print(start, time.monotonic())
"""


def appends_per_second(path: Path, count: int) -> float:
    """How often a record of an event's size can be appended and be on the disk."""
    record = b"x" * 400
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    start = time.perf_counter()
    for _ in range(count):
        os.write(handle, record)
        os.fdatasync(handle)
    seconds = time.perf_counter() - start
    os.close(handle)
    return count / seconds


def issues_per_second(ledger: Path | str, writers: int, each: int) -> tuple[float, int]:
    """The rate of all writers together, from the first start to the last end, and the failures."""
    command = [sys.executable, "-c", WORKER, str(ledger), str(each)]
    running = [
        subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for _ in range(writers)
    ]
    outputs = []
    for process in running:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    for process in running:
        out, _ = process.communicate()
        if process.returncode == 0:
            outputs.append([float(part) for part in out.split()])
    failures = writers - len(outputs)
    if not outputs:
        return 0.0, failures
    seconds = max(end for _, end in outputs) - min(start for start, _ in outputs)
    return len(outputs) * each / seconds, failures


class Rates(NamedTuple):
    """A second: bare appends, what one writer does, and what WRITERS do; and who failed."""

    raw: float
    one: float
    many: float
    one_failed: int
    many_failed: int
    is_sound: bool


def measure(count: int) -> list[Measured]:
    """Both rates as a part of their base (more is better), and the failures."""
    rates = measure_rates(count)
    found = [
        ("durable single issues, to appends", rates.one, rates.raw, 0.6, 0.8),
        (f"{WRITERS} writers, to one", rates.many, rates.one, 0.3, 0.45),
    ]
    measured = [
        Measured(name, must, goal, rate / base, _said(rate, base, must, goal))
        for name, rate, base, must, goal in found
    ]
    failed = rates.one_failed + rates.many_failed + (not rates.is_sound)
    return [*measured, Measured("writers that failed", 0, 0, failed, verdict(failed, 0, 0))]


def measure_rates(count: int) -> Rates:
    """Issue `count` licenses alone, then as many by WRITERS, and check the ledger."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        ledger = folder / "ledger.db"
        env = environment(folder, ledger)
        jpcli = find_command(folder)
        checked([jpcli, "init", "--currency", "usd"], env)
        checked([jpcli, "cards", "add", *CARD], env)
        raw = appends_per_second(folder / "raw", count)
        one, one_failed = issues_per_second(ledger, 1, count)
        many, many_failed = issues_per_second(ledger, WRITERS, max(1, count // WRITERS))
        found = checked([jpcli, "ledger", "check", "--json"], env)
    is_sound = bool(json.loads(found)["data"]["ok"])
    return Rates(raw, one, many, one_failed, many_failed, is_sound)


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 400
    raw, one, many, one_failed, many_failed, is_sound = measure_rates(count)
    print(f"{machine()}; {count} durable writes each, in {tempfile.gettempdir()}")
    rows = [
        ("", "a second", "ratio", "must", "goal", "", "failed"),
        ("append and fdatasync", f"{raw:.0f}", "", "", "", "", ""),
        _row("one writer, to appends", one, raw, 0.6, 0.8, one_failed),
        _row(f"{WRITERS} writers, to one", many, one, 0.3, 0.45, many_failed),
    ]
    print_table(rows)
    print(f"ledger check: {'ok' if is_sound else 'PROBLEMS'}")


def _said(rate: float, base: float, limit: float, goal: float) -> str:
    """Here more is better: the verdict is on how many times too slow it is."""
    return verdict(limit * base / rate if rate else float("inf"), 1, limit / goal)


def _row(
    name: str, rate: float, base: float, limit: float, goal: float, failed: int
) -> tuple[str, ...]:
    ratio = rate / base if base else 0.0
    said = _said(rate, base, limit, goal)
    return name, f"{rate:.0f}", f"{ratio:.2f}", f"{limit:g}", f"{goal:g}", said, str(failed)


if __name__ == "__main__":
    main()
