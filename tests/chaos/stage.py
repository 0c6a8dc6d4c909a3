"""A ledger that real commands play on, and the judge of what became of it.

After each round of commands the files are read past jpcli and held against the model: what was
acknowledged is there once, what was not is there whole or not at all, and nothing else is.
"""

from __future__ import annotations

import re
import sqlite3
import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from tests.chaos import written
from tests.chaos.commands import Telling, Wrong, add_client, deed
from tests.chaos.endings import KILLED, check_form, check_look, says_nothing_done
from tests.chaos.model import Change, Model, changed, difference
from tests.chaos.observed import Event, Observed, copied, observe
from tests.chaos.processes import ZONE, Command, Ended, Nursery, Preload, Running, run_together
from tests.services.agency import Agency

BEGUN = "2026-03-01T08:00:00Z"
PRICES = "product,name,family,amount,from,bundle_size\n" + "".join(
    f"{product},{product},{product},{amount},2022-01-01,{size}\n"
    for product, amount, size in (
        ("jetpack-scan", "0.16", 1),
        ("jetpack-boost", "0.27", 1),
        ("jetpack-backup-t1", "0.32", 1),
        ("jetpack-search", "0.11", 1),
        ("jetpack-security-t1", "0.40", 1),
        ("jetpack-security-t1", "1.50", 5),
    )
)
REFUSED = (2, 3, 4, 75)
_NAME = re.compile(r"\{(\w+(?:\.\w+)?)\}")


class Round(NamedTuple):
    """Commands that run at once; what is done to the files before them, and after."""

    commands: tuple[Command, ...]
    before: Callable[[Stage], None] | None = None
    after: Callable[[Stage], None] | None = None


