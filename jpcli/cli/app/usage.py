"""What is wrong with a command line, and what to type instead, in our own words.

Typer's own sentences are not shown: its errors say what happened by their class.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jpcli.cli.app.help import is_argument, usage_line, usage_piece
from jpcli.cli.app.typer_parts import (
    BadOptionUsage,
    BadParameter,
    MissingParameter,
    NoSuchCommand,
    NoSuchOption,
    TooMany,
    UsageError,
)
from jpcli.cli.shared.failure import EXIT_USAGE, Failure

if TYPE_CHECKING:
    from jpcli.cli.app.typer_parts import ClickException, Context, Parameter


def usage_failure(error: ClickException) -> Failure:
    """A command line that can't be understood, as it is shown."""
    context = error.ctx if isinstance(error, UsageError) else None
    hint = f"See   {'jpcli' if context is None else context.command_path} --help"
    subject: str | None = getattr(error, "option_name", None)
    message = error.message
    if isinstance(error, NoSuchCommand):
        subject = error.path
        if error.suggestions:
            hint = "Did you mean   " + "   ".join(f"jpcli {name}" for name in error.suggestions)
    elif isinstance(error, NoSuchOption):
        message = f"There is no option {error.option_name}."
        if error.possibilities:
            hint = "Did you mean   " + "   ".join(error.possibilities[:2])
    elif isinstance(error, TooMany):
        subject = error.words[0]
        message = f"{_listed(error.words)} is more than '{_path(context)}' takes."
        hint = f"Type   {usage_line(context)}" if context else hint
    elif isinstance(error, BadOptionUsage):
        message = _option_trouble(error.option_name, context)
    elif isinstance(error, BadParameter) and error.param is not None:
        subject = error.param.opts[0]
        if isinstance(error, MissingParameter):
            message = f"{usage_piece(error.param)} is missing."
            hint = f"Type   {usage_line(context)}" if context else hint
        else:
            message = f"{_name(error.param)}: {message}"
    return Failure("usage", message, hint, subject, (), EXIT_USAGE).masked()


def _name(param: Parameter) -> str:
    return str(param.metavar) if is_argument(param) else param.opts[0]


def _path(context: Context | None) -> str:
    return "" if context is None else context.command_path.removeprefix("jpcli ")


def _listed(words: tuple[str, ...]) -> str:
    return " ".join(repr(word) for word in words[:3]) + (" …" if len(words) > 3 else "")


def _option_trouble(option: str, context: Context | None) -> str:
    """An option with a value that takes none, or without one that needs it."""
    params = [] if context is None else context.command.get_params(context)
    for param in params:
        if option in (*param.opts, *param.secondary_opts):
            if getattr(param, "is_flag", False):
                return f"{option} takes no value."
            return f"{option} needs a value:   {option} {param.metavar}"
    return f"{option} can't be used like this."
