"""What a command did whose answer nobody got: the disk was full, the reader gone, or Ctrl-C came.

Whoever does not hear that it was done does it again, and it is paid twice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jpcli.cli.shared.failure import failure_from
from jpcli.cli.streams import discard_output
from jpcli.domain.errors import AnswerLost
from jpcli.domain.words import count

if TYPE_CHECKING:
    from jpcli.cli.app.invocation import Invocation
    from jpcli.cli.shared.result import Result

# Of what was made or changed; the rest is in the log.
TOLD = 100


def answer_lost(error: BaseException, result: Result | None, invocation: Invocation) -> AnswerLost:
    """The error for a change that was made, which says what it was; without a result, before there
    was an answer. The answer is not tried again: stdout may take nothing any more."""
    discard_output()
    said: list[str] = []
    if result is not None:
        said += (note.message for note in result.notes if note.kind == "ok")
        # Part of it may have gone wrong, as the charge of an invoice that was closed.
        said += (failure.message for failure in result.failures)
    named, total = _subjects(invocation)
    if named:
        more = f" and more, {count(total, 'event')} in all" if len(named) == TOLD else ""
        said.append(", ".join(named) + more)
    done = "; ".join(said) or "what was asked for"
    return AnswerLost(
        "answer_lost",
        f"This was done, but its answer could not be written ({_reason(error)}): {done}",
        hint="Don't do it again. What was recorded last:   jpcli log --limit 20",
        subject=named[0] if named else None,
    )


def _reason(error: BaseException) -> str:
    if isinstance(error, KeyboardInterrupt):
        return "interrupted"
    if isinstance(error, BrokenPipeError):
        return "its reader has gone away"
    if isinstance(error.__cause__, OSError):
        return error.__cause__.strerror or str(error.__cause__)
    assert isinstance(error, Exception)
    return failure_from(error).message


def _subjects(invocation: Invocation) -> tuple[list[str], int]:
    from jpcli.ledger.events.log import subjects

    named: dict[str, None] = {}
    total = 0
    for desk in invocation.desks:
        for before, last in desk.recorded:
            total += last - before
            named |= dict.fromkeys(subjects(desk.ledger, before, last, TOLD))
    return list(named)[:TOLD], total
