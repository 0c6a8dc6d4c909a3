"""`--from FILE`: the rows of a bulk command, and that it comes instead of arguments."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated, Any

import typer

from jpcli.cli.app.typer_parts import UsageError
from jpcli.cli.shared.result import Result, result_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from jpcli.cli.app.invocation import Invocation
    from jpcli.domain.answers import Answer
    from jpcli.domain.contract.licenses import LicensesAnswer
    from jpcli.domain.errors import Problem
    from jpcli.services.files.rows import Row

From = Annotated[
    str | None,
    typer.Option(
        "--from",
        metavar="FILE",
        help="Many at once, from CSV, TSV, JSON or NDJSON; - is standard input.",
    ),
]
KeepGoing = Annotated[
    bool,
    typer.Option("--keep-going", help="With --from: leave out bad rows, report them, exit 1."),
]


def check_source(source: str | None, keep_going: bool, argument: str, *arguments: Any) -> None:
    """Either a file, or `argument` on the command line; raises UsageError for both or neither."""
    told = any(value for value in arguments)
    if source is not None and told:
        raise UsageError(f"--from brings its own {argument}: leave that out.")
    if source is None and not arguments[0]:
        raise UsageError(f"{argument} is missing, or --from FILE.")
    if keep_going and source is None:
        raise UsageError("--keep-going goes with --from.")


def is_read_once(source: str | None) -> bool:
    """Whether a source has nothing left after a trial, as a pipe; where there is no file, that is
    said by one."""
    if source is None or os.path.isfile(source):
        return False
    return source == "-" or (os.path.exists(source) and not os.path.isdir(source))


def bulk_rows(
    invocation: Invocation,
    source: str,
    known: frozenset[str],
    required: frozenset[str],
    *,
    keep_going: bool = False,
    whole: bool = False,
    instead: Mapping[str, tuple[str, ...]] | None = None,
) -> tuple[Iterable[Row], list[Problem]]:
    """The rows of a file, read as they are asked for, and the list that its problems go to;
    `whole` and `instead` as in `read_rows`.

    A file with very many bad rows is not read to its end, unless its good rows are wanted.
    """
    from jpcli.cli.render.progress import watched
    from jpcli.domain.limits import MAX_PROBLEMS
    from jpcli.services.files.read import read_rows

    problems: list[Problem] = []
    most = None if keep_going else MAX_PROBLEMS
    rows = read_rows(
        source,
        known=known,
        required=required,
        problems=problems,
        max_problems=most,
        whole=whole,
        instead=instead,
    )
    return watched(rows, source, invocation.output), problems


def license_rows(
    invocation: Invocation, source: str, column: str, keep_going: bool
) -> tuple[Iterable[Row], list[Problem]]:
    """The rows of a file that names licenses, and needs `column` beside their keys unless that is
    empty. Whatever jpcli writes of licenses may be piped in: its other columns are ignored."""
    from jpcli.ledger.queries.licenses import LICENSE_COLUMNS
    from jpcli.services.files.rows import INNER

    needed = frozenset({"license_key", column} - {""})
    known = needed.union(LICENSE_COLUMNS, INNER)
    return bulk_rows(invocation, source, known, needed, keep_going=keep_going, whole=True)


def changed(invocation: Invocation, answer: Answer[LicensesAnswer]) -> Result:
    """The licenses that a command changed; a terminal shows the first of very many."""
    from jpcli.ledger.queries.licenses import LICENSE_COLUMNS

    return result_of(
        answer,
        "licenses",
        columns=LICENSE_COLUMNS,
        limit=invocation.list_limit(),
        more="jpcli licenses list --sort issued --reverse",
        view="licenses:draw_changed",
    )
