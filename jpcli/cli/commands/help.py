"""`jpcli help`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from jpcli.cli.app.invocation import Invocation
from jpcli.cli.app.options import command
from jpcli.cli.app.table import COMMANDS, subcommands
from jpcli.cli.app.typer_parts import Context, NoSuchCommand
from jpcli.cli.shared.result import Result

if TYPE_CHECKING:
    from jpcli.domain.contract.front import HelpAnswer


@command(
    "help",
    reads=True,
    without=("ledger", "wait"),
    examples=("jpcli help", "jpcli help invoice", "jpcli help invoice close"),
)
def run(
    invocation: Invocation,
    words: Annotated[
        list[str] | None, typer.Argument(metavar="COMMAND…", help="A command, or a group of them.")
    ] = None,
) -> Result:
    """The same as --help after it; without a command, all that there is."""
    path = " ".join(words or [])
    page = _page(words or [])
    members = {} if path in COMMANDS else subcommands(path)
    data: HelpAnswer = {
        "command": path or None,
        "commands": [
            {"command": f"{path} {name}".strip(), "summary": summary}
            for name, summary in members.items()
        ],
        "page": page,
    }
    is_page = invocation.output.format == "table" or invocation.output.automatic
    return Result(data, "commands" if members else None, payload=(page,) if is_page else None)


def _page(words: list[str]) -> str:
    """The page of the command or group that the words name; NoSuchCommand with what was meant."""
    from jpcli.cli.app.root import LazyGroup, build_group, meant

    context = build_group("").make_context("jpcli", [], obj={})
    for place, word in enumerate(words):
        group = " ".join(words[:place])
        group_of = context.command
        found = group_of.get_command(context, word) if isinstance(group_of, LazyGroup) else None
        if found is None:
            near = meant(group, word) if isinstance(group_of, LazyGroup) else (group,)
            told = " ".join(words[: place + 1])
            raise NoSuchCommand(told, tuple(f"help {path}" for path in near), context)
        context = Context(found, info_name=word, parent=context)
    return str(context.command.get_help(context)) + "\n"
