"""Many changes in one transaction: all of them, or a list of everything that is wrong.

Owns the loop of bulk commands. Each item is checked and recorded by itself; an item that is
refused leaves no trace, and with `keep_going` the others are kept.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from jpcli.domain.errors import BadInput, JpcliError, Problem, Refused
from jpcli.domain.words import count

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

Item = TypeVar("Item")


def apply_each(
    items: Iterable[tuple[int | None, Item]],
    change: Callable[[Item], None],
    *,
    problems: list[Problem],
    keep_going: bool = False,
) -> None:
    """Call `change` for every (line, item).

    `problems` are those found while reading; those of rules are added to it. Raises the one
    error of a single item as it is, else one error that carries all problems (exit 3 when
    every one of them is a refusal, else 2), unless `keep_going`.
    """
    reading = len(problems)
    errors: list[tuple[int | None, JpcliError]] = []
    for line, item in items:
        try:
            change(item)
        except (BadInput, Refused) as error:
            errors.append((line, error))
    problems += [Problem(e.code, e.subject, e.message, line) for line, e in errors]
    if keep_going or not problems:
        return
    if len(errors) == 1 and not reading and errors[0][0] is None:
        raise errors[0][1]
    raise _one_error(errors, problems, reading)


def _one_error(
    errors: list[tuple[int | None, JpcliError]], problems: list[Problem], reading: int
) -> JpcliError:
    codes = {problem.code for problem in problems}
    refused = not reading and all(isinstance(error, Refused) for _, error in errors)
    kind = Refused if refused else BadInput
    lines = any(problem.line is not None for problem in problems)
    wrong = ("row is", "rows are") if lines else ("licenses are", "licenses are")
    return kind(
        codes.pop() if len(codes) == 1 else "several_problems",
        f"{count(len(problems), *wrong)} wrong; nothing was written",
        hint="Mend them, or apply the good ones only with --keep-going." if lines else None,
        problems=tuple(problems),
    )
