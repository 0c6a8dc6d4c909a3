"""The screen that a view draws on: a Rich console that cuts nothing in a pipe."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, NamedTuple

from rich.console import Console
from rich.text import Text

from jpcli.cli.output import terminal_width
from jpcli.cli.render.escape import visible

if TYPE_CHECKING:
    from jpcli.cli.output import Output

# Wider than any table, so that a table in a pipe keeps every character.
PIPE_WIDTH = 10_000
TEXT_WIDTH = 100


class Screen(NamedTuple):
    """`width` is for tables, `text_width` for sentences; `console` writes to stdout."""

    console: Console
    width: int
    text_width: int
    unicode: bool

    def print(self, *renderables: Any) -> None:
        """Print, without reading markup or highlighting numbers in anything."""
        for renderable in renderables:
            self.console.print(renderable, markup=False, highlight=False, soft_wrap=False)


def open_screen(output: Output) -> Screen:
    """A console for stdout as it is: colors only where they were decided on."""
    width = terminal_width(sys.stdout) if output.terminal else PIPE_WIDTH
    console = Console(
        file=sys.stdout,
        width=width,
        force_terminal=output.color,
        no_color=not output.color,
        color_system="auto" if output.color else None,
        markup=False,
        highlight=False,
        emoji=False,
        legacy_windows=False,
    )
    encoding = (sys.stdout.encoding or "").lower()
    return Screen(console, width, min(width, TEXT_WIDTH), encoding.startswith("utf"))


def text(value: Any, style: str = "") -> Text:
    """Data as Rich text: never read as markup, control characters written out."""
    return Text("" if value is None else visible(str(value)), style=style)
