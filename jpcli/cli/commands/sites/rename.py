"""`jpcli sites rename`."""

from __future__ import annotations

from typing import Annotated

import typer

from jpcli.cli.app.invocation import Invocation
from jpcli.cli.app.options import command
from jpcli.cli.shared.result import Result, result_of


@command(
    "sites rename",
    writes=True,
    asks=False,
    without=("at",),
    examples=("jpcli sites rename https://acme.example https://acme.shop",),
)
def run(
    invocation: Invocation,
    site: Annotated[str, typer.Argument(metavar="URL", help="The site.")],
    to: Annotated[str, typer.Argument(metavar="URL", help="Its address from now on.")],
) -> Result:
    """It stays the site that it is, with its licenses and days; what is closed keeps the address
    that it had."""
    from jpcli.services.sites.rename import rename_site

    answer = rename_site(invocation.desk(writes=True), site, to)
    return result_of(answer, view="notes:draw_nothing")
