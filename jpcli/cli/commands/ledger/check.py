"""`jpcli ledger check`."""

from __future__ import annotations

from typing import Annotated

import typer

from jpcli.cli.app.invocation import Invocation
from jpcli.cli.app.options import command
from jpcli.cli.shared.result import Result, result_of


@command(
    "ledger check",
    reads=True,
    examples=("jpcli ledger check --json", "jpcli ledger check --since-head 3f9d1c0a77be"),
)
def run(
    invocation: Invocation,
    since_head: Annotated[
        str | None,
        typer.Option(
            "--since-head", metavar="HASH", help="A head noted down before, or its beginning."
        ),
    ] = None,
) -> Result:
    """Finds a flipped bit, a hand edit or a bug: the events are chained by hash, and everything
    else must be what they add up to. With a head that was noted down, as from a statement, it also
    proves that the history has only grown since: nothing up to there was rewritten."""
    from jpcli.services.ledger.upkeep import check

    return result_of(check(invocation.desk(), since_head), view="notes:draw_nothing")
