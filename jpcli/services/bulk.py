"""Many changes in one transaction: all of them, or a list of everything that is wrong.

Owns the loop of bulk commands. Each item is checked and recorded by itself; an item that is
refused leaves no trace, and with `keep_going` the others are kept. Whatever there is of each item
stays out of memory: a file may have a million.
"""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING, TypeVar

from jpcli.domain.errors import BadInput, JpcliError, Problem, Refused, by_line, problem_of
from jpcli.domain.limits import MAX_PROBLEMS
from jpcli.domain.words import count
from jpcli.ledger.writer import FLUSH_EVENTS
from jpcli.services.files.rows import too_many
from jpcli.services.marks import Marks
from jpcli.services.meant import known_license
from jpcli.services.spool import BATCH, Spool

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from jpcli.ledger.queries.licenses import LicenseFacts
    from jpcli.ledger.writer import Writer

Item = TypeVar("Item")


def apply_each(
    items: Iterable[tuple[int | None, Item]],
    change: Callable[[Item], None],
    *,
    problems: list[Problem],
    keep_going: bool = False,
    begins: Callable[[int | None], None] | None = None,
) -> Spool[Problem]:
    """Call `change` for every (line, item); gives what was left out with `keep_going`. `begins` is
    told the line of each before that: items may be read long before they are done.

    `problems` takes those of reading, which ends when there are many, and those of rules. Raises
    the one error of a single item as it is, else one error that carries all problems (exit 3 when
    every one of them is a refusal, else 2), unless `keep_going`.
    """
    left_out: Spool[Problem] = Spool(Problem._make)
    refused = told = 0
    only: tuple[int | None, JpcliError] | None = None
    for line, item in items:
        if line is not None and not keep_going and _are_many(problems, line):
            break
        if begins is not None:
            begins(line)
        try:
            change(item)
        except (BadInput, Refused) as error:
            told += 1
            refused += isinstance(error, Refused)
            only = only or (line, error)
            problems.append(problem_of(error, line))
        if keep_going and len(problems) >= BATCH:
            left_out.extend(_taken(problems, line or 0))
    if keep_going or not problems:
        left_out.extend(by_line(problems))
        return left_out
    if only is not None and only[0] is None and len(problems) == 1:
        raise only[1]
    raise _one_error(problems, are_refusals=refused == told == _counted(problems))


def _are_many(problems: list[Problem], line: int) -> bool:
    """Whether so much is wrong before this line that no more is told. Some rows behind it may have
    been read, and what is wrong with them noted: then it goes."""
    if len(problems) < MAX_PROBLEMS:
        return False
    before = [problem for problem in problems if (problem.line or 0) < line]
    if len(before) < MAX_PROBLEMS:
        return False
    problems[:] = [*before, too_many(MAX_PROBLEMS, line)]
    return True


def _taken(problems: list[Problem], line: int) -> list[Problem]:
    """Take out what is wrong up to this line, in order; rows behind it may have been read."""
    taken = [problem for problem in problems if (problem.line or 0) <= line]
    problems[:] = [problem for problem in problems if (problem.line or 0) > line]
    return by_line(taken)


def _counted(problems: list[Problem]) -> int:
    """How many they are without the remark that there may be more."""
    return sum(problem.code != "too_many_problems" for problem in problems)


def _one_error(problems: list[Problem], *, are_refusals: bool) -> JpcliError:
    codes = {problem.code for problem in problems} - {"too_many_problems"}
    kind = Refused if are_refusals else BadInput
    lines = any(problem.line is not None for problem in problems)
    wrong = ("row is", "rows are") if lines else ("license is", "licenses are")
    them = "it" if _counted(problems) == 1 else "them"
    return kind(
        codes.pop() if len(codes) == 1 else "several_problems",
        f"{count(_counted(problems), *wrong)} wrong; nothing was written",
        hint=f"Mend {them}, or apply the good ones only with --keep-going." if lines else None,
        problems=tuple(by_line(problems)),
    )


class RowNumbers:
    """Row numbers, each once, in the order in which they came: 8 bytes and a bit for each."""

    def __init__(self) -> None:
        self._listed = array("q")
        self._seen = Marks()

    def add(self, number: int) -> bool:
        """Put it behind the others; False if it is there already."""
        if not self._seen.add(number):
            return False
        self._listed.append(number)
        return True

    def __contains__(self, number: int) -> bool:
        return number in self._seen

    def __len__(self) -> int:
        return len(self._listed)

    def __iter__(self) -> Iterator[int]:
        return iter(self._listed)


class Unwritten:
    """The licenses that a command changed since the tables were brought up to date."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        self._keys: set[str] = set()

    def add(self, license_key: str) -> None:
        """What is recorded about this license is not in the tables yet."""
        self._keys.add(license_key)
        if len(self._keys) >= FLUSH_EVENTS:
            self._write()

    def settled(self, named: str) -> LicenseFacts:
        """The license that is named, with all that was recorded about it; errors as
        `known_license`."""
        if named in self._keys:
            self._write()
        facts = known_license(self._writer.ledger, named)
        if facts.license_key in self._keys:  # it was named for short
            self._write()
            facts = known_license(self._writer.ledger, facts.license_key)
        return facts

    def _write(self) -> None:
        self._writer.flush()
        self._keys.clear()
