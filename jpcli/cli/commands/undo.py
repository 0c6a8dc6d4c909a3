"""`jpcli undo`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from jpcli.cli.app.invocation import Invocation
from jpcli.cli.app.options import command
from jpcli.cli.shared.result import Result, result_of

if TYPE_CHECKING:
    from jpcli.domain.answers import Answer
    from jpcli.domain.contract.undo import UndoneAnswer

# Events that the question names one by one.
MOST_NAMED = 10


@command(
    "undo",
    writes=True,
    without=("at",),
    examples=(
        "jpcli undo",
        "jpcli undo --dry-run",
        "jpcli undo EVENT --reason 'wrong site'",
    ),
)
def run(
    invocation: Invocation,
    event: Annotated[
        int | None,
        typer.Argument(
            metavar="EVENT",
            help="An event's number in the log: its command; the last one unless told.",
        ),
    ] = None,
    reason: Annotated[
        str | None, typer.Option("--reason", metavar="TEXT", help="Why, for the log.")
    ] = None,
) -> Result:
    """Writes the opposite of all that one command did; days that a license was active stay billed.
    What has no opposite is refused, and so is what later events build on."""
    from jpcli.services.undo import undo

    def do(asked: Invocation, meant: int | None = None) -> Answer[UndoneAnswer]:
        return undo.undo(asked.desk(writes=True), event, reason, meant)

    meant = None
    if not (invocation.yes or invocation.dry_run):  # what can't be done fails before the question
        trial = do(invocation._replace(dry_run=True))
        undone = trial.data["undone"]
        if undone and all(note.code != "repeated" for note in trial.notes):
            meant = undone[0]["seq"]
            invocation.confirm(*_question(trial))
    answer = do(invocation, meant)
    columns = ("seq", "kind", "subject", "data")
    return result_of(answer, "events", columns=columns, view="undo:draw")


def _question(trial: Answer[UndoneAnswer]) -> tuple[str, str]:
    """What is asked on a terminal: what was done and by whom, and what undoing it does."""
    from jpcli.cli.views.events import described
    from jpcli.domain.words import count

    undone = trial.data["undone"]
    told = [
        f"{one['kind']} {one['subject']} {described(one)}".rstrip() for one in undone[:MOST_NAMED]
    ]
    done = next(note.message for note in trial.notes if note.code == "undone")
    question = f"Undo{done.removeprefix('Would undo')}?"
    left = len(undone) - MOST_NAMED
    more = [f"and {count(left, 'more event')}"] if left > 0 else []
    what = [note.message for note in trial.notes if note.code not in ("undone", "dry_run")]
    return question, "\n".join([*told, *more, *what])
