"""The most memory that each command takes on very many licenses, as a table.

    python tests/bench/memory.py [--licenses N] [--only TEXT] [--after TEXT] [--keep FOLDER]

Every road of `roads.py`, once; `--only` those with TEXT in their line, `--after` from the first one
with TEXT in its name, `--keep` leaves the ledgers in a folder for the next run. A million takes
some hours. It never fails.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.bench.ledgers import Ledgers
from tests.bench.measuring import (
    MEMORY_GOAL_MIB,
    MEMORY_MIB,
    Measured,
    machine,
    print_table,
    verdict,
    with_peak,
)
from tests.bench.roads import ROADS, Road

# The roads that take the most, one of each kind; `targets.py` has them in its table.
FEW = (
    *("issue --from", "transfer --from", "revoke --from", "apply of plan-move --yes --json"),
    *("invoice explain --format json", "invoice close", "ledger check --json"),
)


def measure_road(ledgers: Ledgers, road: Road) -> tuple[float, float]:
    """Seconds and MiB of one command."""
    path = ledgers.ledger(road.ledger)
    folder = ledgers.folder / "run"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    try:
        arguments = list(_arguments(ledgers, road, folder))
        if road.writes:
            path = Path(shutil.copy(path, folder / "copy.db"))
        env = ledgers.env(road.ledger, path)
        return with_peak([ledgers.jpcli, *arguments], env, folder / "output", road.codes)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _arguments(ledgers: Ledgers, road: Road, folder: Path) -> list[str]:
    words: list[str] = []
    for word in road.arguments.split():
        if word.startswith("@"):
            words += ledgers.named(word[1:])
        elif word.startswith("{new}"):
            words.append(str(folder / word.replace("{new}", "new")))
        elif word == "{count}":
            words.append(str(ledgers.count))
        elif word.startswith("{"):
            words.append(ledgers.given(word[1:-1]))
        else:
            words.append(word)
    return words


def measure(ledgers: Ledgers, roads: tuple[Road, ...]) -> list[tuple[str, float, float]]:
    """(road, seconds, MiB), told while they are measured."""
    found = []
    for road in roads:
        seconds, mib = measure_road(ledgers, road)
        said = verdict(mib, MEMORY_MIB, MEMORY_GOAL_MIB)
        print(f"{road.name}: {seconds:.1f} s, {mib:.0f} MiB {said}", file=sys.stderr, flush=True)
        found.append((road.name, seconds, mib))
    return found


def measure_few(licenses: int) -> Measured:
    """The most that a command of FEW takes, in MiB."""
    roads = tuple(next(road for road in ROADS if road.name == name) for name in FEW)
    with tempfile.TemporaryDirectory() as folder:
        found = measure(Ledgers(Path(folder), licenses), roads)
    mib = max(taken for _, _, taken in found)
    said = verdict(mib, MEMORY_MIB, MEMORY_GOAL_MIB)
    name = f"most MiB of {len(FEW)} more commands on {licenses:,} licenses"
    return Measured(name, MEMORY_MIB, MEMORY_GOAL_MIB, mib, said)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--licenses", type=int, default=100_000)
    parser.add_argument("--only", default="")
    parser.add_argument("--after", default="")
    parser.add_argument("--keep", type=Path)
    options = parser.parse_args()
    roads = tuple(r for r in ROADS if options.only in f"{r.name} {r.ledger} {r.arguments}")
    if options.after:
        names = [r.name for r in roads]
        roads = roads[next(i for i, n in enumerate(names) if options.after in n) :]
    with tempfile.TemporaryDirectory() as name:
        folder = options.keep or Path(name)
        folder.mkdir(parents=True, exist_ok=True)
        found = measure(Ledgers(folder, options.licenses), roads)
    print(
        f"{machine()}; {options.licenses:,} licenses; must {MEMORY_MIB} MiB, goal {MEMORY_GOAL_MIB}"
    )
    rows = [("", "s", "MiB", "")]
    rows += [
        (name, f"{seconds:.1f}", f"{mib:.0f}", verdict(mib, MEMORY_MIB, MEMORY_GOAL_MIB))
        for name, seconds, mib in found
    ]
    print_table(rows)


if __name__ == "__main__":
    main()
