"""`jpcli sites archive`."""

from __future__ import annotations

from typing import Annotated

import typer

from jpcli.cli.app.invocation import Invocation
from jpcli.cli.app.options import command
from jpcli.cli.shared.result import Result, result_of


@command(
    "sites archive",
    writes=True,
    asks=False,
    without=("at",),
    examples=(
        "jpcli sites archive https://old.example",
        "jpcli sites archive https://old.example --back",
    ),
)
def run(
    invocation: Invocation,
    site: Annotated[str, typer.Argument(metavar="URL", help="The site.")],
    back: Annotated[bool, typer.Option("--back", help="Take it out again.")] = False,
) -> Result:
    """Lists leave it out and nothing is put on it. Bills and histories keep it."""
    from jpcli.services.sites.archive import archive_site

    answer = archive_site(invocation.desk(writes=True), site, back=back)
    return result_of(answer, view="notes:draw_nothing")
