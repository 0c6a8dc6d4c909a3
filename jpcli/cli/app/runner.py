"""Run one command: resolve what it was told, call it, write its answer, close what it opened."""

from __future__ import annotations

import gc
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from jpcli.cli.app.invocation import build_invocation
from jpcli.cli.app.typer_parts import Abort, ClickException, Exit
from jpcli.cli.streams import refuse_where_closed
from jpcli.domain.answers import joined

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
    *,
    changes: bool,
) -> int:
    """The exit code of `function(invocation, **parameters)`, with its answer written; one that
    `changes` something says what, where it can't be written.

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
            notes=joined(tuple(invocation.remarks), result.notes), calendar=invocation.calendar()
        )
        from jpcli.cli.render.stdout import write_result

        if not invocation.dry_run and (changes or _recorded(invocation)):
            refuse_where_closed()
        write_result(result, path, invocation.output)
    except (Exception, KeyboardInterrupt) as error:
        if not invocation.dry_run and _was_done(error, result, invocation, changes=changes):
            from jpcli.cli.app.lost import answer_lost

            raise answer_lost(error, result, invocation) from error
        if isinstance(error, KeyboardInterrupt):
            raise
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


def _was_done(
    error: BaseException, result: Result | None, invocation: Invocation, *, changes: bool
) -> bool:
    """Whether it is only the answer that failed; what was interrupted may have been done, too, and
    what reads from outside may have recorded what it found."""
    if result is None:
        return _recorded(invocation) and isinstance(error, KeyboardInterrupt)
    return changes or _recorded(invocation)


def _recorded(invocation: Invocation) -> bool:
    return any(desk.recorded for desk in invocation.desks)


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
