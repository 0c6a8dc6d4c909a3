"""`jpcli sites merge`."""

from __future__ import annotations

from typing import Annotated

import typer

from jpcli.cli.app.invocation import Invocation
from jpcli.cli.app.options import command
from jpcli.cli.shared.result import Result, result_of


@command(
    "sites merge",
    writes=True,
    asks=False,
    examples=("jpcli sites merge http://www.acme.example --into https://acme.example",),
)
def run(
    invocation: Invocation,
    site: Annotated[str, typer.Argument(metavar="URL", help="The site that is put away.")],
    into: Annotated[str, typer.Option("--into", metavar="URL", help="The site that is left.")],
) -> Result:
    """For a site that was entered twice: its licenses are transferred and it is archived. The days
    before stay where they are."""
    from jpcli.services.sites.merge import merge_sites

    answer = merge_sites(invocation.desk(writes=True), site, into)
    return result_of(answer, view="notes:draw_nothing")
