"""The tables of the bash and the zsh script: `case` statements, which both shells read alike.

Owns quoting for them. Only what jpcli itself says goes in; nothing of a ledger does.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tools.shells.grammar import asked_values, value_options
from tools.shells.values import FREE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tools.shells.grammar import Page
    from tools.shells.values import Value

# What stands for a path in the scripts; it is no kind of name.
FILES = "/files"


def filled(template: str, **parts: str) -> str:
    """The template with every `@NAME@` replaced; one that is missing or left over is an error."""
    for name, text in parts.items():
        mark = f"@{name.upper()}@"
        assert mark in template, mark
        template = template.replace(mark, text)
    assert not re.search("@[A-Z_]+@", template)
    return template


def quoted(text: str) -> str:
    """A word that neither shell changes."""
    if not text:
        return "''"
    plain = text.replace("-", "").replace("_", "").replace("/", "").replace("@", "")
    if plain.isascii() and plain.replace(":", "").isalnum():
        return text
    return "'" + text.replace("'", "'\\''") + "'"


def words(parts: Iterable[str]) -> str:
    """Words for `words=(…)`."""
    return " ".join(map(quoted, parts))


def takes_value(pages: list[Page]) -> str:
    """A pattern: the options that take the next word as their value."""
    return " | ".join(value_options(pages))


def groups(pages: list[Page]) -> str:
    """A pattern: the paths below which there are commands."""
    return " | ".join(quoted(page.path) for page in pages if page.members)


def repeating(pages: list[Page]) -> str:
    """A pattern: the options that may be given more than once."""
    flags = {o.flags[0] for page in pages for o in page.options if o.repeats}
    return " | ".join(sorted(flags)) or "''"


def places(pages: list[Page], indent: str) -> str:
    """`case` arms from `path:number` to what completes that argument, counted from 1."""
    arms = []
    for page in pages:
        for number, value in enumerate(page.places, 1):
            last = number == len(page.places) and page.rest
            pattern = quoted(page.path) + (":*" if last else f":{number}")
            if value != FREE:
                arms.append((pattern, _told(value)))
    return _arms(arms, indent)


def values(pages: list[Page], indent: str) -> str:
    """`case` arms from `path option` to what completes its value."""
    arms = [
        (f"*' {flag}'" if path == "*" else quoted(f"{path} {flag}"), _told(value))
        for (path, flag), value in asked_values(pages).items()
        if value != FREE
    ]
    return _arms(arms, indent)


def short(pages: list[Page], indent: str) -> str:
    """`case` arms from the short names of options with a value to the long ones."""
    options = (option for page in pages for option in page.options if option.value is not None)
    arms = {(flag, f"option={o.flags[0]}") for o in options for flag in o.flags[1:]}
    return _arms(sorted(arms), indent)


def _arms(pairs: Iterable[tuple[str, str]], indent: str) -> str:
    """Arms with the same body become one."""
    patterns: dict[str, list[str]] = {}
    for pattern, body in pairs:
        patterns.setdefault(body, []).append(pattern)
    return "\n".join(f"{indent}{' | '.join(names)}) {body} ;;" for body, names in patterns.items())


def _told(value: Value) -> str:
    if value.words:
        return f"words=({words(value.words)})"
    return f"kind={quoted(value.ask or FILES)}"
