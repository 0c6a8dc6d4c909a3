"""`jpcli assign`."""

from __future__ import annotations

from typing import Annotated

import typer

from jpcli.cli.app.bulk import changed
from jpcli.cli.app.invocation import Invocation
from jpcli.cli.app.options import command
from jpcli.cli.shared.result import Result


@command(
    "assign",
    writes=True,
    examples=("jpcli assign jetpack-scan_… --site https://acme.example --client Acme",),
)
def run(
    invocation: Invocation,
    licenses: Annotated[list[str], typer.Argument(metavar="LICENSE…", help="License keys.")],
    site: Annotated[str, typer.Option("--site", metavar="URL", help="The site to put them on.")],
    client: Annotated[
        str | None, typer.Option("--client", metavar="NAME", help="Whose site it is.")
    ] = None,
) -> Result:
    """What is billed does not change: a license costs the same on a site or on none. A site is
    made the first time that it is named."""
    from jpcli.services.licenses.assign import assign

    answer = assign(invocation.desk(writes=True), licenses, site, client)
    return changed(invocation, answer)
