"""Damage to files, and what must be said of it; and what may lie beside a ledger.

Whether a flipped byte matters is told without jpcli: SQLite reads the file before and after. Where
every row of every table, the schema and the marks of the header are the same, and its own check
passes, the byte was in unused space, and the ledger is whole. Everywhere else it must be found.

A log (`-wal`) that a killed process left is the exception: SQLite takes what does not add up there,
and all after it, for a write that never came to its end, and nobody can tell it from one. What is
left must be the ledger as it was before one of its last changes, or be found to be damaged.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from random import Random

from tests.chaos.commands import Wrong, deed
from tests.chaos.endings import check_form
from tests.chaos.observed import chain, content, copied
from tests.chaos.processes import Command, Ended
from tests.chaos.stage import Stage

MEANWHILE = ("status", "issue jetpack-scan", "ledger export", "ledger backup {folder}/flipped.db")


def hurt(path: Path, chance: Random) -> str:
    """Change some bytes of a file; what was changed, in words."""
    data = bytearray(path.read_bytes())
    at = chance.randrange(len(data))
    how = chance.choice(("a bit", "a bit", "a bit", "some bytes", "zeros", "an end"))
    if how == "a bit":
        data[at] ^= 1 << chance.randrange(8)
    elif how == "some bytes":
        data[at : at + 4] = chance.randbytes(len(data[at : at + 4]))
    elif how == "zeros":
        data[at : at + 512] = bytes(len(data[at : at + 512]))
    else:
        del data[at:]
    path.write_bytes(data)
    return f"{how} at byte {at} of {path.name}"


def flip(stage: Stage, seed: int, now: str) -> None:
    """Hurt a copy of the ledger, of its log, or of a backup; raises Wrong."""
    chance = Random(seed)
    folder = stage.scratch / "flipped"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    backups = sorted(stage.folder.glob("b*.db"))
    source = chance.choice(backups) if backups and chance.random() < 0.3 else stage.ledger
    copy = copied(source, folder)
    was, events = content(copy), chain(copy)
    log = Path(f"{copy}-wal")
    in_log = log.exists() and log.stat().st_size > 0 and chance.random() < 0.6
    what = hurt(log if in_log else copy, chance)
    is_whole = content(copy) == was
    left = chain(copy)
    is_earlier = in_log and len(left) > 0 and left == events[: len(left)]
    stage.tally["flips" if not is_whole else "flips in unused bytes"] += 1
    if source is not stage.ledger:
        _restore(stage, copy, what, is_whole, now)
    else:
        _check(stage, copy, what, is_whole, is_earlier, now)
        words = chance.choice(MEANWHILE)
        stage.backups.pop("flipped", None)
        (ended,) = stage.run([Command("meanwhile", deed(words), now)], copy)
        (stage.folder / "flipped.db").unlink(missing_ok=True)
        _check_form(ended, what)
        if words.startswith("ledger backup") and ended.code == 0 and not (is_whole or is_earlier):
            raise Wrong(f"{what}: a damaged ledger was copied")


def _check(stage: Stage, copy: Path, what: str, is_whole: bool, is_earlier: bool, now: str) -> None:
    (ended,) = stage.run([Command("check", deed("ledger check --json"), now)], copy)
    _check_form(ended, what)
    is_clean = ended.code == 0 and json.loads(ended.out)["data"]["ok"]
    if is_clean and is_earlier and not is_whole:
        stage.tally["changes lost with a log"] += 1
    elif is_clean != is_whole:
        told = "clean" if is_clean else "damaged"
        raise Wrong(f"{what}: called {told}, and is not: {ended.err}")


def _restore(stage: Stage, copy: Path, what: str, is_whole: bool, now: str) -> None:
    new = copy.with_name("new.db")
    line = f"ledger restore {copy} --ledger {new} --json"
    (ended,) = stage.run([Command("restore", deed(line), now)])
    _check_form(ended, what)
    if (ended.code == 0) != is_whole or new.exists() != is_whole:
        raise Wrong(f"{what}: restoring it exited {ended.code}: {ended.err}")


def _check_form(ended: Ended, what: str) -> None:
    try:
        check_form(ended)
    except Wrong as wrong:
        raise Wrong(f"{what}: {wrong}") from None


def leave_beside(stage: Stage, seed: int) -> None:
    """Files that others, or killed runs, left beside the ledger, and that mean nothing."""
    chance = Random(seed)
    rubbish = chance.randbytes(chance.choice((0, 1, 512, 9000)))
    for name in ("ledger.db-journal", ".jpcli-0123456789abcdef.tmp", "ledger.db-shm"):
        path = stage.folder / name
        if chance.random() < 0.6 and not path.exists():
            path.write_bytes(rubbish)
            stage.tally["files beside"] += 1
    log = stage.folder / "ledger.db-wal"
    if not log.exists():
        log.write_bytes(rubbish)
        stage.tally["files beside"] += 1
