"""What may follow what on a command line, read from the commands themselves.

The table says which commands there are, and each command's own parameters say the rest, so a
script can't know less or more than the parser.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from jpcli.cli.app.root import build_group, load_command
from jpcli.cli.app.table import COMMANDS, GROUPS, subcommands
from jpcli.cli.app.typer_parts import Context
from tools.shells.values import FREE, Value, value_of


class Option(NamedTuple):
    """`flags` are its names, the long one first; a flag alone has no `value`."""

    flags: tuple[str, ...]
    value: Value | None
    repeats: bool
    about: str


class Page(NamedTuple):
    """A group with its members (name, about), or a command with its arguments, the last of which
    may be given any number of times if `rest`."""

    path: str
    members: tuple[tuple[str, str], ...]
    options: tuple[Option, ...]
    places: tuple[Value, ...] = ()
    rest: bool = False


def read_pages() -> list[Page]:
    """The root, the groups and the commands."""
    groups = [_group(path) for path in ("", *GROUPS)]
    return groups + [_command(path) for path in COMMANDS]


def value_options(pages: list[Page]) -> tuple[str, ...]:
    """Every name of an option that takes a value. No name is one here and a flag there: then the
    word after it would be read differently before the command is known."""
    names = {
        kind: {
            flag
            for page in pages
            for o in page.options
            if bool(o.value) is kind
            for flag in o.flags
        }
        for kind in (False, True)
    }
    both = names[False] & names[True]
    if both:
        raise ValueError(f"with and without a value: {', '.join(sorted(both))}")
    return tuple(sorted(names[True]))


def asked_values(pages: list[Page]) -> dict[tuple[str, str], Value]:
    """(path, long option) -> value; where an option means the same everywhere, the path is `*`."""
    found: dict[str, dict[str, Value]] = {}
    for page in pages:
        for option in page.options:
            if option.value is not None:
                found.setdefault(option.flags[0], {})[page.path] = option.value
    values: dict[tuple[str, str], Value] = {}
    for flag, by_path in sorted(found.items()):
        if len(set(by_path.values())) == 1:
            values["*", flag] = next(iter(by_path.values()))
        else:
            values.update({(path, flag): value for path, value in by_path.items()})
    return values


def _group(path: str) -> Page:
    group = build_group(path)
    context = Context(group, info_name=path or "jpcli")
    params = [param for param in group.get_params(context) if not getattr(param, "hidden", False)]
    members = tuple((name, _short(about)) for name, about in subcommands(path).items())
    return Page(path, members, tuple(_option(path, param) for param in params))


def _command(path: str) -> Page:
    command = load_command(path)
    context = Context(command, info_name=path)
    options, places, rest = [], [], False
    for param in command.get_params(context):
        if getattr(param, "hidden", False):
            continue
        if param.param_type_name == "argument":
            places.append(value_of(path, str(param.name), param.metavar) or FREE)
            rest = rest or param.nargs == -1
        else:
            options.append(_option(path, param))
    return Page(path, (), tuple(options), tuple(places), rest)


def _option(path: str, param: Any) -> Option:
    flags = tuple(sorted(param.opts, key=len, reverse=True))
    value = None if param.is_flag else value_of(path, param.name, param.metavar) or FREE
    return Option(flags, value, param.multiple, _short(param.help or ""))


def _short(about: str) -> str:
    """The first sentence of a help text, without the full stop."""
    return re.split(r"[.;](?: |$)| \[", about, maxsplit=1)[0]
