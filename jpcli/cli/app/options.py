"""The options that every command shares, and the decorator that gives them to one.

A command is a function of an `Invocation` and its own options; `@command` says what kind it is:

- `reads`: the common options, as `--ledger` and `--format`;
- `lists`: those and `--limit`;
- `writes`: those and `--at`, `--dry-run`, `--yes`, `--idempotency-key`.

The shared options are accepted before the sub-command too; the later one on the line wins.
"""

from __future__ import annotations

import inspect
import re
from typing import TYPE_CHECKING, Any

from jpcli.cli.app.invocation import Invocation
from jpcli.cli.app.runner import execute
from jpcli.cli.app.typer_parts import (
    INT,
    BadParameter,
    Context,
    Parameter,
    TyperOption,
    UsageError,
    get_current_context,
)
from jpcli.cli.shared.output import DOCUMENTS, FORMATS, JOURNALS, PROOFS, REPORTS
from jpcli.cli.shared.result import Result

if TYPE_CHECKING:
    from collections.abc import Callable

MOST_ROWS = 10**15
MOST_WAIT_SECONDS = 86_400

COMMON = ("ledger", "wait", "format", "json", "quiet", "no_color", "actor")
LISTS = ("limit",)
WRITES = ("at", "dry_run", "yes", "idempotency_key")


class Spec:
    """What `@command` knows of one command."""

    __slots__ = ("asks", "changes", "examples", "formats", "function", "path", "shared")

    def __init__(
        self,
        path: str,
        function: Callable[..., Result],
        shared: tuple[str, ...],
        examples: tuple[str, ...],
        formats: tuple[str, ...] = FORMATS,
        changes: bool = False,
        asks: bool = True,
    ) -> None:
        self.path = path
        self.function = function
        self.shared = shared
        self.examples = examples
        self.formats = formats
        self.changes = changes
        self.asks = asks

    def options(self) -> list[TyperOption]:
        """The shared options that it takes. A yes where nothing is asked does no harm, as in an
        alias; the page does not promise it."""
        return [
            _format_option(self.formats)
            if name == "format"
            else _yes_option(hidden=not self.asks)
            if name == "yes"
            else SHARED[name]
            for name in self.shared
        ]


def command(
    path: str,
    *,
    reads: bool = False,
    lists: bool = False,
    writes: bool = False,
    extra: tuple[str, ...] = (),
    without: tuple[str, ...] = (),
    examples: tuple[str, ...] = (),
    documents: bool = False,
    reports: tuple[str, ...] = (),
    makes: bool = False,
    asks: bool = True,
) -> Callable[[Callable[..., Result]], Callable[..., int]]:
    """Make `function(invocation, …)` the command `path`; exactly one kind must be named.

    `extra` adds single shared options of another kind; `without` leaves out those whose names the
    command needs for its own. With `documents` the formats to send are there beside the usual ones,
    and of those of other programs its `reports`. What `makes` something that stays is a change,
    also without a key to tell it apart by. One that never `asks` for a yes takes it without a word.
    """
    assert reads + lists + writes == 1, path
    kinds = COMMON + (LISTS if lists else ()) + (WRITES if writes else ()) + extra
    shared = tuple(name for name in kinds if name not in without)
    # Whatever makes or changes something that stays takes a key.
    changes = makes or "idempotency_key" in shared
    formats = FORMATS + (DOCUMENTS if documents else ()) + reports

    def decorate(function: Callable[..., Result]) -> Callable[..., int]:
        def call(**parameters: Any) -> int:
            context = get_current_context()
            refuse_foreign(context, path, shared)
            _refuse_format(context, formats)
            return execute(path, function, given(context), parameters, changes=changes)

        signature = inspect.signature(function, eval_str=True)
        _, *own = signature.parameters.values()
        call.__signature__ = signature.replace(parameters=own)  # type: ignore[attr-defined]
        call.__doc__ = function.__doc__
        call.__name__ = function.__name__
        call.spec = Spec(path, function, shared, examples, formats, changes, asks)  # type: ignore[attr-defined]
        return call

    return decorate


def given(context: Context) -> dict[str, Any]:
    """The shared options on the command line so far, by name; one dict for all its contexts."""
    options: dict[str, Any] = context.obj
    return options


def _record(context: Context, param: Parameter, value: Any) -> Any:
    """Note an option's value; a later one, also of a sub-command, replaces it."""
    if value is not None:
        if isinstance(value, str):
            refuse_empty(context, param, value)
        options = given(context)
        if param.name == "json":
            options["format"] = "json"
        else:
            options[str(param.name)] = value
    return value


