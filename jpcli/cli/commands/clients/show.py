"""`jpcli clients show`."""

from __future__ import annotations

from typing import Annotated

import typer

from jpcli.cli.app.invocation import Invocation
from jpcli.cli.app.options import command
from jpcli.cli.shared.result import Result, result_of


@command("clients show", reads=True, examples=("jpcli clients show 'Acme Inc.'",))
def run(
    invocation: Invocation,
    client: Annotated[str, typer.Argument(metavar="NAME", help="The client.")],
) -> Result:
    from jpcli.ledger.queries.licenses import LICENSE_COLUMNS
    from jpcli.services.sites.sites import show_client

    answer = show_client(invocation.desk(), client)
    return result_of(answer, "licenses", columns=LICENSE_COLUMNS, view="sites:draw_client")
