"""TOML files with all their mistakes: the values, or the problems with the lines of their keys.

`tomllib` gives values without places. This reads the file again, line by line and only after
something was found wrong, so a well-formed file costs nothing.
"""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING, Any

from jpcli.domain.errors import Problem
from jpcli.services.files.sizes import too_much_toml
from jpcli.services.files.toml_parts import values_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

_PLACE = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)$")
_HEADER = re.compile(r"\s*\[(\[?)(.+?)\]\]?\s*(?:#.*)?$")
_NAME = r"""(?:[A-Za-z0-9_-]+|"(?:[^"\\]|\\.)*"|'[^']*')"""
_KEY = re.compile(rf"\s*({_NAME}(?:\s*\.\s*{_NAME})*)\s*=")
_INLINE = re.compile(rf"[{{,]\s*({_NAME})\s*=")
_LIST = re.compile(r"\s*\[")
# One value of a list, behind all that may stand before it; none that has parts or several lines.
_ITEM = re.compile(
    r"""(?:[\s,]|\#[^\n]*\n)*("(?:[^"\\\n]|\\.)*"(?!")|'[^'\n]*'(?!')|[^\s,\[\]{}"'\#]+)"""
)

Path = tuple[str | int, ...]


def lines_of(text: str) -> dict[Path, int]:
    """The line (from 1) of every table and key, by its path; tables of an array by number, and so
    the first items of a list up to one that has parts."""
    found: dict[Path, int] = {}
    counts: dict[Path, int] = {}
    table: Path = ()
    start = end = 0
    for number, line in enumerate(text.split("\n"), 1):
        start, end = end, end + len(line) + 1
        header = _HEADER.match(line)
        path = None if header is None else _path(f"{header[2]} = 0")
        if header is not None and path is not None:
            if header[1]:
                counts[path] = counts.get(path, -1) + 1
                found.setdefault(path, number)
                path = (*path, counts[path])
            table = path
            found.setdefault(table, number)
            continue
        key = _KEY.match(line)
        path = None if key is None else _path(f"{key[1]} = 0")
        if key is not None and path is not None:
            found.setdefault((*table, *path), number)
            for inner in _INLINE.finditer(line, key.end()):
                found.setdefault((*table, *path, *(_path(f"{inner[1]} = 0") or ())), number)
            for item, place in enumerate(_items(text, start + key.end(), number)):
                found.setdefault((*table, *path, item), place)
    return found


def _items(text: str, start: int, line: int) -> Iterator[int]:
    """The line of each item of a list that begins here, if one does."""
    begins = _LIST.match(text, start)
    while begins is not None and (item := _ITEM.match(text, begins.end())):
        line += text.count("\n", begins.end(), item.start(1))
        yield line
        begins = item


def line_of(lines: Mapping[Path, int], path: Sequence[str | int]) -> int | None:
    """The line of a key, or else of the nearest table around it."""
    for length in range(len(path), 0, -1):
        if tuple(path[:length]) in lines:
            return lines[tuple(path[:length])]
    return None


def load(text: str, parse_float: Callable[[str], Any] = float) -> dict[str, Any] | Problem:
    """The values of a file, or why it is no TOML (`bad_toml`), with the line."""
    too_much = too_much_toml(text)
    if too_much is not None:
        return Problem("bad_toml", None, *too_much)
    try:
        return values_of(text, parse_float)
    except tomllib.TOMLDecodeError as error:
        message, line = _fault(error, text)
        return Problem("bad_toml", None, message, line)
    except (ValueError, RecursionError):  # a date that never was, a list 500 deep
        return Problem("bad_toml", None, "a value is too large or too deep")


def placed(mistakes: Iterable[tuple[Path, Problem]], text: str) -> list[Problem]:
    """Problems, and what each is about, with lines and in their order."""
    lines = lines_of(text)
    problems = [problem._replace(line=line_of(lines, path)) for path, problem in mistakes]
    return sorted(problems, key=lambda p: (p.code == "too_many_problems", p.line or 0))


def described(value: Any) -> str:
    """A value as it stands in TOML, more or less, and never a page of it: of what has parts only
    what it is."""
    if isinstance(value, dict):
        return "a table"
    if isinstance(value, list):
        of_tables = any(isinstance(part, dict) for part in value)
        return "an array of tables, [[…]]" if of_tables else "a list"
    if isinstance(value, bool):
        return str(value).lower()
    text = repr(value)
    return text if len(text) <= 60 else text[:60] + "…"


def _fault(error: tomllib.TOMLDecodeError, text: str) -> tuple[str, int]:
    """What `tomllib` found wrong, and the line on which it did."""
    message = str(error)
    place = _PLACE.search(message)
    if place is None:
        return message, 1
    last = text.removesuffix("\n").count("\n") + 1
    return message[: place.start()], int(place[1]) if place[1] else last


def _path(text: str) -> Path | None:
    """The names of a key such as `sites."https://a.example"`."""
    try:
        value: Any = tomllib.loads(text)
    except (ValueError, RecursionError):
        return None
    names: list[str] = []
    while isinstance(value, dict):
        if len(value) != 1:  # a comment, or a value that looks like a key
            return None
        ((name, value),) = value.items()
        names.append(name)
    return tuple(names)
