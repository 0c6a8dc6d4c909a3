"""Make docs/json.md from the types in `jpcli.domain.contract` and the comments beside them.

python tools/json_page.py
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from types import NoneType, UnionType
from typing import (
    Annotated,
    Any,
    NotRequired,
    Union,
    get_args,
    get_origin,
    get_type_hints,
    is_typeddict,
)

from jpcli.cli.app.table import COMMANDS, SECTIONS
from jpcli.domain.answers import Rows
from jpcli.domain.contract import values
from jpcli.domain.contract.commands import ANSWERS
from tools.shared.comments import comment_of, declared_in
from tools.shared.files import ROOT, write

PAGE = "docs/json.md"
CONTRACT = ROOT / "jpcli" / "domain" / "contract"

HEAD = """# JSON

What `--json` prints, field by field: the contract `jpcli/1`. More fields may come; none goes away
or changes its meaning. `python tools/json_page.py` makes this page from the types that the program
is checked against, and a test holds what every command prints against them: these fields and no
others, of these types, null only where it says so. A field with a `?` is not always there. The
rules in brackets are those of [billing.md](billing.md). How to use it in scripts is in
[scripts.md](scripts.md); the commands' options are in [commands.md](commands.md).

NDJSON, CSV and TSV have the rows of the list that a command is about, with the same fields; where
the list is nested, as in `invoice explain` and `invoice diff`, they have one flat list instead. In
CSV and TSV an amount of money is its `amount`.
"""
WORDS = {str: "text", int: "integer", bool: "true or false", NoneType: "null", object: "anything"}


class Page:
    """The page as far as it is written, and the objects that are still to be explained."""

    def __init__(self) -> None:
        self._pieces = [HEAD]
        self._objects: list[type] = []
        self._declared = declared_in(sorted(CONTRACT.glob("*.py")))

    def text(self) -> str:
        """The whole page."""
        self._write("## Values\n")
        self._values()
        self._write("## Around the data\n")
        for document in (values.AnswerDocument, values.FailureDocument):
            self._object(document)
        self._write("## Commands\n")
        for answer, paths in _by_answer().items():
            self._write(f"### {', '.join(paths)}\n")
            for shape in get_args(answer) or (answer,):
                self._object(shape)
        self._write("## Objects\n")
        for shape in self._objects:  # grows while it is read
            self._write(f"### {_name(shape)}\n")
            self._object(shape)
        return "".join(self._pieces)

    def _write(self, text: str) -> None:
        self._pieces.append("\n" + text)

    def _values(self) -> None:
        rows = ["| value | JSON | is |\n|---|---|---|\n"]
        for value in vars(values).values():
            if get_origin(value) is Annotated:
                kind, form = get_args(value)
                rows.append(f"| {form.name} | {WORDS[kind]} | {form.meaning} |\n")
        self._write("".join(rows))

    def _object(self, shape: type) -> None:
        """What an object is, and its fields; those that are always there come first."""
        self._write(" ".join((shape.__doc__ or "").split()) + "\n")
        rows = ["| field | type | meaning |\n|---|---|---|\n"]
        hints = get_type_hints(shape, include_extras=True)
        optional = {name for name, hint in hints.items() if get_origin(hint) is NotRequired}
        for name in sorted(hints, key=lambda name: name in optional):
            sign = "?" if name in optional else ""
            meaning = comment_of(self._declared, shape.__name__, name)
            rows.append(f"| `{name}`{sign} | {self._type(hints[name])} | {meaning} |\n")
        self._write("".join(rows))

    def _type(self, hint: Any) -> str:
        """A type in words; an object is a link to what it is."""
        origin, parts = get_origin(hint), get_args(hint)
        if origin is NotRequired:
            return self._type(parts[0])
        if origin in (Union, UnionType):
            return " or ".join(dict.fromkeys(map(self._type, parts)))
        if origin in (list, Rows):
            return f"list of {self._type(parts[0])}"
        if origin is dict:
            return f"object of {self._type(parts[1])}"
        if origin is Annotated:
            form = parts[1]
            if isinstance(form, values.OneOf):
                return ", ".join(f"`{name}`" for name in form.names)
            return str(form.name)
        if is_typeddict(hint):
            if hint not in self._objects:
                self._objects.append(hint)
            return f"[{_name(hint)}](#{_name(hint).lower()})"
        return WORDS[hint]


def _by_answer() -> dict[type | UnionType, list[str]]:
    """Commands that answer alike, together; in the order of the help."""
    sections = [name for _, section in SECTIONS for name in section]
    found: dict[type | UnionType, list[str]] = {}
    for path in sorted(COMMANDS, key=lambda path: sections.index(path.split(" ")[0])):
        found.setdefault(ANSWERS[path], []).append(path)
    return found


def _name(shape: type) -> str:
    return shape.__name__.removesuffix("Object")


def page() -> str:
    """The page, as the types are now."""
    return Page().text()


if __name__ == "__main__":
    write({PAGE: page()})
