"""`jpcli jetpack connect`."""

from __future__ import annotations

from typing import Annotated

import typer

from jpcli.cli.app.invocation import Invocation
from jpcli.cli.app.options import command
from jpcli.cli.shared.result import Result, result_of


@command(
    "jetpack connect",
    writes=True,
    asks=False,
    without=("at",),
    examples=("jpcli jetpack connect https://shop.example --user 1",),
)
def run(
    invocation: Invocation,
    site: Annotated[str, typer.Argument(metavar="URL", help="The site, with its folder if any.")],
    user: Annotated[
        str,
        typer.Option(
            "--user",
            metavar="ID",
            help="A user of its WordPress: id, login or e-mail address; 1 is the first one.",
        ),
    ],
) -> Result:
    """Jetpack takes a license only on sites that are connected to it. Prints what Jetpack says and
    the number it has for the site, and remembers both. Safe to repeat. Exit 1 for a site that was
    disconnected by hand: such a one can't get a license until it is connected by hand again."""
    from jpcli.services.jetpack.connect import connect

    answer = connect(invocation.desk(writes=True), site, user)
    return result_of(answer, view="notes:draw_nothing")
