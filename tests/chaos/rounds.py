"""Rounds by chance: which commands at once, with which faults, and what happens to the files."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from random import Random

from tests.chaos import commands
from tests.chaos.chances import Chances
from tests.chaos.commands import Deed, deed
from tests.chaos.damage import flip, leave_beside
from tests.chaos.endings import KILLED
from tests.chaos.processes import ALL_WRITES, Command, Ended, Fault
from tests.chaos.stage import Round, Stage

MOST_BACKUPS = 3
KINDS = {"one": 60, "together": 20, "copy": 9, "timer": 5, "output": 6, "stop": 2}


class Rounds:
    """The rounds of one seed. `slow` has those that wait for seconds, too."""

    def __init__(self, stage: Stage, seed: int, *, slow: bool) -> None:
        self._stage = stage
        self._chance = Random(seed)
        self._number = 0
        self._now = datetime(2026, 3, 2, 9, tzinfo=UTC)
        self._kinds = {kind: weight for kind, weight in KINDS.items() if slow or kind != "stop"}

    def next(self) -> Round:
        """What comes now, given what there is."""
        chance = self._chance
        self._now += timedelta(hours=chance.expovariate(1 / 28))
        (kind,) = chance.choices(list(self._kinds), list(self._kinds.values()))
        made = tuple(getattr(self, f"_{kind}")())
        if any(each.deed.alone for each in made):
            made = made[:1]
        seed = chance.randrange(2**31)
        before = partial(leave_beside, seed=seed) if chance.random() < 0.06 else None
        does = chance.random() < 0.15
        after = partial(flip, seed=seed, now=self._text(self._now)) if does else None
        return Round(made, before, after)

    def repeats(self, ended: list[Ended]) -> Iterator[Round]:
        """The same again, for what has a key: always where no answer came."""
        for each in ended:
            command = each.command
            is_keyed = "--idempotency-key" in command.more and "--dry-run" not in command.more
            if is_keyed and (each.code or self._chance.random() < 0.3):
                again = Command(f"{command.name}r", command.deed, command.now, command.more)
                yield Round((again._replace(repeats=command.name),))
            if command.deed.then is not None and each.code == 0:
                yield Round((self._faulty(self._command(command.deed.then), 0.6),))
        if any(each.fired or each.code == KILLED for each in ended) and self._chance.random() < 0.3:
            self._number += 1
            check = deed("ledger check --json", look=lambda data, _: data["ok"])
            yield Round((Command(f"c{self._number}", check, self._text(self._now)),))

    # --- kinds of rounds --------------------------------------------------------------------------

    def _one(self) -> Iterator[Command]:
        yield self._faulty(self._command(), 0.85)

    def _together(self) -> Iterator[Command]:
        for _ in range(self._chance.randint(2, 3)):
            yield self._faulty(self._command(), 0.4)

    def _timer(self) -> Iterator[Command]:
        yield self._command()._replace(killed_after=self._chance.uniform(0.05, 0.6))

    def _output(self) -> Iterator[Command]:
        yield self._command()._replace(out=self._chance.choice(("closed", "full", "gone")))

    def _stop(self) -> Iterator[Command]:
        """One stands still at some moment, while others would like to look and to write."""
        if not self._stage.preload.why_not:
            fault = Fault("ws", self._chance.randint(1, 30), "stop")
            yield self._command()._replace(fault=fault)
        for _ in range(self._chance.randint(1, 2)):
            yield self._command()

    def _copy(self) -> Iterator[Command]:
        """A backup beside others, or a restore."""
        backups = [name for name in self._stage.backups if self._path_exists(name)]
        if len(backups) >= MOST_BACKUPS or (backups and self._chance.random() < 0.5):
            yield self._faulty(self._command(commands.restore(self._chance.choice(backups))), 0.6)
            return
        self._number += 1
        yield self._faulty(self._command(commands.backup(f"b{self._number}")), 0.5)
        if self._chance.random() < 0.4:
            yield self._faulty(self._command(), 0.3)

    def _path_exists(self, name: str) -> bool:
        return (self._stage.folder / f"{name}.db").exists()

    # --- parts of them ----------------------------------------------------------------------------

    def _command(self, made: Deed | None = None) -> Command:
        chance = self._chance
        self._number += 1
        now = self._now
        if chance.random() < 0.1:
            now += timedelta(hours=chance.uniform(-900, 60))  # the clock is wrong
        if made is None:
            stage = self._stage
            made = Chances(chance, stage.model, stage.names, self._number, now.date()).deed()
        more: tuple[str, ...] = ()
        if "--json" not in made.words and "export" not in made.words and chance.random() < 0.5:
            more += ("--json",)
        if made.effect is not None:
            more += ("--dry-run",) if chance.random() < 0.08 else ()
            if chance.random() < 0.4:
                more += ("--idempotency-key", f"key-{self._number}")
        installed = chance.random() < 0.1
        elsewhere = chance.random() < 0.2
        name = f"c{self._number}"
        return Command(name, made, self._text(now), more, installed=installed, elsewhere=elsewhere)

    def _faulty(self, command: Command, share: float) -> Command:
        chance = self._chance
        if chance.random() > share:
            return command
        if self._stage.preload.why_not:
            return command._replace(killed_after=chance.uniform(0.05, 0.6))
        do = chance.choice(
            ("kill", "kill", "kill", "tear", "EIO", "EIO", "ENOSPC", "ENOSPC", "EMFILE")
        )
        if do == "EMFILE":
            calls = "o"
        elif do in ("kill", "tear"):
            calls = chance.choice((ALL_WRITES, "ws", "w", "nu"))
        else:
            calls = chance.choice(("w", "s", "ws", "t", "n", "o", "u", ALL_WRITES, "r"))
        at = chance.choice((1, 2, 3, chance.randint(1, 12), chance.randint(1, 40)))
        return command._replace(fault=Fault(calls, at, do, chance.random() < 0.35))

    def _text(self, now: datetime) -> str:
        return now.strftime("%Y-%m-%dT%H:%M:%SZ")
