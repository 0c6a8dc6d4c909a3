"""Run one command: resolve what it was told, call it, write its answer, close what it opened."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING, Any

from jpcli.cli.invocation import build_invocation

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from jpcli.cli.result import Result


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
    try:
        result = function(invocation, **parameters)
        from jpcli.cli.render.stdout import write_result

        write_result(result, path, invocation.output)
    finally:
        for close in reversed(invocation.closers):
            close()
    return result.exit_code
