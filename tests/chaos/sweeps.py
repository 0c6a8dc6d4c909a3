"""One command, killed at each of its writes, or failed there: a sweep instead of chance."""

from __future__ import annotations

import math
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

from tests.chaos import commands, corrections
from tests.chaos.commands import Deed, Wrong
from tests.chaos.endings import KILLED
from tests.chaos.processes import ALL_WRITES, Command, Fault, Nursery, Preload
from tests.chaos.runs import PREFIX, Report, nurseries
from tests.chaos.stage import Round, Stage
from tests.scratch import SCRATCH

NOW = "2026-04-02T08:00:00Z"
SITE = "https://a.example"


def _orders() -> Deed:
    return commands.issue_file("orders", [("jetpack-scan", 30), ("jetpack-boost", 5)])


# Each of them works on a ledger that was `prepared`.
SWEPT: dict[str, Callable[[], Deed]] = {
    "issue": lambda: commands.issue("jetpack-scan", 2, "https://new.example", "Ann"),
    "issue --from": _orders,
    "issue --bundle": lambda: commands.issue_bundle("jetpack-security-t1", 5),
    "transfer": lambda: commands.put("transfer", ["p1.0", "p1.1"], "https://b.example"),
    "revoke": lambda: commands.revoke("p1.0"),
    "apply": lambda: commands.apply_plan("apply", "plan", SITE, ["jetpack-search"]),
    "ledger import": lambda: commands.import_history("h", 40, f"{NOW[:10]}T00:00:00Z", SITE, None),
    "invoice close": lambda: commands.close("2026-03"),
    "cards remove": lambda: commands.remove_card("4242"),
    "revoke --site": lambda: corrections.chosen("revoke", "site", SITE),
    "undo": lambda: corrections.undo("p1"),
    "sites rename": lambda: corrections.rename("site", SITE, "https://renamed.example"),
    "sites merge": lambda: corrections.merge_sites(SITE, "https://b.example"),
    "clients merge": lambda: corrections.merge_clients("Ann", "Bob"),
    "products remove-price": lambda: corrections.remove_price("jetpack-scan", 1, "2026-06-01"),
    "month-end": corrections.month_end,
    "ledger backup": lambda: commands.backup("copy"),
    "ledger restore": lambda: commands.restore("p2"),
}


def prepared(folder: Path, preload: Preload, nursery: Nursery) -> Stage:
    """A ledger with a history, a backup and something since."""
    stage = Stage(folder, preload, nursery)
    for number, deed in enumerate(
        (
            commands.add_card("1881", primary=False),
            commands.issue("jetpack-boost", 2, SITE, None),
            commands.backup("p2"),
            commands.add_client("Bob"),
            commands.issue("jetpack-scan", 1, "https://b.example", "Ann"),
            commands.set_price("jetpack-scan", 50, "2026-06-01"),
        )
    ):
        stage.play(Round((Command(f"p{number}", deed, "2026-03-05T08:00:00Z"),)))
    return stage


def faults(do: str, step: int, goes_on: bool) -> Iterator[Fault]:
    for at in count(1, step):
        yield Fault(ALL_WRITES, at, do, goes_on)


def sweep(
    name: str,
    does: tuple[str, ...] = ("kill", "tear", "EIO", "ENOSPC"),
    step: int = 1,
    until: float = math.inf,
) -> Report:
    """Play a command with a fault at every `step`-th of its writes, and once more after it, under
    the same key; each time on the same ledger. `until` is on the monotonic clock."""
    with nurseries() as tools, tempfile.TemporaryDirectory(prefix=PREFIX, dir=SCRATCH) as temporary:
        folder = Path(temporary)
        stage = prepared(folder, *tools)
        kept = folder / "kept"
        shutil.copytree(stage.folder, kept)
        model, keys = stage.model, dict(stage.keys)
        for do in does:
            for fault in faults(do, step, goes_on=do in ("EIO", "ENOSPC")):
                shutil.rmtree(stage.folder)
                shutil.copytree(kept, stage.folder)
                stage.model, stage.keys = model.copy(), dict(keys)
                if time.monotonic() > until:
                    return Report(stage.tally + Counter({f"sweeps cut at {do}": 1}))
                try:
                    if not _play(stage, name, fault):
                        break
                except Wrong as wrong:
                    stage.tally["findings"] += 1
                    return Report(stage.tally, f"{name} with {fault}: {wrong}")
        return Report(stage.tally)


def _play(stage: Stage, name: str, fault: Fault) -> bool:
    """Whether the fault was met."""
    first = Command("first", SWEPT[name](), NOW, ("--idempotency-key", "once"), fault)
    (ended,) = stage.play(Round((first,)))
    again = first._replace(name="again", fault=None, repeats="first")
    (repeated,) = stage.play(Round((again,)))
    # A copy that was made before the kill is not made again.
    may_refuse = first.deed.copies and repeated.code == 3
    if repeated.code and not may_refuse:
        raise Wrong(f"the same again exits {repeated.code}: {repeated.err}")
    return ended.fired or ended.code == KILLED