class Stage:
    """A ledger in `folder`, its model, and what happened so far."""

    def __init__(self, folder: Path, preload: Preload, nursery: Nursery) -> None:
        self.folder = folder / "ledger"
        self.scratch = folder / "scratch"
        for each in (self.folder, self.scratch):
            each.mkdir()
        self.ledger = self.folder / "ledger.db"
        self.preload = preload
        self._nursery = nursery
        self._last_now = BEGUN
        self.model = Model()
        self.keys = {"folder": str(self.folder)}
        self.backups: dict[str, Model] = {}
        self.tally: Counter[str] = Counter()
        (self.scratch / "prices.csv").write_text(PRICES)
        terms = "--payment-terms-days 30"
        self._must(
            f"init --name Acme --time-zone {ZONE} --prices {self.scratch}/prices.csv {terms}"
        )
        before = observe(self.ledger).model
        self._must("cards add --brand visa --last4 4242 --exp 12/2039")
        self.model = observe(self.ledger).model
        self.model.done["begin"] = Change(changed(before, self.model), [])

    @property
    def names(self) -> dict[str, str]:
        """Of each license key its name."""
        return {key: name for name, key in self.keys.items() if "." in name}

    def _must(self, line: str) -> None:
        ended = self.run([Command("begin", deed(line), BEGUN)])[0]
        if ended.code:
            raise Wrong(f"{line}: {ended.err}")

    def play(self, turn: Round) -> list[Ended]:
        """Run the commands of a round and judge; raises Wrong."""
        if turn.before is not None:
            turn.before(self)
        known = [each for each in turn.commands if self._is_known(each)]
        before = [written.contents(self.folder / (each.deed.writes or "none")) for each in known]
        ended = self.run(known)
        self.judge(ended)
        for each, files in zip(ended, before, strict=True):
            if each.command.deed.writes:
                written.judge(self, each, files, alone=len(ended) == 1)
        if turn.after is not None:
            turn.after(self)
        return ended

    def run(self, commands: list[Command], ledger: Path | None = None) -> list[Ended]:
        """Run commands at once, on another ledger than the stage's if one is named."""
        running = []
        for command in commands:
            for name, text in command.deed.files:
                (self.folder / name).write_text(self._filled(text))
            words = [self._filled(word) for word in (*command.deed.words, *command.more)]
            at = ledger or self.ledger
            running.append(Running(command, words, at, self.scratch, self.preload, self._nursery))
            self._last_now = max(self._last_now, command.now)
        ended = run_together(running)
        for each in ended:
            for name, _ in each.command.deed.files:
                (self.folder / name).unlink(missing_ok=True)
            self._count(each)
        return ended

    def _count(self, ended: Ended) -> None:
        self.tally["commands"] += 1
        fault = ended.command.fault
        if ended.code == KILLED:
            self.tally["kills"] += 1
        elif fault is not None and ended.fired:
            self.tally["stops" if fault.do == "stop" else "faults"] += 1
        if ended.command.out != "pipe":
            self.tally["outputs lost"] += 1

    def _is_known(self, command: Command) -> bool:
        """A list from which commands were taken may speak of licenses that it does not make."""
        texts = (*command.deed.words, *(text for _, text in command.deed.files))
        return all(name in self.keys for text in texts for name in _NAME.findall(text))

    def _filled(self, text: str) -> str:
        return _NAME.sub(lambda found: self.keys[found[1]], text)

    def finish(self) -> None:
        """What killed runs left goes with the next change, and the rest is whole; raises Wrong."""
        now = max(self._last_now, BEGUN)
        for number, line in enumerate(("clients add Last", "ledger check --json")):
            look = (lambda data, _: data["ok"]) if number else None
            effect = None if number else add_client("Last").effect
            (ended,) = self.play(
                Round((Command(f"end{number}", deed(line, effect, look=look), now),))
            )
            if ended.code:
                raise Wrong(f"{line} exited {ended.code}: {ended.err}")
        left = [path.name for path in self.folder.iterdir() if path.name.startswith(".jpcli-")]
        if left:
            raise Wrong(f"killed runs left {left}")

    # --- judging ----------------------------------------------------------------------------------

    def judge(self, ended: list[Ended]) -> None:
        """Hold the files against the model, which then has what was done; raises Wrong."""
        for each in ended:
            check_form(each)
        found = whole(self.ledger)
        before = self.model
        restores = [each for each in ended if each.command.deed.restores]
        for each in restores:
            self._judge_restore(each, found)
        moments = [] if restores else self._replayed(ended, found)
        wrong = difference(self.model, found.model)
        if wrong:
            raise Wrong("\n".join(["the ledger is not what was done:", *wrong[:20]]))
        for each in ended:
            self._check_kept(each, found, [before, *moments])
            if each.command.deed.copies:
                self._judge_copy(each, [before, *moments])
        if len(ended) == 1 and ended[0].code == 0 and ended[0].command.out == "pipe":
            check_look(ended[0], self.model)

    def _judge_restore(self, ended: Ended, found: Observed) -> None:
        """The old ledger or the new one; what was there is kept."""
        before, backup = self.model, self.backups[ended.command.deed.restores]
        kept = sorted(self.folder.glob("ledger.db.before-restore-?"))
        is_new = found.model == backup and (bool(kept) or ended.code == 0)
        if is_new and not kept:
            raise Wrong(f"{ended.command.name}: the ledger that was there is gone")
        if not is_new and ended.code in (0, 74):
            raise Wrong(f"{ended.command.name} exited 0, and the old ledger is there")
        for path in kept:
            if whole(path).model != before:
                raise Wrong(f"{path.name} is not what was there")
            path.unlink()
        self.model = backup.copy() if is_new else before
        self.tally["restores"] += is_new

    def _judge_copy(self, ended: Ended, moments: list[Model]) -> None:
        name = ended.command.deed.copies
        path = self.folder / f"{name}.db"
        if not path.exists():
            if ended.code in (0, 74) and "--dry-run" not in ended.command.more:
                raise Wrong(f"{ended.command.name} exited 0, and there is no {path.name}")
            return
        model = whole(path).model
        same = [each for each in moments if each == model]
        if not same:
            raise Wrong(f"{path.name} is no moment of the ledger")
        self.backups[name] = same[-1].copy()

    def _replayed(self, ended: list[Ended], found: Observed) -> list[Model]:
        """The model after each command that did something, in the order in which they did."""
        done = [each for each in ended if each.command.name in found.told]
        done.sort(key=lambda each: found.told[each.command.name][0].seq)
        moments = []
        for each in done:
            command, events = each.command, found.told[each.command.name]
            does_more = any(event.kind != "request.answered" for event in events)
            if command.deed.effect is None:
                if does_more:
                    raise Wrong(f"{command.name} only looks, and wrote {events}")
                continue
            moment = self.model.copy()
            issued = [event.subject for event in events if event.kind in _MADE]
            self.keys |= {f"{command.name}.{at}": key for at, key in enumerate(issued)}
            self.keys[command.name] = str(events[0].seq)
            try:
                command.deed.effect(Telling(moment, events, found.model, self.keys))
            except (Wrong, LookupError, ValueError) as error:
                raise Wrong(f"{command.name} is half done: {error!r}; {events}") from error
            if does_more:
                undoes = command.deed.undoes
                undoes = list(moment.done)[-1] if undoes == "last" else undoes
                renamed = moment.renamed[len(self.model.renamed) :]
                change = Change(changed(self.model, moment), renamed, undoes)
                moment.done[command.name] = change
            self.model = moment
            moments.append(moment)
        return moments

    def _check_kept(self, ended: Ended, found: Observed, moments: list[Model]) -> None:
        command, events = ended.command, found.told.get(ended.command.name, [])
        kinds = [event.kind for event in events]
        said = f"{command.name} exited {ended.code} ({ended.err.strip()})"
        steps = command.deed.steps
        if events and ((ended.code in REFUSED and not steps) or "--dry-run" in command.more):
            raise Wrong(f"{said}, and wrote {kinds}")
        if events and ended.code == 1 and says_nothing_done(ended):
            raise Wrong(f"{said}: it says that nothing was done, and wrote {kinds}")
        if command.repeats in found.told and not steps:
            self.tally["repeated"] += 1
            if events:
                raise Wrong(f"{said}, and did {command.repeats} once more: {kinds}")
            if ended.code:
                raise Wrong(f"{said}, though {command.repeats} was done under its key")
            return
        acknowledged = ended.code in (0, 74) and command.deed.effect is not None
        if not acknowledged or events or "--dry-run" in command.more:
            return
        if not any(self._changes_nothing(command, each, found) for each in moments):
            raise Wrong(f"{said}, and nothing of it is there")

    def _changes_nothing(self, command: Command, model: Model, found: Observed) -> bool:
        after = model.copy()
        none: list[Event] = []
        try:
            assert command.deed.effect is not None
            command.deed.effect(Telling(after, none, found.model, self.keys))
        except (Wrong, LookupError, ValueError):
            return False
        return after == model


def whole(ledger: Path) -> Observed:
    """What is in a ledger that is whole; raises Wrong."""
    with tempfile.TemporaryDirectory() as folder:
        problems = Agency(copied(ledger, Path(folder))).problems()
    if problems:
        raise Wrong(f"{ledger.name} is damaged: {problems[:5]}")
    try:
        return observe(ledger)
    except sqlite3.Error as error:
        raise Wrong(f"{ledger.name} can't be read: {error!r}") from error


_MADE = ("license.issued", "license.imported")
