"""Run one command: resolve what it was told, call it, write its answer, close what it opened."""

from __future__ import annotations

import gc
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from jpcli.cli.app.invocation import build_invocation
from jpcli.cli.app.typer_parts import Abort, ClickException, Exit

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from jpcli.cli.app.invocation import Invocation
    from jpcli.cli.shared.result import Result

# Looking for circles costs a bulk change a tenth of its time, and it makes none.
_NEW_OBJECTS = 50_000


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
    gc.set_threshold(_NEW_OBJECTS)
    gc.enable()
    result = None
    try:
        result = function(invocation, **parameters)
        result = result._replace(
            notes=(*invocation.remarks, *result.notes), calendar=invocation.calendar()
        )
        from jpcli.cli.render.stdout import write_result

        write_result(result, path, invocation.output)
    except Exception as error:
        damage = _damage_behind(error, invocation)
        if damage is None:
            raise
        raise damage from error
    finally:
        # How the command ended is settled: what fails from here on must not take its place.
        if result is not None:
            with suppress(Exception):
                _end_reading(result)
        for close in reversed(invocation.closers):
            with suppress(Exception):
                close()
    return result.exit_code


def _damage_behind(error: Exception, invocation: Invocation) -> Exception | None:
    if not invocation.desks or isinstance(error, ClickException | Exit | Abort):
        return None
    from jpcli.services.ledger.damage import damage_behind

    return damage_behind(invocation.desks[-1], error)


def _end_reading(result: Result) -> None:
    """End streams that were not read to their end, because the reader went away or had enough.

    An open query on a closed ledger would complain when it is collected.
    """
    for value in result.data.values():
        end = getattr(getattr(value, "rows", None), "close", None)
        if end is not None:
            end()
