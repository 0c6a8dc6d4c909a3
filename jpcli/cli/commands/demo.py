"""`jpcli demo`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from jpcli.cli.app.invocation import Invocation
from jpcli.cli.app.options import command
from jpcli.cli.shared.result import Result

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jpcli.cli.demo.story import Step, Story

COLUMNS = ("command", "why", "exit_code", "data", "notes", "error")


@command(
    "demo",
    reads=True,
    without=("ledger", "wait"),
    examples=(
        "jpcli demo",
        "jpcli demo --keep demo.db && jpcli status --ledger demo.db",
        "jpcli demo --json | jq '.data.steps[].command'",
    ),
)
def run(
    invocation: Invocation,
    keep: Annotated[
        str | None, typer.Option("--keep", metavar="FILE", help="Keep the ledger, in this file.")
    ] = None,
) -> Result:
    """No account, no network, and no trace unless --keep is given. Every command in it is really
    run, and what is shown is what it prints."""
    from jpcli.cli.demo.story import open_story

    story = open_story(invocation, keep)
    invocation.closers.append(story.close)
    if invocation.output.format == "table" or invocation.output.automatic:
        return Result({}, payload=_told(story))
    steps = [_answered(story, step) for step in story.steps()]
    return Result({"steps": steps}, "steps", COLUMNS)


def _told(story: Story) -> Iterator[bytes]:
    """The story as a person reads it, piece by piece."""
    yield story.drawn("draw_opening", {"kept": story.kept})
    for step in story.steps():
        yield story.drawn("draw_command", {"command": step.command, "why": step.why})
        printed = story.play(step, "table")
        yield printed.text
        yield story.drawn("draw_end", {"exit_code": printed.exit_code})
        story.check(step, printed)
    yield story.drawn("draw_closing", {"kept": story.kept})


def _answered(story: Story, step: Step) -> dict[str, Any]:
    """A step with the JSON that it answers: `data`, or `error` of one that is refused."""
    printed = story.play(step, "json")
    story.check(step, printed)
    answer = json.loads(printed.text)
    told = {name: answer[name] for name in ("data", "notes", "error") if name in answer}
    return {"command": step.command, "why": step.why, "exit_code": printed.exit_code, **told}
