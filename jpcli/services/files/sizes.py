"""What is too much in a text, told before anything is made of it: no parser has limits itself."""

from __future__ import annotations

import re

from jpcli.domain.limits import (
    MAX_DEPTH,
    MAX_DIGITS,
    MAX_KEY_PARTS,
    MAX_PARTS,
    MAX_TABLES,
)

# Classes of characters, repeated without going back: linear, and no memory for each step.
_TEXT = re.compile(r'"[^"]*+"')
_BRACKETS = re.compile(r"[\[{]++|[\]}]++")
_QUOTED = r"""(?:"[^"\n]*+"|'[^'\n]*+')"""
_IN_QUOTES = re.compile(_QUOTED)
# The names of a key that have another behind them, wherever a key may be; and tables as values.
_NAMES = re.compile(
    rf"(?:^|[\[{{,])[ \t]*+((?:(?:[A-Za-z0-9_-]++|{_QUOTED})[ \t]*+\.[ \t]*+)++)", re.MULTILINE
)
_TABLE = re.compile(r"^[ \t]*+\[|=[ \t]*+[\[{]", re.MULTILINE)
_FIGURES = re.compile(rf"(?<![0-9A-Fa-f_])[0-9A-Fa-f_]{{{MAX_DIGITS + 1}}}")

_TOO_FULL = f"more than {MAX_PARTS:,} values are in it"


def is_deeper(text: str, most: int) -> bool:
    """Are more than `most` arrays and objects open anywhere in a JSON text?"""
    if text.count("[") + text.count("{") <= most:
        return False
    depth = 0
    for run in _BRACKETS.finditer(_TEXT.sub("", _without_escapes(text))):
        size = run.end() - run.start()
        depth += size if run[0][0] in "[{" else -size
        if depth > most:
            return True
    return False


def too_much_json(text: str) -> str | None:
    """What no document that is read as a whole has, for a message."""
    if _is_full(text):
        return _TOO_FULL
    if is_deeper(text, MAX_DEPTH):
        return f"more than {MAX_DEPTH} arrays or objects are inside each other"
    return None


def too_much_toml(text: str) -> tuple[str, int | None] | None:
    """What no file has and `tomllib` takes hours or gigabytes for, and its line."""
    if _is_full(text):
        return _TOO_FULL, None
    text = _without_escapes(text)
    tables = sum(1 for _ in _TABLE.finditer(text))
    for found in _NAMES.finditer(text):
        names = _IN_QUOTES.sub("", found[1]).count(".")
        if names >= MAX_KEY_PARTS:
            return f"a key has more than {MAX_KEY_PARTS} names", _line(text, found.start(1))
        tables += names
    if tables > MAX_TABLES:
        return f"more than {MAX_TABLES:,} tables are in it", None
    number = _FIGURES.search(text)
    if number is not None:
        return f"a number has more than {MAX_DIGITS:,} figures", _line(text, number.start())
    return None


def _is_full(text: str) -> bool:
    return sum(map(text.count, ",[{")) > MAX_PARTS


def _line(text: str, at: int) -> int:
    return text.count("\n", 0, at) + 1


def _without_escapes(text: str) -> str:
    """The same, as long, without a backslash in front of another or of a quotation mark."""
    return text.replace("\\\\", "__").replace('\\"', "__") if "\\" in text else text
