"""`python -m tests.chaos [--seconds N] [--seed S] [--jobs N]`: run after run until the time is
over; exits 1 where something goes wrong, after saying which seed and which commands lead there."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from itertools import count
from pathlib import Path

from tests.chaos.processes import Preload
from tests.chaos.runs import Report, run
from tests.chaos.sweeps import SWEPT, sweep

ROUNDS = 60


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos")
    parser.add_argument("--seconds", type=int, default=360, help="when no other run is begun")
    parser.add_argument("--seed", type=int, default=1, help="of the first run; then the next ones")
    parser.add_argument("--jobs", type=int, default=2, help="runs at once")
    parser.add_argument("--runs", type=int, default=0, help="at most so many; 0: as time allows")
    parser.add_argument("--sweep", action="store_true", help="also kill commands at every write")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        why_not = Preload(Path(folder)).why_not
    if why_not:
        sys.stdout.write(f"NO FAULTS, only kills by the clock: {why_not}\n")
    until = time.monotonic() + options.seconds
    tally: Counter[str] = Counter()
    with ProcessPoolExecutor(options.jobs) as pool:
        waiting: set[Future[Report]] = set()
        if options.sweep and not why_not:
            waiting |= {pool.submit(sweep, name, until=until) for name in SWEPT}
        for number in count():
            while len(waiting) >= options.jobs:
                waiting -= _tell(waiting, tally)
            if time.monotonic() > until or (options.runs and number >= options.runs):
                break
            waiting.add(pool.submit(run, options.seed + number, ROUNDS, slow=True))
        while waiting:
            waiting -= _tell(waiting, tally)
    figures = ", ".join(f"{value:,} {name}" for name, value in sorted(tally.items()))
    sys.stdout.write(f"{figures}, {tally['findings']} findings\n")
    return 1 if tally["findings"] else 0


def _tell(waiting: set[Future[Report]], tally: Counter[str]) -> set[Future[Report]]:
    """Those of `waiting` that are over now, at least one."""
    over, _ = wait(waiting, return_when=FIRST_COMPLETED)
    for each in over:
        report = each.result()
        tally.update(report.tally)
        tally["runs"] += 1
        if report.failure:
            sys.stdout.write(report.failure + "\n")
            sys.stdout.flush()
    return over


if __name__ == "__main__":
    sys.exit(main())
