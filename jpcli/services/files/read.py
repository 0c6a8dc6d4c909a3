"""Reads the rows of bulk, history and price files: JSON, NDJSON, CSV, TSV or a Markdown table, told
by content; what jpcli itself wrote in any of these formats is among them.

Owns what a malformed file is and where in it the trouble lies; what a row means is for the caller.
Streams: a row is handed over before the next one is read, so that a file may be larger than memory.
"""

from __future__ import annotations

import os
import stat
from contextlib import contextmanager, nullcontext
from io import UnsupportedOperation
from typing import IO, TYPE_CHECKING

from jpcli.domain.errors import BadInput
from jpcli.domain.limits import MAX_PIPE_BYTES, MAX_PROBLEMS
from jpcli.services.files.rows import Enough, Expected, Row, lines_of, named

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from jpcli.domain.errors import Problem

_PART_BYTES = 2**20
_HEAD_BYTES = 64 * 2**10
_UTF8_BOM = b"\xef\xbb\xbf"
_UTF16_BOMS = (b"\xff\xfe", b"\xfe\xff")
# Every control character but tab, line feed, form feed and carriage return.
_BINARY = frozenset(range(32)) - {9, 10, 12, 13} | {127}


def read_rows(
    source: str,
    *,
    known: frozenset[str],
    required: frozenset[str],
    problems: list[Problem],
    stdin: IO[bytes] | None = None,
    max_problems: int | None = MAX_PROBLEMS,
    whole: bool = False,
    instead: Mapping[str, tuple[str, ...]] | None = None,
) -> Iterator[Row]:
    """Yield the good rows of a file, or of standard input for `-`.

    A bad row becomes an entry in `problems`, to which the caller may add its own; reading ends at
    `max_problems` of them (None: never), with `too_many_problems` as the last. With `whole` a pipe
    is read to its end before the first row, so that the other rows wait for nobody. `instead` names
    for a required column others that do as well. An
    empty file has no rows. Raises BadInput at the first `next()` for a file that can have none: it
    does not exist, is a folder, can't be read, is no UTF-8 text, or has a header that does not fit.
    """
    expected = Expected(known, required, problems, max_problems, instead or {})
    with opened(source, stdin) as stream:
        try:
            with _at_hand(stream, source) if whole else nullcontext(stream) as ready:
                for row in _rows(ready, source, expected):
                    expected.stop_when_full(row.line)
                    if expected.accepts(row.line, row.values):
                        yield row
        except Enough:
            return
        except OSError as error:
            raise unreadable(source, error) from error


def read_text(source: str, most_bytes: int, stdin: IO[bytes] | None = None) -> str:
    """The whole of a file that people write, or of standard input for `-`; at most `most_bytes`.

    Raises BadInput: it does not exist, can't be read, is too large, is no UTF-8 text.
    """
    with opened(source, stdin) as stream:
        try:
            content = stream.read(most_bytes + 1)
        except OSError as error:
            raise unreadable(source, error) from error
    if len(content) > most_bytes:
        message = f"{named(source)} is larger than {most_bytes // 2**10:,} KiB"
        raise BadInput("file_too_large", message, subject=source)
    try:
        return content.removeprefix(_UTF8_BOM).decode()
    except UnicodeDecodeError:
        message = f"{named(source)} is not a text file in UTF-8"
        raise BadInput("not_text", message, hint="Save it as UTF-8.", subject=source) from None


@contextmanager
def _at_hand(stream: IO[bytes], source: str) -> Iterator[IO[bytes]]:
    """A plain file as it is; of a pipe a copy, in a file without a name, once it has ended."""
    try:
        is_plain = stat.S_ISREG(os.fstat(stream.fileno()).st_mode)
    except UnsupportedOperation:
        is_plain = True  # bytes in memory
    if is_plain:
        yield stream
        return
    from tempfile import TemporaryFile

    with TemporaryFile() as copy:
        while part := stream.read(_PART_BYTES):
            copy.write(part)
            if copy.tell() > MAX_PIPE_BYTES:
                message = f"{named(source)} is larger than {MAX_PIPE_BYTES // 2**30} GiB"
                hint = "Save it as a file and name that."
                raise BadInput("file_too_large", message, hint=hint, subject=source)
        copy.seek(0)
        yield copy


def _rows(stream: IO[bytes], source: str, expected: Expected) -> Iterator[Row]:
    """Find out the format from the first bytes and yield rows, not yet checked for columns."""
    head = stream.read(_HEAD_BYTES)
    if head.startswith(_UTF16_BOMS):
        from jpcli.services.files.utf16 import as_utf8

        stream = as_utf8(head, stream)
        head = _UTF8_BOM + stream.read(_HEAD_BYTES)
    marked = head.startswith(_UTF8_BOM)
    head = head.removeprefix(_UTF8_BOM)
    _check_text(head, source)
    start = head.lstrip()[:1]
    if not start:  # NDJSON without rows, or what a command left that failed: nothing to do
        return iter(())
    if start in b"[{":
        from jpcli.services.files import json_rows

        if json_rows.is_answer(head):
            return json_rows.rows_of_answer(head, stream, source, expected)
        if start == b"{" and json_rows.is_one_a_line(head):
            return json_rows.rows_of_lines(lines_of(head, stream), expected)
        return json_rows.rows_of_values(head, stream, expected)
    from jpcli.services.files.table_rows import rows_of_table

    return rows_of_table(lines_of(head, stream), source, expected, marked=marked)


def _check_text(head: bytes, source: str) -> None:
    if _BINARY.isdisjoint(head):
        return
    hint = "JSON, NDJSON, CSV and TSV are read. A spreadsheet can be saved as CSV."
    message = f"{named(source)} is not a text file in UTF-8"
    raise BadInput("not_text", message, hint=hint, subject=source)


@contextmanager
def opened(source: str, stdin: IO[bytes] | None = None) -> Iterator[IO[bytes]]:
    """A file, or standard input for `-`; BadInput for what can't be opened."""
    if source == "-":
        yield stdin if stdin is not None else _standard_input()
        return
    try:
        stream = open(source, "rb")  # noqa: SIM115
    except (OSError, ValueError) as error:
        raise unreadable(source, error) from error
    with stream:
        yield stream


def _standard_input() -> IO[bytes]:
    import sys

    stdin = sys.stdin
    if stdin is None or stdin.closed:
        raise BadInput("no_stdin", "Standard input is closed, so there is nothing to read")
    if stdin.isatty():
        raise BadInput(
            "stdin_is_terminal",
            "Standard input is a terminal, so there is nothing to read",
            hint="Name a file in place of `-`, or pipe one in: … < FILE",
        )
    return stdin.buffer


def unreadable(source: str, error: OSError | ValueError) -> BadInput:
    """The refusal of a file that can't be opened, or read on."""
    if isinstance(error, FileNotFoundError):
        return BadInput("no_such_file", f"There is no file {source}", subject=source)
    if isinstance(error, IsADirectoryError):
        return BadInput("is_a_folder", f"{source} is a folder, not a file", subject=source)
    reason = getattr(error, "strerror", None) or str(error)
    message = f"{named(source)} can't be read: {reason}"
    return BadInput("unreadable_file", message, subject=source)
