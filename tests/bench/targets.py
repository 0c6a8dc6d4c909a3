"""Every target for speed and memory, measured in one run, as a table.

    python tests/bench/targets.py [--quick | --tiny]

Each is a ratio to its own baseline in this run, unless its name says otherwise. The whole takes
about half an hour, `--quick` two minutes at smaller sizes; `--tiny` only shows that all of it
runs. Nothing here fails, because a busy machine is no bug.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.bench import baselines, completion, memory, scale, startup, writers
from tests.bench.measuring import machine, print_table

if TYPE_CHECKING:
    from tests.bench.measuring import Measured


class Size(NamedTuple):
    """Rounds and counts of licenses; `scale.measure` and the others say of what."""

    rounds: int
    lines: int
    issues: int
    large: int
    bulk: int
    history: int


FULL = Size(rounds=21, lines=200, issues=400, large=1_000_000, bulk=200_000, history=40_000)
QUICK = Size(rounds=5, lines=50, issues=200, large=20_000, bulk=20_000, history=4_000)
TINY = Size(rounds=1, lines=2, issues=16, large=400, bulk=400, history=40)

# What is promised, and how the names begin of what measures it.
TARGETS: dict[str, tuple[str, ...]] = {
    "--version": ("--version",),
    "completion of a sub-command or an option": ("completion in ",),
    "completion of a license key": ("complete a license key",),
    "small ledger in a pipe": ("invoice preview --json", "licenses list in a pipe"),
    "on a terminal; issue, help, usage errors": (
        *("invoice preview on a terminal", "licenses list on a terminal", "issue"),
        *("--help", "a usage error"),
    ),
    "preview of very many licenses": ("preview --json, beyond",),
    "the same with 20 x the history": ("preview of ",),
    "--by site or client": ("preview --by ",),
    "ledger import, issue --from": ("ledger import of ", "issue --from of "),
    "licenses list --format csv": ("licenses list of ", "its first byte"),
    "memory of any command": ("most MiB of ",),
    "durable single issues": ("durable single issues",),
    "8 writers": ("8 writers", "writers that failed"),
}


def measure(size: Size) -> list[Measured]:
    """All of it, one after the other, so that nothing is slowed down by its neighbors."""
    return [
        *startup.measure(size.rounds),
        *completion.measure(size.lines),
        *scale.measure(size.large, size.bulk, size.history),
        memory.measure_few(size.bulk),
        *writers.measure(size.issues),
    ]


def table(found: list[Measured]) -> list[tuple[str, ...]]:
    """A row a measurement below its target; a target that nothing measured says so."""
    rows: list[tuple[str, ...]] = [("", "must", "goal", "measured", "")]
    left = list(found)
    for target, names in TARGETS.items():
        rows.append((target, "", "", "", ""))
        begun = len(rows)
        # The longest beginning wins: `issue --from` is no `issue`.
        for item in [each for each in left if _best(each.name) in names]:
            left.remove(item)
            goal = "" if item.goal is None else f"{item.goal:g}"
            rows.append((f"  {item.name}", f"{item.must:g}", goal, f"{item.ratio:.2f}", item.said))
        if len(rows) == begun:
            rows.append(("  not measured", "", "", "", "MISSING"))
    assert not left, f"no target: {[item.name for item in left]}"
    return rows


def _best(name: str) -> str:
    starts = [start for names in TARGETS.values() for start in names if name.startswith(start)]
    return max(starts, key=len, default="")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", dest="size", action="store_const", const=QUICK, default=FULL)
    parser.add_argument("--tiny", dest="size", action="store_const", const=TINY)
    size = parser.parse_args().size
    found = measure(size)
    print(f"{machine()}; queries in {baselines.shell_name()}; {size}")
    print_table(table(found))


if __name__ == "__main__":
    main()
