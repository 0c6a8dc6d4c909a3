"""Commands in hints are for the ledger that was worked on: where the line named another than the
usual one, they name it, too, or whoever types one would change, or pay, that of another ledger."""

from __future__ import annotations

import os
import re

# Up to the next sentence, or the end; three blanks in quotes are in a name. Few commands need them,
# so they are compiled when they are used.
_COMMAND = r"(^|   |, or )(jpcli [a-z](?:'[^']*'|\"[^\"]*\"|(?!   |, or )[^'\"])*)(?=   |, or |$)"
_WORD = r"(?:'[^']*'|\"[^\"]*\"|[^\s'\"])+"
# They take no ledger, open none, or make another one.
ELSEWHERE = ("completion", "demo", "help", "init", "invoice verify", "ledger move")
_NEED_NONE = {"--ledger", "--help"}  # named already, or the same for every ledger


def ledger_words(named: str | None) -> str:
    """What names the ledger in a command, where `--ledger` did; the environment may stay."""
    if not named or named == os.environ.get("JPCLI_LEDGER"):
        return ""
    from jpcli.domain.addresses import typed
    from jpcli.domain.words import quoted

    return f"--ledger {quoted(typed(named))}"


def naming(line: str, words: str) -> str:
    """A line of a hint, with `words` in each command in it that takes them and has none."""
    if not words or "jpcli" not in line:
        return line

    def named(found: re.Match[str]) -> str:
        before, command = found.groups()
        rest = command.removeprefix("jpcli ")
        if any(f"{rest} ".startswith(f"{path} ") for path in ELSEWHERE):
            return found[0]
        typed = list(re.finditer(_WORD, command))
        # Behind `--` stand names that begin with a dash, and no option.
        place = next((word.start() for word in typed if word[0] == "--"), len(command) + 1)
        if any(word[0] in _NEED_NONE for word in typed if word.start() < place):
            return found[0]
        return f"{before}{command[: place - 1]} {words}{command[place - 1 :]}"

    return re.sub(_COMMAND, named, line)
