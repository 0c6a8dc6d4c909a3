"""Write the answer of a command to stdout in the format that was chosen."""

from __future__ import annotations

import io
import sys
from itertools import chain, islice
from typing import TYPE_CHECKING, Any

from jpcli.cli.shared.result import DRAWN_ROWS
from jpcli.cli.streams import discard_output
from jpcli.domain.answers import Rows
from jpcli.domain.errors import Failed

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jpcli.cli.shared.output import Output
    from jpcli.cli.shared.result import Result


def write_result(result: Result, command: str, output: Output) -> None:
    """The data on stdout, then the remarks on stderr.

    Raises Failed `output_failed` when stdout takes no more, as on a full disk. Ledgers are read
    meanwhile, too, but SQLite's errors are no OSErrors.
    """
    if output.error_terminal:
        from jpcli.cli.render.stderr import clear_transient

        clear_transient()
    for copy in result.copies:
        _write_file(copy._replace(calendar=result.calendar), command, output)
    if result.format is not None:
        output = output._replace(format=result.format)
    if result.target is not None:
        _write_file(result, command, output)
    else:
        _write_to_stdout(result, command, output)
    _write_remarks(result, output)


def _write_file(result: Result, command: str, output: Output) -> None:
    from jpcli.cli.render.file import writing_to

    assert result.target is not None
    form = result.format or output.format
    with writing_to(result.target, result.replaces):
        _write_answer(result, command, output._replace(format=form, terminal=False, color=False))


def _write_to_stdout(result: Result, command: str, output: Output) -> None:
    try:
        _write_answer(result, command, output)
    except BrokenPipeError:
        raise
    except OSError as error:
        discard_output()
        raise Failed("output_failed", f"The output could not be written: {error}") from error


def _write_answer(result: Result, command: str, output: Output) -> None:
    out = _prepared(output)
    if result.payload is not None:
        _write_payload(result.payload)
    else:
        _write_data(_begun(result), command, output, out)
    out.flush()


def _write_data(result: Result, command: str, output: Output, out: Any) -> None:
    if output.format == "table":
        _write_table(result, output, out)
        return
    if output.format in ("json", "ndjson"):
        from jpcli.cli.render import json

        if output.format == "json":
            json.write_json(
                out,
                command,
                result.data,
                result.notes,
                output.terminal,
                result.failures,
                output.ledger,
            )
            return
        if result.rows_key is None:
            json.write_ndjson_object(out, result.data)
            return
    from jpcli.cli.shared.tables import table_of

    table = table_of(result)
    if output.format == "ndjson":
        json.write_ndjson(out, table)
    elif output.format == "md":
        from jpcli.cli.render.markdown import write_markdown

        write_markdown(out, table)
    else:
        from jpcli.cli.render import delimited

        writers = {"csv": delimited.write_csv, "excel": delimited.write_excel}
        writers.get(output.format, delimited.write_tsv)(out, table)


def _write_table(result: Result, output: Output, out: Any) -> None:
    """Draw the view, or a plain table where there is none or the list is long."""
    result, shown = _measured(result)
    if result.view is not None and shown <= DRAWN_ROWS:
        from jpcli.cli.views import draw

        draw(result.view, result.data, output, result.calendar)
    else:
        from jpcli.cli.render.plain import write_plain_table
        from jpcli.cli.shared.tables import table_of

        table = table_of(result)
        write_plain_table(out, table.columns, chain.from_iterable(table.batches), output.color)
    if output.terminal and result.total is not None and shown < result.total:
        from jpcli.cli.render.stderr import write_more

        out.flush()
        write_more(result.total - shown, result.more, output)


def _begun(result: Result) -> Result:
    """Read the first row of the table, so that an error at once comes before any output."""
    rows = result.data.get(result.rows_key) if result.rows_key else None
    if not isinstance(rows, Rows):
        return result
    iterator = iter(rows.rows)
    first = list(islice(iterator, 1))
    return _with_rows(result, Rows(rows.columns, chain(first, iterator)))


def _measured(result: Result) -> tuple[Result, int]:
    """The same result and the length of its table, in memory if that is at most `DRAWN_ROWS`.

    The length of a longer one is not known: it is given as `sys.maxsize`.
    """
    rows = result.data.get(result.rows_key) if result.rows_key else None
    if not isinstance(rows, Rows):
        return result, len(rows or ())
    iterator = iter(rows.rows)
    head = list(islice(iterator, DRAWN_ROWS + 1))
    if len(head) > DRAWN_ROWS:
        return _with_rows(result, Rows(rows.columns, chain(head, iterator))), sys.maxsize
    return _with_rows(result, Rows(rows.columns, head)), len(head)


def _with_rows(result: Result, rows: Rows[Any]) -> Result:
    assert result.rows_key is not None
    return result._replace(data={**result.data, result.rows_key: rows})


def _write_payload(payload: Iterable[str | bytes]) -> None:
    """Text as UTF-8 and bytes as they are."""
    sys.stdout.flush()
    binary = getattr(sys.stdout, "buffer", None)
    for piece in payload:
        if binary is None:
            sys.stdout.write(piece if isinstance(piece, str) else piece.decode())
        else:
            binary.write(piece.encode() if isinstance(piece, str) else piece)


def _write_remarks(result: Result, output: Output) -> None:
    _write_notes(result, output)
    if result.failures:
        from jpcli.cli.render.stderr import write_failure
        from jpcli.cli.shared.failure import failure_from

        for error in result.failures:
            write_failure(failure_from(error), output)


def _write_notes(result: Result, output: Output) -> None:
    if result.notes or result.problems:
        from jpcli.cli.render.stderr import write_notes, write_problems

        write_notes(result.notes, output)
        write_problems(result.problems, output)


def _prepared(output: Output) -> Any:
    """Stdout for data: UTF-8 in a pipe whatever the locale, and no character is an error."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        if output.terminal:
            sys.stdout.reconfigure(errors="backslashreplace")
        else:
            sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace", newline="\n")
    return sys.stdout
