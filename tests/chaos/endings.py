"""How a command may end, whatever was done to it, and what its answer must show."""

from __future__ import annotations

import json

from tests.chaos.commands import Wrong
from tests.chaos.model import Model
from tests.chaos.processes import Ended

# Those of docs; 141 only for a reader that went away.
CODES = (0, 1, 2, 3, 4, 5, 74, 75)
KILLED = -9


def says_nothing_done(ended: Ended) -> bool:
    return "othing was written" in ended.err or "same command again" in ended.err


def check_form(ended: Ended) -> None:
    """Whatever happens to a command: a documented exit code, a line that says what is wrong, and
    never a mistake of its own."""
    command = ended.command
    said = f"{command.name} exited {ended.code}: {ended.err}"
    for sign in ("Traceback", "internal error", "internal_error", "Exception ignored"):
        if sign in ended.err or (ended.code and sign in ended.out):
            raise Wrong(f"{said}: {sign}")
    if ended.code == KILLED:
        if command.killed_after is None and (command.fault is None or not ended.fired):
            raise Wrong(f"{said}: it hung, or was killed by another")
        return
    if ended.code not in CODES and not (ended.code == 141 and command.out == "gone"):
        raise Wrong(f"{said}: no documented exit code")
    if (
        ended.code not in (0, 141)
        and not ended.err.strip()
        and command.deed.words[1:2] != ("check",)
    ):
        raise Wrong(f"{said}: it does not say why")
    if "--json" in (*command.deed.words, *command.more) and command.out == "pipe":
        try:
            answer = json.loads(ended.out)
        except ValueError:
            raise Wrong(f"{said}: no JSON: {ended.out[:200]!r}") from None
        if ended.code == 0 and "data" not in answer:
            raise Wrong(f"{said}: no data")


def check_look(ended: Ended, model: Model) -> None:
    """An answer shows what is there."""
    look = ended.command.deed.look
    if look is None:
        return
    as_json = "--json" in ended.command.deed.words
    shown = json.loads(ended.out)["data"] if as_json else ended.out
    if not look(shown, model):
        raise Wrong(f"{ended.command.name} shows something else: {ended.out[:2000]}")
