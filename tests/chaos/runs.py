"""One run: rounds of one seed on one ledger, and the shortest list of them that goes wrong."""

from __future__ import annotations

import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from tests.chaos.commands import Wrong
from tests.chaos.processes import Nursery, Preload
from tests.chaos.rounds import Rounds
from tests.chaos.stage import Round, Stage
from tests.scratch import SCRATCH

PREFIX = "jpcli-chaos-"
# A kill leaves what was written, in memory as on a disk, and there no run waits for a disk.


class Report(NamedTuple):
    """What a run did, and what went wrong, if anything did."""

    tally: Counter[str]
    failure: str = ""


@contextmanager
def nurseries() -> Iterator[tuple[Preload, Nursery]]:
    """The library that makes faults, and the process that forks commands."""
    with tempfile.TemporaryDirectory(prefix=PREFIX, dir=SCRATCH) as folder:
        preload = Preload(Path(folder))
        nursery = Nursery(preload)
        try:
            yield preload, nursery
        finally:
            nursery.close()


def run(seed: int, rounds: int, *, slow: bool = False, shrink_seconds: float = 60.0) -> Report:
    """Play `rounds` rounds; what goes wrong is played again with as little as possible."""
    played: list[Round] = []
    with (
        nurseries() as (preload, nursery),
        tempfile.TemporaryDirectory(prefix=PREFIX, dir=SCRATCH) as folder,
    ):
        stage = Stage(Path(folder), preload, nursery)
        chosen = Rounds(stage, seed, slow=slow)
        try:
            for _ in range(rounds):
                _play(stage, chosen, played)
            stage.finish()
        except Wrong as wrong:
            least = shortest(played, preload, nursery, time.monotonic() + shrink_seconds)
            stage.tally["findings"] += 1
            return Report(stage.tally, _told(seed, str(wrong), least, len(played)))
        return Report(stage.tally)


def _play(stage: Stage, chosen: Rounds, played: list[Round]) -> None:
    turn = chosen.next()
    played.append(turn)
    for again in list(chosen.repeats(stage.play(turn))):
        played.append(again)
        stage.play(again)


def replay(rounds: list[Round], preload: Preload, nursery: Nursery) -> str:
    """Play a list again on a new ledger; what goes wrong, or nothing."""
    with tempfile.TemporaryDirectory(prefix=PREFIX, dir=SCRATCH) as folder:
        stage = Stage(Path(folder), preload, nursery)
        try:
            for turn in rounds:
                stage.play(turn)
            stage.finish()
        except Wrong as wrong:
            return str(wrong)
    return ""


def shortest(rounds: list[Round], preload: Preload, nursery: Nursery, until: float) -> list[Round]:
    """Leave out what isn't needed to go wrong, in halves, quarters and so on."""
    if not replay(rounds, preload, nursery):
        return rounds  # it depends on the moment
    size = max(len(rounds) // 2, 1)
    while True:
        at = 0
        while at < len(rounds):
            if time.monotonic() > until:
                return rounds
            less = rounds[:at] + rounds[at + size :]
            if less and replay(less, preload, nursery):
                rounds = less
            else:
                at += size
        if size == 1:
            return rounds
        size //= 2


def _told(seed: int, wrong: str, least: list[Round], before: int) -> str:
    lines = [f"seed {seed}: {wrong}", f"{len(least)} of {before} rounds lead there:"]
    for turn in least:
        lines += [f"  ({each})" for each in (turn.before, turn.after) if each is not None]
        lines += [f"  {'&' if len(turn.commands) > 1 else ' '} {each}" for each in turn.commands]
    return "\n".join(lines)
