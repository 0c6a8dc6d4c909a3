"""`jpcli clients rename`."""

from __future__ import annotations

from typing import Annotated

import typer

from jpcli.cli.app.invocation import Invocation
from jpcli.cli.app.options import command
from jpcli.cli.shared.result import Result, result_of


@command(
    "clients rename",
    writes=True,
    asks=False,
    without=("at",),
    examples=("jpcli clients rename Acme 'Acme Inc.'",),
)
def run(
    invocation: Invocation,
    client: Annotated[str, typer.Argument(metavar="NAME", help="The client.")],
    to: Annotated[str, typer.Argument(metavar="NAME", help="Its name from now on.")],
) -> Result:
    """It stays the client that it is; what is closed keeps the name that it had."""
    from jpcli.services.clients.rename import rename_client

    answer = rename_client(invocation.desk(writes=True), client, to)
    return result_of(answer, view="notes:draw_nothing")
