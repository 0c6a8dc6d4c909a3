"""`--output FORMAT:FILE`: the same answer in several formats, in one run."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from jpcli.cli.app.typer_parts import UsageError
from jpcli.cli.shared.result import Result
from jpcli.domain.answers import Note, Rows, as_objects, joined
from jpcli.domain.paths import check_path

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from jpcli.cli.app.invocation import Invocation

SUMMARY_VARIABLE = "GITHUB_STEP_SUMMARY"
Outputs = Annotated[
    list[str] | None,
    typer.Option(
        "--output",
        metavar="FORMAT:FILE",
        help="Write this file, too, in any format of --format; may be given several times.",
    ),
]


class Copy(NamedTuple):
    """A file, and the format that it gets."""

    form: str
    path: str


def copies_of(
    invocation: Invocation, told: list[str] | None, formats: tuple[str, ...]
) -> list[Copy]:
    """The files that were named, looked at before any work is done for them.

    UsageError for what is no FORMAT:FILE, or a file that is named twice; errors as `check_target`.
    """
    from jpcli.cli.render.file import check_target

    copies: list[Copy] = []
    for text in told or ():
        form, _, path = text.partition(":")
        if not path.strip() or form == "auto" or form not in formats:
            choices = ", ".join(each for each in formats if each != "auto")
            raise UsageError(f"--output wants FORMAT:FILE, not {text}; FORMAT is one of {choices}.")
        check_path(path, "--output")
        check_target(path, invocation.yes)
        if any(os.path.realpath(path) == os.path.realpath(other.path) for other in copies):
            raise UsageError(f"--output names {path} twice.")
        copies.append(Copy(form, path))
    return copies


def with_copies(
    invocation: Invocation, copies: list[Copy], in_format: Callable[[str, int], Result]
) -> Result:
    """The answer in the format of stdout, and in that of each file; `in_format` makes it of a
    format and of how many rows it may have, 0 for all."""
    result = in_format(invocation.output.format, invocation.list_limit())
    if not copies:
        return result
    files = tuple(
        in_format(copy.form, invocation.limit or 0)._replace(
            format=copy.form, target=copy.path, replaces=invocation.yes, exit_code=0
        )
        for copy in copies
    )
    notes = [Note("written", f"Wrote {copy.path}", "ok", copy.path) for copy in copies]
    return result._replace(copies=files, notes=joined(result.notes, tuple(notes)))


def read_often(data: Mapping[str, Any], rows_key: str) -> dict[str, Any]:
    """The data with a table that can be read more than once."""
    rows = data[rows_key]
    return {**data, rows_key: as_objects(rows) if isinstance(rows, Rows) else rows}


def job_page_note(markdown: Callable[[], str]) -> Note | None:
    """Add a summary to the page of the CI job, where there is one; why that could not be done."""
    path = os.environ.get(SUMMARY_VARIABLE)
    if not path:
        return None
    from jpcli.services.files.summary import append_summary

    return append_summary(path, markdown())
