"""Where an answer goes: format, terminal or not, color or not. Decided once for each call."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any, NamedTuple

from jpcli.cli.shared.named_ledger import ledger_words

if TYPE_CHECKING:
    from collections.abc import Mapping


FORMATS = ("auto", "table", "json", "ndjson", "csv", "excel", "tsv", "md")
# Files to send, which a few commands write as well.
DOCUMENTS = ("html", "pdf")
# What accounting programs read, which the export of an invoice writes as well.
JOURNALS = ("beancount", "hledger")
# What `jpcli invoice verify` takes.
PROOFS = ("proof",)
# What CI systems read, which the audit writes as well.
REPORTS = ("junit", "github")
# Nobody's screen is wider, and a table as wide as any number would fill the memory.
WIDEST = 10_000


class Output(NamedTuple):
    """`format` is resolved: never `auto`; `automatic` says that none was named. `color` and
    `error_color` are for stdout and stderr. `ledger` is what names it in a command, if need be."""

    format: str
    terminal: bool
    color: bool
    error_terminal: bool
    error_color: bool
    quiet: bool
    automatic: bool = False
    ledger: str = ""

    @property
    def draws(self) -> bool:
        """Whether a person looks at a table."""
        return self.terminal and self.format == "table"


def output_for(options: Mapping[str, Any]) -> Output:
    """Where the answer, or the error, of these options goes: a table on a terminal, TSV in a pipe,
    unless a format was named."""
    named = options.get("format")
    terminal = is_terminal(sys.stdout)
    error_terminal = is_terminal(sys.stderr)
    plain = (
        bool(options.get("no_color"))
        or bool(os.environ.get("NO_COLOR"))
        or os.environ.get("TERM") == "dumb"
    )
    automatic = "table" if terminal else "tsv"
    return Output(
        format=automatic if named in (None, "auto") else str(named),
        terminal=terminal,
        color=terminal and not plain,
        error_terminal=error_terminal,
        error_color=error_terminal and not plain,
        quiet=bool(options.get("quiet")),
        automatic=named in (None, "auto"),
        ledger=ledger_words(options.get("ledger")),
    )


def is_terminal(stream: Any) -> bool:
    """Whether a stream is a terminal; a closed or missing one is not."""
    try:
        return stream is not None and bool(stream.isatty())
    except ValueError:
        return False


def terminal_width(stream: Any, default: int = 80) -> int:
    """Columns of the terminal behind a stream; `COLUMNS` goes first, as elsewhere."""
    columns = os.environ.get("COLUMNS", "")
    if columns.isdecimal() and (digits := columns.lstrip("0")):
        return int(digits) if len(digits) < len(str(WIDEST)) else WIDEST
    try:
        return os.get_terminal_size(stream.fileno()).columns or default
    except (AttributeError, OSError, ValueError):
        return default
