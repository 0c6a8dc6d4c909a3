"""Groups and commands, looked up in the table and imported when called, not before."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from copy import copy
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, NoReturn

from jpcli.cli.app import help as help_pages
from jpcli.cli.app.options import COMMON, LISTS, SHARED, WRITES, given, refuse_empty
from jpcli.cli.app.table import COMMANDS, GROUPS, subcommands
from jpcli.cli.app.typer_parts import (
    BadOptionUsage,
    Context,
    HelpFormatter,
    NoSuchCommand,
    Parameter,
    TooMany,
    TyperCommand,
    TyperGroup,
    TyperOption,
    build_command,
    is_bare,
)
from jpcli.domain.addresses import is_server
from jpcli.domain.errors import BadInput
from jpcli.domain.paths import check_path
from jpcli.domain.texts import check_remark, clean
from jpcli.domain.words import is_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from jpcli.cli.app.options import Spec

# Options of commands whose text is kept for ever.
REMARKS = ("reason", "reference")
# What values are called that are paths: their bytes are their names.
PATHS = ("FILE", "PATH", "PLANFILE", "FROM", "TO", "FORMAT:FILE")
# Parameters that may be a ledger on a server as well.
ADDRESSES = ("ledger", "here", "there")
CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


class Command(TyperCommand):
    """A command with the shared options and our help page."""

    spec: Spec

    def parse_args(self, ctx: Context, args: list[str]) -> list[str]:
        """An empty value is a variable that was not set, or a mistake: never "none" or "all". Text
        is brought into its one form, whatever it names but a file. What goes into the log as it is,
        and to a gateway, is looked at before anything is done."""
        ctx.allow_extra_args = True  # so that it is said in our words
        with _told_where(ctx):
            rest: list[str] = super().parse_args(ctx, args)
        if rest:
            raise TooMany(tuple(rest), ctx)
        for param in self.params:
            name = str(param.name)
            value = ctx.params.get(name)
            if isinstance(value, str):
                ctx.params[name] = _typed(ctx, param, value)
            elif isinstance(value, list | tuple):
                ctx.params[name] = type(value)(
                    _typed(ctx, param, each) if isinstance(each, str) else each for each in value
                )
        return rest

    def format_help(self, ctx: Context, formatter: HelpFormatter) -> None:
        help_pages.write_command_help(self, self.spec, ctx, formatter)


def _typed(ctx: Context, param: Parameter, value: str) -> str:
    """One value in its one form, looked at."""
    if param.metavar in PATHS:
        refuse_empty(ctx, param, value)
        if param.name in ADDRESSES and is_server(value):
            return value
        check_path(value, param.opts[0] if param.opts[0][0] == "-" else "FILE")
        return value
    found = clean(value)
    refuse_empty(ctx, param, found)
    if param.name in REMARKS:
        check_remark(found, param.opts[0])
    return found


class LazyGroup(TyperGroup):
    """A group whose members are in the table; a member is imported when it is called."""

    path: str

    def parse_args(self, ctx: Context, args: list[str]) -> list[str]:
        with _told_where(ctx):
            rest: list[str] = super().parse_args(ctx, args)
        return rest

    def invoke(self, ctx: Context) -> Any:
        """A group by itself says what is in it; jpcli by itself says where things stand."""
        if not is_bare(ctx):
            return super().invoke(ctx)
        if self.path:
            for name in ("ledger", "wait"):  # that were named before it
                given(ctx).pop(name, None)
            with load_command("help").make_context("help", self.path.split(), parent=ctx) as page:
                return page.command.invoke(page)
        from jpcli.cli.app.front import front_door

        return front_door(ctx)

    def get_command(self, ctx: Context, cmd_name: str) -> Any:  # noqa: ARG002
        path = f"{self.path} {cmd_name}".strip()
        if path in GROUPS:
            return build_group(path)
        return load_command(path) if path in COMMANDS else None

    def list_commands(self, ctx: Context) -> list[str]:  # noqa: ARG002
        return list(subcommands(self.path))

    def resolve_command(self, ctx: Context, args: list[str]) -> Any:
        name = args[0]
        found = self.get_command(ctx, name)
        if found is None:
            self._no_such_command(ctx, name)
        return name, found, args[1:]

    def _no_such_command(self, ctx: Context, name: str) -> NoReturn:
        """Suggest what was meant: a near name here, or the same name in another group."""
        raise NoSuchCommand(f"{self.path} {name}".strip(), meant(self.path, name), ctx)

    def format_help(self, ctx: Context, formatter: HelpFormatter) -> None:
        help_pages.write_group_help(self, self.path, ctx, formatter)


def meant(group: str, name: str) -> tuple[str, ...]:
    """Commands that may have been meant by a name that is none in a group."""
    from difflib import get_close_matches

    here = [f"{group} {near}".strip() for near in get_close_matches(name, subcommands(group))]
    elsewhere = [path for path in COMMANDS if path.rpartition(" ")[2] == name]
    return tuple(dict.fromkeys(elsewhere + here))[:3]


@contextmanager
def _told_where(ctx: Context) -> Iterator[None]:
    """The parser does not know for which command it reads an option."""
    try:
        yield
    except BadOptionUsage as error:
        error.ctx = error.ctx or ctx
        raise


def load_command(path: str) -> Command:
    """Import one command and make it a Typer command."""
    target, summary = COMMANDS[path]
    module, _, name = target.partition(":")
    function = getattr(import_module(f"jpcli.cli.commands.{module}"), name)
    spec: Spec = function.spec
    assert spec.path == path, f"{target} says it is '{spec.path}', the table says '{path}'"
    # A copy, because a command keeps how help is asked for in its first context.
    return copy(_built(function, spec, summary))


@cache  # a process may run many lines, as `jpcli demo` does
def _built(function: Callable[..., Any], spec: Spec, summary: str) -> Command:
    text = summary
    if function.__doc__:
        text = f"{summary}\n\n{function.__doc__}"
    name = spec.path.rpartition(" ")[2]
    built = build_command(function, name=name, help_text=text, cls=Command)
    assert isinstance(built, Command)
    built.spec = spec
    built.params.extend(spec.options())
    return built


def build_group(path: str) -> LazyGroup:
    """The group at `path`; `""` is the root, which also answers `--version`."""
    params: list[Any] = [SHARED[name] for name in COMMON + LISTS + WRITES]
    if not path:
        params.append(_version_option())
    group = LazyGroup(
        name=path or "jpcli", params=params, help=GROUPS.get(path), context_settings=CONTEXT
    )
    group.path = path
    return group


def _version_option() -> TyperOption:
    def show(ctx: Context, _param: Any, value: Any) -> None:
        if value:
            from jpcli import __version__

            sys.stdout.write(f"jpcli {__version__}\n")
            ctx.exit()

    return TyperOption(
        param_decls=["version", "--version"],
        is_flag=True,
        is_eager=True,
        expose_value=False,
        callback=show,
        help="Show the version.",
    )


def run(argv: list[str]) -> int:
    """Run one command line; the exit code."""
    options: dict[str, Any] = {}
    try:
        _check_text(argv)
        with build_group("").make_context("jpcli", list(argv), obj=options) as context:
            code: int = context.command.invoke(context)
            return code
    except Exception as error:  # noqa: BLE001 - whatever it is, it gets one line and an exit code
        from jpcli.cli.app import failures

        return failures.report(error, argv, options)


def _check_text(argv: list[str]) -> None:
    """Bytes that are no text can't be a name, and a ledger can't hold them."""
    for argument in argv:
        if not is_text(argument):
            raise BadInput("bad_text", f"This is no text in UTF-8: {argument}", subject=argument)
