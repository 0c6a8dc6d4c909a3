"""The screen that a view draws on: a Rich console that cuts nothing in a pipe."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, NamedTuple

from rich.console import Console
from rich.segment import Segment, SegmentLines
from rich.text import Text

from jpcli.cli.shared.escape import visible
from jpcli.cli.shared.named_ledger import naming
from jpcli.cli.shared.output import terminal_width
from jpcli.cli.views.folds import folded
from jpcli.domain.calendar import BillingCalendar
from jpcli.domain.instants import parse_instant
from jpcli.domain.moments import local_text
from jpcli.domain.site_urls import readable_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from rich.table import Table

    from jpcli.cli.shared.output import Output

# Wider than any table, so that a table in a pipe keeps every character.
PIPE_WIDTH = 10_000
PAGE_LINES = 50
TEXT_WIDTH = 104
INDENT = 2


class _Console(Console):
    """Rich ends the process where a reader has gone, without a word of what was done."""

    def on_broken_pipe(self) -> None:
        """Let whoever writes the answer know, as of any other format."""
        raise BrokenPipeError


class Screen(NamedTuple):
    """`width` is for tables, `text_width` for sentences; `console` writes to stdout. `ledger` is
    what names the ledger in a command."""

    console: Console
    width: int
    text_width: int
    unicode: bool
    calendar: BillingCalendar | None = None
    ledger: str = ""

    def write(self, line: Text | str = "") -> None:
        """One line as it is: no markup is read, nothing is wrapped or cut."""
        self.console.print(
            line, markup=False, highlight=False, no_wrap=True, overflow="ignore", crop=False
        )

    def fold(self, line: Text, indent: int = 0) -> None:
        """A line that goes on below itself, indented, where it is wider than the screen."""
        if line.cell_len <= self.width:
            self.write(line)
            return
        first, *rest = folded(line, self.width - indent)
        for each in (first, *(Text(" " * indent) + part for part in rest)):
            self.write(each)

    def title(self, name: str, *parts: tuple[str, str], below: Iterable[Text] = ()) -> None:
        """A name in bold, then texts in their styles between dots, without those that are empty;
        the lines `below` it, and an empty one."""
        line = text(name, "bold")
        for content, style in parts:
            if content:
                separator = f" {self.sign('·', '-')} "
                line.append_text(text(separator + content, f"not bold {style}"))
        for each in (line, *below, Text()):
            self.fold(each, INDENT)

    def draw(self, table: Table, width: int) -> None:
        """A table that is `width` wide, indented, without spaces at the ends of its lines."""
        options = self.console.options.update(width=width)
        lines = self.console.render_lines(table, options, pad=False)
        for line in lines:
            while line and not line[-1].text.rstrip():
                line.pop()
            line[-1:] = [end._replace(text=end.text.rstrip()) for end in line[-1:]]
            line.insert(0, Segment("  "))
        self.console.print(SegmentLines(lines, new_lines=True), end="", crop=False)

    def paragraph(self, content: str, style: str = "", indent: str = "  ") -> None:
        """A sentence, wrapped at `text_width` and indented, a long address after a slash."""
        width, content_text = self.text_width - len(indent), text(content, style)
        if self.width == PIPE_WIDTH:
            # A word that is broken in a CI system's log could go on like a command.
            lines: Iterable[Text] = content_text.wrap(self.console, width, overflow="ignore")
        else:
            lines = folded(content_text, width)
        for line in lines:
            line.rstrip()
            self.write(Text(indent, style) + line)

    def advice(self, sentence: str, command: str) -> None:
        """A warning and the command that helps, below it where the line is too long."""
        command = self.typed(command)
        line = Text("  ! ", style="yellow")
        line.append(sentence, style="default")
        if line.cell_len + len(command) + 3 > self.width:
            self.write(line)
            line = Text(" ")
        if command:
            line.append(f"   {command}", style="bold default")
        self.write(line)

    def typed(self, command: str) -> str:
        """A command as it is to be typed: with the ledger, where that was named."""
        return naming(command, self.ledger)

    def instant(self, text: str | None) -> str:
        """`2026-11-02 09:30` of an RFC 3339 instant, in the ledger's zone; a person rarely needs
        the seconds."""
        if text is None:
            return ""
        return local_text(parse_instant(text), self.calendar or BillingCalendar())[:16]

    @property
    def zone(self) -> str:
        """The zone of every time on the screen."""
        return "UTC" if self.calendar is None else self.calendar.zone

    def name_zone(self) -> None:
        """A heading for times, which says where they are the time of day unless that is UTC."""
        if self.zone != "UTC":
            self.paragraph(f"Times in {self.zone}", "dim")

    def sign(self, unicode: str, plain: str) -> str:
        """A character, or what stands for it where stdout is not UTF-8."""
        return unicode if self.unicode else plain


def open_screen(output: Output, calendar: BillingCalendar | None = None) -> Screen:
    """A console for stdout as it is: colors only where they were decided on. Times are those of
    the calendar, UTC without one."""
    width = terminal_width(sys.stdout) if output.terminal else PIPE_WIDTH
    console = _Console(
        file=sys.stdout,
        width=width,
        height=PAGE_LINES,  # else Rich reads `LINES`, whatever that is
        force_terminal=output.color,
        no_color=not output.color,
        color_system="auto" if output.color else None,
        markup=False,
        highlight=False,
        emoji=False,
        legacy_windows=False,
    )
    return Screen(console, width, min(width, TEXT_WIDTH), _writes_all(), calendar, output.ledger)


def text(value: Any, style: str = "") -> Text:
    """Data as Rich text: never read as markup, control characters written out, sites as a person
    reads them."""
    return Text(visible(as_read("" if value is None else str(value))), style=style)


def as_read(content: str) -> str:
    """The same with sites as a person reads them, where stdout takes their letters."""
    return readable_in(content) if _writes_all() else content


def _writes_all() -> bool:
    """Whether stdout takes the letters of every script."""
    return (sys.stdout.encoding or "").lower().startswith("utf")


def facts(screen: Screen, rows: Iterable[tuple[str, Any]]) -> None:
    """Names and values, one a line, the values below each other."""
    found = list(rows)
    width = max((len(name) for name, _ in found), default=0)
    for name, value in found:
        cell = value if isinstance(value, Text) else text(value, "not dim")
        for number, part in enumerate(folded(cell, screen.width - width - 5)):
            line = Text(f"  {('' if number else name).ljust(width)}   ", style="dim") + part
            line.rstrip()
            screen.write(line)


def steps(screen: Screen, commands: Mapping[str, str]) -> None:
    """Reasons and the command for each, beside it where there is room."""
    width = max(map(len, commands))
    for why, bare in commands.items():
        command = screen.typed(bare)
        fits = width + len(command) + 8 <= screen.width
        line = text(f"  {why.ljust(width) if fits else why}")
        if not fits:
            screen.fold(line, INDENT)
            line = Text(" ")
        screen.write(line + text(f"   {command}", "bold cyan"))
