"""`jpcli ledger backup`."""

from __future__ import annotations

from typing import Annotated

import typer

from jpcli.cli.app.invocation import Invocation
from jpcli.cli.app.options import command
from jpcli.cli.shared.result import Result, result_of


@command(
    "ledger backup",
    reads=True,
    extra=("idempotency_key",),
    examples=("jpcli ledger backup ledger-2026-11.db",),
)
def run(
    invocation: Invocation,
    target: Annotated[str, typer.Argument(metavar="FILE", help="A file that does not exist yet.")],
) -> Result:
    """The copy is a file, of a ledger on a server as well, and is checked before it counts; work on
    the ledger may go on meanwhile."""
    from jpcli.services.ledger.upkeep import backup

    desk = invocation.desk(writes=invocation.idempotency_key is not None)
    return result_of(backup(desk, target), view="notes:draw_nothing")