def refuse_empty(context: Context, param: Parameter, value: str) -> None:
    """A value that is given must be one: BadParameter for an empty one, or nothing but blanks."""
    if not value or value.isspace():
        raise BadParameter("The value is empty.", ctx=context, param=param)


def _refuse_format(context: Context, formats: tuple[str, ...]) -> None:
    """What only some commands write is known once it is known which command it is."""
    form = given(context).get("format")
    if form is not None and form not in formats:
        del given(context)["format"]
        raise _bad_format(form, formats, context)


def _bad_format(value: str, formats: tuple[str, ...], context: Context) -> BadParameter:
    message = f"{value!r} is not one of {', '.join(formats)}."
    return BadParameter(message, ctx=context, param=SHARED["format"])


def _record_limit(context: Context, param: Parameter, value: Any) -> Any:
    if value is not None and not 0 <= value <= MOST_ROWS:
        raise BadParameter(f"{value} is not between 0 and {MOST_ROWS:,}.")
    return _record(context, param, value)


def _record_wait(context: Context, param: Parameter, value: Any) -> Any:
    seconds = re.fullmatch(r"[0-9]{1,5}(?:\.[0-9]{1,3})?", value or "0")
    if value and not value.isspace() and (seconds is None or float(value) > MOST_WAIT_SECONDS):
        message = f"{value!r} is no number of seconds from 0 to {MOST_WAIT_SECONDS:,}."
        raise BadParameter(message)
    return _record(context, param, value)


def _option(name: str, *flags: str, help: str, **attributes: Any) -> TyperOption:
    attributes.setdefault("callback", _record)
    return TyperOption(param_decls=[name, *flags], help=help, expose_value=False, **attributes)


def _flag(name: str, *flags: str, help: str, **attributes: Any) -> TyperOption:
    return _option(name, *flags, help=help, is_flag=True, **attributes)


def _yes_option(*, hidden: bool = False) -> TyperOption:
    return _flag("yes", "--yes", "-y", help="Answer yes to every question.", hidden=hidden)


def _format_option(formats: tuple[str, ...], also: tuple[str, ...] = ()) -> TyperOption:
    """`also` is let through before it is known which command will have it."""

    def record(context: Context, param: Parameter, value: Any) -> Any:
        if value is not None and value not in formats + also:
            raise _bad_format(value, formats, context)
        return _record(context, param, value)

    return _option(
        "format",
        "--format",
        metavar="FORMAT",
        help=f"One of {', '.join(formats)}; auto is a table on a terminal, else tsv.",
        callback=record,
    )


def _build() -> dict[str, TyperOption]:
    options = (
        _option("ledger", "--ledger", metavar="PATH", help="The ledger. [env: JPCLI_LEDGER]"),
        _option(
            "wait",
            "--wait",
            metavar="SECONDS",
            help="How long to wait for a ledger that is busy or out of reach. [env: JPCLI_WAIT;"
            " default: 10 for a file, 30 for a server]",
            callback=_record_wait,
        ),
        _format_option(FORMATS, also=DOCUMENTS + REPORTS + JOURNALS + PROOFS),
        _flag("json", "--json", help="Short for --format json."),
        _flag("quiet", "--quiet", "-q", help="No remarks, only errors and warnings."),
        _flag("no_color", "--no-color", help="No color. [env: NO_COLOR]"),
        _option(
            "actor",
            "--actor",
            metavar="NAME",
            help="Who does this, for the log. [env: JPCLI_ACTOR; default: the login name]",
        ),
        _option(
            "limit",
            "--limit",
            metavar="N",
            type=INT,
            help="Show at most N; 0 is all. A terminal shows 50 unless told.",
            callback=_record_limit,
        ),
        _option(
            "at",
            "--at",
            metavar="TIME",
            help="When it happened: today, yesterday, -7d, 2026-11-22, '2026-11-22 09:30' (in the"
            " ledger's zone), 2026-11-22T09:30:00Z. Never in the future.",
        ),
        _flag("dry_run", "--dry-run", help="Show what would be done, write nothing."),
        _yes_option(),
        _option(
            "idempotency_key",
            "--idempotency-key",
            metavar="KEY",
            help="The same key again returns the first answer and does nothing.",
        ),
    )
    return {str(option.name): option for option in options}


SHARED = _build()


def refuse_foreign(context: Context, path: str, shared: tuple[str, ...]) -> None:
    """An option before the sub-command that it does not take is an error, not ignored.

    `--yes` and `--actor` are harmless and may stand in an alias.
    """
    for name in given(context):
        if name not in shared and name not in ("yes", "actor", "wait"):
            flag = SHARED[name].opts[0]
            raise UsageError(f"'{path}' takes no {flag}.", context)


__all__ = ["COMMON", "LISTS", "SHARED", "WRITES", "Invocation", "Spec", "command", "given"]
