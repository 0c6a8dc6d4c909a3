"""A row of a file, what its columns must be, and the problems found: whatever the format.

Owns how many problems are reported, and how all of them become one refusal.
"""

from __future__ import annotations

import re
from typing import IO, TYPE_CHECKING, Any, NamedTuple

from jpcli.domain.errors import BadInput, Problem, Refused
from jpcli.domain.limits import MAX_CELL_CHARACTERS, MAX_COLUMNS, MAX_LINE_BYTES
from jpcli.domain.words import and_more, closest, shortened

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

# A spreadsheet may write 3 as 3.0. Not 1.000, which is a thousand where a comma parts decimals.
_WHOLE = re.compile(r"([0-9]{1,9})(?:\.00?)?", re.ASCII)

# What jpcli writes as lists, objects or truths. Whoever reads one of them looks at it.
INNER = frozenset(
    {
        "assignments",
        "child_licenses",
        "children",
        "days",
        "history",
        "prices",
        "settled_elsewhere",
        "spans",
        "taken_over",
    }
)


class Row(NamedTuple):
    """One record: the line on which it starts, from 1, and its values by column.

    JSON values keep their types, except that a number with a fraction stays text, because it may be
    a price (M1). CSV and TSV values are text; an empty cell is None. Texts are `clean`; what is in
    an inner object is as it stands.
    """

    line: int
    values: dict[str, Any]


class Expected(NamedTuple):
    """The columns that a kind of file may have and must have, and the problems found so far."""

    known: frozenset[str]
    required: frozenset[str]
    problems: list[Problem]
    max_problems: int | None
    instead: Mapping[str, tuple[str, ...]] = {}  # for a required column, others that do as well

    def lacks(self, names: Collection[str]) -> list[str]:
        """The required columns that are not among `names`, nor what may stand instead of them."""
        found = frozenset(names)
        missing = self.required - found
        return sorted(name for name in missing if found.isdisjoint(self.instead.get(name, ())))

    def add(self, code: str, message: str, line: int, subject: str | None = None) -> None:
        """Note a problem; ends the reading instead when there are too many already."""
        self.stop_when_full(line)
        self.problems.append(Problem(code, subject, message, line))

    def stop_when_full(self, line: int) -> None:
        """End the reading at this line if the reader and its caller have noted enough."""
        if self.max_problems is not None and len(self.problems) >= self.max_problems:
            self.problems.append(too_many(self.max_problems, line))
            raise Enough

    def accepts(self, line: int, values: dict[str, Any]) -> bool:
        """True for a row with all required values and no unknown column; notes what is wrong."""
        if len(values) > MAX_COLUMNS:
            self.add("too_many_columns", f"more than {MAX_COLUMNS} columns", line)
            return False
        if not self.known.issuperset(values):
            for name in sorted(values.keys() - self.known):
                self.add("unknown_column", self.unknown(name), line, shortened(name))
            return False
        for name in self.required:
            if values.get(name) is None:
                break
        else:
            return True
        missing = self.lacks([name for name, value in values.items() if value is not None])
        for name in missing:
            self.add("missing_value", f"{name} is missing", line, name)
        return not missing

    def no_text(self, values: Mapping[str, Any]) -> str | None:
        """A column of texts and numbers that has something else; `true` is no client's name."""
        for name, value in values.items():
            if not is_text(value) and name in self.known and name not in INNER:
                return name
        return None

    def unknown(self, name: str) -> str:
        """The message for a column that this kind of file does not have."""
        near = closest(name, self.known, 0.6)
        return f"unknown column {shortened(name)!r}" + (
            "" if near is None else f", did you mean {near!r}?"
        )


def is_text(value: Any) -> bool:
    """Whether a value of JSON is what a cell of a table may be: a text, a number, or nothing."""
    return value is None or type(value) in (str, int)


def too_long(values: Iterable[Any]) -> bool:
    """True where one of the values is a text that no cell has."""
    return any(isinstance(v, str) and len(v) > MAX_CELL_CHARACTERS for v in values)


def too_many(noted: int, line: int) -> Problem:
    """What stands for all problems from this line on."""
    message = f"{noted} problems so far: the rest was not read"
    return Problem("too_many_problems", None, message, line)


def whole_number(value: Any) -> int | None:
    """A number of things, as 3, "3" or "3.0"; None for what is none."""
    written = _WHOLE.fullmatch(str(value))
    return int(written[1]) if written else None


class Enough(Exception):
    """Ends the reading of a file with too many problems."""


def refuse_problems(source: str, problems: list[Problem]) -> None:
    """Raise BadInput with all problems of a file when there are any; `message` has the first."""
    if problems:
        raise refusal(source, problems)


def refusal(
    source: str, problems: list[Problem], kind: type[BadInput | Refused] = BadInput
) -> BadInput | Refused:
    """The same as an error to raise; there are problems."""
    first = problems[0]
    return kind(
        first.code,
        f"{place(source, first.line)}: {first.message}{and_more(len(problems) - 1)}",
        hint="Nothing was changed. Correct the file and run the command again.",
        subject=first.subject or source,
        problems=tuple(problems),
    )


def lines_of(head: bytes, stream: IO[bytes]) -> Iterator[bytes]:
    """The lines of what was read already and of the rest, with their ends.

    A longer line than MAX_LINE_BYTES comes in parts, all but the last without an end.
    """
    from io import BytesIO

    for line in BytesIO(head):
        yield line if line.endswith(b"\n") else line + stream.readline(MAX_LINE_BYTES)
    while line := stream.readline(MAX_LINE_BYTES):
        yield line


def place(source: str, line: int | None) -> str:
    """`FILE, line 3`, or only the file where no line is known."""
    return f"{named(source)}, line {line}" if line else named(source)


def named(source: str) -> str:
    """What a message calls a file."""
    return "standard input" if source == "-" else source
