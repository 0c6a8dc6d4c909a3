"""How far a long file has been read: one line on stderr for a person who waits, then gone."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

from jpcli.cli.render.stderr import show_transient
from jpcli.domain.words import count

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from jpcli.cli.shared.output import Output
    from jpcli.services.files.rows import Row

# Nothing is shown for what is over at once.
DELAY_SECONDS = 0.4
STEP_SECONDS = 0.1
ROWS_BETWEEN_LOOKS = 256
BAR_WIDTH = 24


def watched(rows: Iterable[Row], source: str, output: Output) -> Iterable[Row]:
    """The same rows; on a terminal it is shown how many have been read, and of how many."""
    if not output.error_terminal or output.quiet or os.environ.get("TERM") == "dumb":
        return rows
    return _watched(rows, source)


def _watched(rows: Iterable[Row], source: str) -> Iterator[Row]:
    next_look = time.monotonic() + DELAY_SECONDS
    lines: int | None = None
    row = None
    for number, row in enumerate(rows):
        if number % ROWS_BETWEEN_LOOKS == 0 and time.monotonic() >= next_look:
            lines = _count_lines(source) if lines is None else lines
            show_transient(progress_text(row.line, lines))
            next_look = time.monotonic() + STEP_SECONDS
        yield row
    if lines is not None and row is not None:
        show_transient(f"  {count(row.line, 'line')} read, recording")


def counting(noun: str, output: Output, done: str = "compared") -> Callable[[int], None]:
    """Shows on a terminal how many are `done` so far, whenever it is told; nothing of what is over
    at once."""
    if not output.error_terminal or output.quiet or os.environ.get("TERM") == "dumb":
        return lambda _number: None
    next_look = time.monotonic() + DELAY_SECONDS

    def heard(number: int) -> None:
        nonlocal next_look
        if time.monotonic() >= next_look:
            show_transient(f"  {count(number, noun)} {done}")
            next_look = time.monotonic() + STEP_SECONDS

    return heard


def progress_text(line: int, lines: int) -> str:
    """A bar where the number of lines is known (not 0), else the line that was reached."""
    if not lines:
        return f"  {count(line, 'line')} read"
    done = min(line, lines)
    filled = done * BAR_WIDTH // lines
    bar = "#" * filled + "." * (BAR_WIDTH - filled)
    return f"  [{bar}] {done * 100 // lines:>3} %   line {line:,} of {lines:,}"


def _count_lines(source: str) -> int:
    """Lines of a regular file; 0 for a pipe, which can be read only once."""
    if source == "-" or not os.path.isfile(source):
        return 0
    with open(source, "rb") as stream:
        return sum(chunk.count(b"\n") for chunk in iter(lambda: stream.read(1 << 20), b"")) or 1
