"""`jpcli clients add`."""

from __future__ import annotations

from typing import Annotated

import typer

from jpcli.cli.app.invocation import Invocation
from jpcli.cli.app.options import command
from jpcli.cli.shared.result import Result, result_of


@command("clients add", writes=True, asks=False, examples=("jpcli clients add 'Acme Inc.'",))
def run(
    invocation: Invocation,
    client: Annotated[str, typer.Argument(metavar="NAME", help="The client's name.")],
) -> Result:
    """A client is also made the first time that it is named with a site."""
    from jpcli.services.sites.sites import add_client

    return result_of(add_client(invocation.desk(writes=True), client), view="notes:draw_nothing")
