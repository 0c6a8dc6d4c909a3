"""Turn whatever went wrong into a code, a message, a hint and an exit code, and say so.

A person reads it on stderr; with `--json` stdout carries the same as an object, for usage errors
too.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

from jpcli.cli.app.typer_parts import Abort, ClickException, Exit
from jpcli.cli.shared.failure import EXIT_INTERRUPTED, Failure, failure_from
from jpcli.cli.shared.output import output_for
from jpcli.cli.streams import discard_output

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from jpcli.cli.shared.output import Output


def report(error: Exception, argv: Sequence[str], given: Mapping[str, Any]) -> int:
    """Show an error on stderr, and on stdout as JSON where that was asked for; the exit code."""
    if isinstance(error, Exit):
        return error.exit_code
    if isinstance(error, Abort):
        return EXIT_INTERRUPTED
    if isinstance(error, BrokenPipeError):
        raise error
    failure = failure_of(error)
    options = dict(given)
    if (isinstance(error, ClickException) or not given) and wants_json(argv):
        options["format"] = "json"
    output = output_for(options)
    from jpcli.cli.render.stderr import write_failure

    try:
        _write_to_stdout(failure, output)
    except (OSError, ValueError):
        # Stderr says it, and the exit code; a full disk or a reader that left must not hide it.
        discard_output()
    write_failure(failure, output)
    if os.environ.get("JPCLI_DEBUG") == "1":
        import traceback

        traceback.print_exception(error, file=sys.stderr)
    return failure.exit_code


def _write_to_stdout(failure: Failure, output: Output) -> None:
    if output.format == "json":
        from jpcli.cli.render.json import write_failure_json

        write_failure_json(failure, output)
    elif output.format == "github":
        from jpcli.cli.render.annotations import write_failure_annotations

        write_failure_annotations(failure)
    sys.stdout.flush()


def wants_json(argv: Sequence[str]) -> bool:
    """Whether a command line that could not be parsed asks for JSON; the last word on it wins."""
    wanted = False
    before = ""
    for argument in argv:
        if argument == "--":
            break
        if argument == "--json":
            wanted = True
        elif before == "--format":
            wanted = argument == "json"
        elif argument.startswith("--format="):
            wanted = argument == "--format=json"
        before = argument
    return wanted


def failure_of(error: Exception) -> Failure:
    """An error as it is shown; what is not one of ours is a mistake of ours."""
    if isinstance(error, ClickException):
        from jpcli.cli.app.usage import usage_failure

        return usage_failure(error)
    return failure_from(error)
