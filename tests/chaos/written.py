"""Files that commands write for people: each whole or absent, whatever came between.

What a file ought to be is told by the same command on a copy of the ledger, into an empty place and
with nothing in its way.
"""

from __future__ import annotations

import shutil
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from tests.chaos.commands import Wrong
from tests.chaos.observed import copied
from tests.chaos.processes import Command, Ended

if TYPE_CHECKING:
    from tests.chaos.stage import Stage

SUMS = "jpcli-files.sha256"
DRAFT = ".jpcli-"
# What a folder is refused for where somebody's work is in it, and here is nobody's.
_SOMEBODYS = ("changed_by_hand", "file_exists", "changed since jpcli wrote it")


def contents(path: Path) -> dict[str, bytes]:
    """A file, or those of a folder, by name; of what is not there none."""
    if path.is_dir():
        return {each.name: each.read_bytes() for each in sorted(path.iterdir())}
    return {path.name: path.read_bytes()} if path.exists() else {}


def judge(stage: Stage, ended: Ended, before: dict[str, bytes], *, alone: bool) -> None:
    """Hold what a command wrote against what it ought to write; raises Wrong."""
    command = ended.command
    name = command.deed.writes
    found = contents(stage.folder / name)
    if gone := [each for each in before.keys() - found.keys() if not each.startswith(DRAFT)]:
        raise Wrong(f"{command.name}: {gone} are gone")
    if any(sign in ended.err for sign in _SOMEBODYS):
        raise Wrong(f"{command.name} takes its own files for somebody's: {ended.err}")
    if not alone:
        _check_sums(command, found)
        return
    ought = _again(stage, command)
    is_done = ended.code in (0, 74) and "--dry-run" not in command.more
    for each in found.keys() | (ought.keys() if is_done else ()):
        if each == SUMS or (each.startswith(DRAFT) and not is_done):
            continue
        is_right = found.get(each) == ought.get(each)
        is_old = each in before and found.get(each) == before[each]
        if not is_right and not (is_old and (not is_done or each not in ought)):
            told = "missing" if each not in found else "not whole, or another one"
            raise Wrong(f"{command.name} exited {ended.code}, and {name}/{each} is {told}")
    stage.tally["files judged"] += len(found)


def _check_sums(command: Command, found: dict[str, bytes]) -> None:
    """Of a folder that several write at once: each file is one that somebody meant to write."""
    if SUMS not in found:
        return
    known = found[SUMS].decode()
    for each, content in found.items():
        line = f"{sha256(content).hexdigest()}  {each}"
        if each != SUMS and not each.startswith(DRAFT) and line not in known:
            raise Wrong(f"{command.name}: {each} is not whole")


def _again(stage: Stage, command: Command) -> dict[str, bytes]:
    place = stage.scratch / "again"
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir()
    here = f"{place}/{command.deed.writes}"
    words = tuple(
        here if word == f"{{folder}}/{command.deed.writes}" else word for word in command.deed.words
    )
    same = Command("again", command.deed._replace(words=words), command.now)
    stage.run([same], copied(stage.ledger, place))
    stage.tally["commands"] -= 1
    return contents(Path(here))
