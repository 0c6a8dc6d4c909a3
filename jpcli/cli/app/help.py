"""Help pages: the root's sections, a command's own options apart from those all commands share.

Plain text with bold headings on a terminal; Rich is not loaded for it.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from jpcli.cli.app.table import SECTIONS, subcommands
from jpcli.cli.shared.output import is_terminal

if TYPE_CHECKING:
    from jpcli.cli.app.options import Spec
    from jpcli.cli.app.typer_parts import (
        Context,
        HelpFormatter,
        Parameter,
        TyperCommand,
        TyperGroup,
    )

# Shared options that only some commands take: each says on its own page which.
OF_SOME = ("limit", "at", "dry_run", "yes", "idempotency_key")
ROOT_HELP = "The billing desk of an agency that runs Jetpack licenses."


def write_group_help(group: TyperGroup, path: str, ctx: Context, formatter: HelpFormatter) -> None:
    """The page of a group; of the root when `path` is empty. Imports no command."""
    formatter.write(f"{ROOT_HELP if not path else group.help}\n\n")
    formatter.write(f"{_bold('Usage')}  {ctx.command_path} COMMAND [OPTIONS] …\n")
    members = subcommands(path)
    if path:
        _section(formatter, "Commands", list(members.items()))
    else:
        for title, names in SECTIONS:
            _section(formatter, title, [(name, members[name]) for name in names])
    if not path:
        params = group.get_params(ctx)
        some = [param for param in params if param.name in OF_SOME]
        of_all = [param for param in params if param.name not in OF_SOME]
        _section(formatter, "Options of every command", _records(of_all, ctx))
        _section(formatter, "Options of commands that list or change", _records(some, ctx))
    formatter.write(f"\nMore on a command:  {ctx.command_path} COMMAND --help\n")


def write_command_help(
    command: TyperCommand, spec: Spec, ctx: Context, formatter: HelpFormatter
) -> None:
    """The page of a command: what it does, examples, its own options, the shared ones."""
    for paragraph in (command.help or "").split("\n\n"):
        formatter.write_text(" ".join(paragraph.split()))
        formatter.write("\n")
    params = command.get_params(ctx)
    formatter.write(f"{_bold('Usage')}  {usage_line(ctx)} [OPTIONS]\n")
    if spec.examples:
        formatter.write(f"\n{_bold('Examples')}\n")
        for example in spec.examples:
            formatter.write(f"  {example}\n")
    _section(formatter, "Arguments", _records([p for p in params if is_argument(p)], ctx))
    options = [p for p in params if not is_argument(p)]
    own = [p for p in options if p.expose_value]
    shared = [p for p in options if not p.expose_value]
    _section(formatter, "Options", _records(own, ctx))
    _section(formatter, "Shared options" if own else "Options", _records(shared, ctx))


def usage_line(context: Context) -> str:
    """`jpcli transfer LICENSE… --to URL`: what must be there, and what may be in brackets."""
    params = context.command.get_params(context)
    needed = [usage_piece(param) for param in params if is_argument(param) or param.required]
    return " ".join([context.command_path, *needed])


def is_argument(param: Parameter) -> bool:
    """Whether it goes by its place, not by a name."""
    return param.param_type_name == "argument"


def usage_piece(param: Parameter) -> str:
    """`LICENSE…`, `[MONTH]` where it may be left out, `--to URL` where it must be there."""
    name = str(param.metavar)
    if not is_argument(param):
        return f"{param.opts[0]} {name}"
    return name if param.required else f"[{name}]"


def _records(params: list[Parameter], ctx: Context) -> list[tuple[str, str]]:
    records = (param.get_help_record(ctx) for param in params)
    return [record for record in records if record is not None]


def _section(formatter: HelpFormatter, title: str, rows: list[tuple[str, str]]) -> None:
    if rows:
        formatter.write(f"\n{_bold(title)}\n")
        with formatter.indentation():
            formatter.write_dl(rows)


def _bold(text: str) -> str:
    plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    return text if plain or not is_terminal(sys.stdout) else f"\x1b[1m{text}\x1b[0m"
