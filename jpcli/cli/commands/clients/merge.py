"""`jpcli clients merge`."""

from __future__ import annotations

from typing import Annotated

import typer

from jpcli.cli.app.invocation import Invocation
from jpcli.cli.app.options import command
from jpcli.cli.shared.result import Result, result_of


@command(
    "clients merge",
    writes=True,
    asks=False,
    examples=(
        "jpcli clients merge Acme --into 'Acme Inc.'",
        "jpcli clients merge Acme --into 'Acme Inc.' --at 2026-11-10",
    ),
)
def run(
    invocation: Invocation,
    client: Annotated[str, typer.Argument(metavar="NAME", help="The client that is put away.")],
    into: Annotated[str, typer.Option("--into", metavar="NAME", help="The client that is left.")],
) -> Result:
    """For a client that was entered twice: its sites are the other's from the first month on that
    is not closed, or from --at on, and it is archived. What is closed stays as it is."""
    from jpcli.services.clients.merge import merge_clients

    answer = merge_clients(invocation.desk(writes=True), client, into)
    return result_of(answer, view="notes:draw_nothing")
