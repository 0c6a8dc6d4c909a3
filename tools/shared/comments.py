"""The comments beside the fields of classes, which only the source has."""

from __future__ import annotations

import ast
import tokenize
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path


class Declared(NamedTuple):
    """A class as its source has it: the names of its bases, and the comment of each field."""

    bases: tuple[str, ...]
    comments: dict[str, str]


def declared_in(paths: Iterable[Path]) -> dict[str, Declared]:
    """The classes of some files, by name; `Name = TypedDict("Name", {…})` counts as one.

    Raises ValueError for a name that two files have: one would get the comments of the other.
    """
    found: dict[str, Declared] = {}
    for path in paths:
        for name, declared in _classes(path):
            if name in found:
                raise ValueError(f"{path}: {name} is the name of another class, too")
            found[name] = declared
    return found


def _classes(path: Path) -> Iterator[tuple[str, Declared]]:
    comments = _Comments(path)
    for node in ast.parse(path.read_text("utf-8")).body:
        if isinstance(node, ast.ClassDef):
            bases = tuple(base.id for base in node.bases if isinstance(base, ast.Name))
            fields = (s for s in node.body if isinstance(s, ast.AnnAssign))
            texts = {ast.unparse(f.target): comments.of(f.lineno, f.end_lineno) for f in fields}
            yield node.name, Declared(bases, texts)
        elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Call):
            texts = {name: comments.of(line, end) for name, line, end in _pairs(node.value)}
            yield ast.unparse(node.targets[0]), Declared((), texts)


def comment_of(classes: dict[str, Declared], name: str, field: str) -> str:
    """The comment of a field where it is declared: in the class, or one that it inherits from."""
    if name not in classes:
        return ""
    own = classes[name]
    if field in own.comments:
        return own.comments[field]
    return next(filter(None, (comment_of(classes, base, field) for base in own.bases)), "")


def _pairs(call: ast.Call) -> Iterator[tuple[str, int, int | None]]:
    for argument in call.args:
        if isinstance(argument, ast.Dict):
            for key, value in zip(argument.keys, argument.values, strict=True):
                if isinstance(key, ast.Constant):
                    yield str(key.value), key.lineno, value.end_lineno


class _Comments:
    """The comments of a file, by line, and which of them have their line for themselves."""

    def __init__(self, path: Path) -> None:
        self._texts: dict[int, str] = {}
        self._alone: set[int] = set()
        with path.open("rb") as stream:
            for token in tokenize.tokenize(stream.readline):
                if token.type == tokenize.COMMENT:
                    line, column = token.start
                    self._texts[line] = token.string.lstrip("# ")
                    if not token.line[:column].strip():
                        self._alone.add(line)

    def of(self, first_line: int, last_line: int | None) -> str:
        """The comment above the lines, or at the end of one of them."""
        line = first_line
        while line - 1 in self._alone:
            line -= 1
        lines = range(line, (last_line or first_line) + 1)
        return " ".join(self._texts[number] for number in lines if number in self._texts)
