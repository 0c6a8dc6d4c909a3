"""The one file that touches Typer's private modules.

Typer carries its own Click as `typer._click`; a separately installed `click` has other classes,
and an exception of one is not caught as the other's. What jpcli needs of it is named here, so a
new Typer breaks in one place.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer
from typer import Abort, Exit
from typer._click.core import Context, Parameter
from typer._click.exceptions import (
    BadOptionUsage,
    BadParameter,
    ClickException,
    MissingParameter,
    NoSuchOption,
    UsageError,
)
from typer._click.formatting import HelpFormatter
from typer._click.globals import get_current_context
from typer._click.types import IntParamType
from typer.core import TyperCommand, TyperGroup, TyperOption
from typer.main import get_command as _get_command

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = [
    "INT",
    "Abort",
    "BadOptionUsage",
    "BadParameter",
    "ClickException",
    "Context",
    "Exit",
    "HelpFormatter",
    "MissingParameter",
    "NoSuchCommand",
    "NoSuchOption",
    "Parameter",
    "TooMany",
    "TyperCommand",
    "TyperGroup",
    "TyperOption",
    "UsageError",
    "build_command",
    "get_current_context",
    "is_bare",
    "was_typed",
]


class WholeNumber(IntParamType):
    """Figures, as in a file: `1_0`, `+3`, ` 3` and figures of other scripts are mistakes."""

    def convert(self, value: Any, param: Parameter | None, ctx: Context | None) -> Any:
        text = str(value)
        if not (text.isascii() and text.removeprefix("-").isdigit() and len(text) <= 18):
            self.fail(f"{value!r} is not a whole number.", param, ctx)
        return int(text)


INT = WholeNumber()


class NoSuchCommand(UsageError):
    """A command path that is not in the table, and those that may have been meant."""

    def __init__(self, path: str, suggestions: tuple[str, ...], ctx: Context) -> None:
        super().__init__(f"There is no command '{path}'.", ctx)
        self.path = path
        self.suggestions = suggestions


def is_bare(ctx: Context) -> bool:
    """Whether a group was called without one of its commands."""
    return not ctx._protected_args  # noqa: SLF001 - this file is the one that may


def was_typed(ctx: Context, names: Iterable[str]) -> bool:
    """Whether one of these parameters stands on the command line."""
    sources = (ctx.get_parameter_source(name) for name in names)
    return any(source is not None and source.name == "COMMANDLINE" for source in sources)


class TooMany(UsageError):
    """More words than a command takes."""

    def __init__(self, words: tuple[str, ...], ctx: Context) -> None:
        super().__init__("There are too many words.", ctx)
        self.words = words


def build_command(
    function: Callable[..., Any], *, name: str, help_text: str, cls: type[TyperCommand]
) -> TyperCommand:
    """One command from an annotated function, as Typer reads it, but for whole numbers; no
    completion options."""
    app = typer.Typer(add_completion=False, rich_markup_mode=None)
    app.command(name=name, help=help_text, cls=cls)(function)
    command = _get_command(app)
    assert isinstance(command, TyperCommand)
    for param in command.params:
        if type(param.type) is IntParamType:
            param.type = INT
    return command
