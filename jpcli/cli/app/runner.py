"""Run one command: resolve what it was told, call it, write its answer, close what it opened."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING, Any

from jpcli.cli.app.invocation import build_invocation

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from jpcli.cli.shared.result import Result


def execute(
    path: str,
    function: Callable[..., Result],
    given: Mapping[str, Any],
    parameters: Mapping[str, Any],
) -> int:
    """The exit code of `function(invocation, **parameters)`, with its answer written.

    The ledger stays open until the last row is out, since rows are read while they are written.
    """
    invocation = build_invocation(path, given)
    gc.freeze()
    gc.enable()
    result = None
    try:
        result = function(invocation, **parameters)
        result = result._replace(notes=(*invocation.remarks, *result.notes))
        from jpcli.cli.render.stdout import write_result

        write_result(result, path, invocation.output)
    finally:
        if result is not None:
            _end_reading(result)
        for close in reversed(invocation.closers):
            close()
    return result.exit_code


def _end_reading(result: Result) -> None:
    """End streams that were not read to their end, because the reader went away or had enough.

    An open query on a closed ledger would complain when it is collected.
    """
    for value in result.data.values():
        end = getattr(getattr(value, "rows", None), "close", None)
        if end is not None:
            end()
