"""`jpcli clients archive`."""

from __future__ import annotations

from typing import Annotated

import typer

from jpcli.cli.app.invocation import Invocation
from jpcli.cli.app.options import command
from jpcli.cli.shared.result import Result, result_of


@command(
    "clients archive",
    writes=True,
    asks=False,
    without=("at",),
    examples=(
        "jpcli clients archive 'Acme Inc.'",
        "jpcli clients archive 'Acme Inc.' --back",
    ),
)
def run(
    invocation: Invocation,
    client: Annotated[str, typer.Argument(metavar="NAME", help="The client.")],
    back: Annotated[bool, typer.Option("--back", help="Take it out again.")] = False,
) -> Result:
    """Lists leave it out and no site can be its. Bills and histories keep it."""
    from jpcli.services.clients.archive import archive_client

    answer = archive_client(invocation.desk(writes=True), client, back=back)
    return result_of(answer, view="notes:draw_nothing")
