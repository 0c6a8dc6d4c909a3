"""`jq` for machines that have none: the library itself, from PyPI, behind the few flags that the
documents use. Run as `python jq_stand_in.py [-r|-j|-c|-e|-s|-n] [--arg NAME VALUE] FILTER [FILE…]`.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import jq


def main(words: list[str]) -> int:
    """Exit status as jq's: with -e 1 for a last output of false or null, 5 for an error."""
    flags, variables, rest = _parsed(words)
    program, *files = rest
    text = "\n".join(Path(name).read_text("utf-8") for name in files)
    if not files and "n" not in flags:
        text = sys.stdin.read()
    try:
        compiled = jq.compile(program, args=variables)
        outputs = compiled.input_text("null" if "n" in flags else text, slurp="s" in flags).all()
    except ValueError as error:
        sys.stderr.write(f"jq: error: {error}\n")
        return 5
    for value in outputs:
        raw = isinstance(value, str) and flags & {"r", "j"}
        sys.stdout.write(value if raw else _json(value, compact="c" in flags))
        sys.stdout.write("" if "j" in flags else "\n")
    return int("e" in flags and (not outputs or outputs[-1] in (None, False)))


def _parsed(words: list[str]) -> tuple[set[str], dict[str, str], list[str]]:
    flags: set[str] = set()
    variables: dict[str, str] = {}
    rest: list[str] = []
    remaining = iter(words)
    for word in remaining:
        if word == "--arg":
            variables[next(remaining)] = next(remaining)
        elif word.startswith("-") and len(word) > 1 and not rest:
            assert set(word[1:]) <= set("rjcesn"), f"the stand-in knows no {word}"
            flags |= set(word[1:])
        else:
            rest.append(word)
    return flags, variables, rest


def _json(value: Any, *, compact: bool) -> str:
    if compact:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return json.dumps(value, ensure_ascii=False, indent=2)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
