"""`jpcli jetpack resolve`."""

from __future__ import annotations

from typing import Annotated

import typer

from jpcli.cli.app.bulk import changed
from jpcli.cli.app.invocation import Invocation
from jpcli.cli.app.options import command
from jpcli.cli.app.typer_parts import UsageError
from jpcli.cli.shared.result import Result


@command(
    "jetpack resolve",
    writes=True,
    without=("at",),
    examples=(
        "jpcli jetpack resolve w57 --key jetpack-scan_…",
        "jpcli jetpack resolve w57 --not-issued",
    ),
)
def run(
    invocation: Invocation,
    wish: Annotated[
        str, typer.Argument(metavar="WISH", help="What jetpack status calls it, as w57.")
    ],
    key: Annotated[
        str | None,
        typer.Option("--key", metavar="KEY", help="An order: the license that came of it."),
    ] = None,
    not_issued: Annotated[
        bool, typer.Option("--not-issued", help="An order: nothing came of it.")
    ] = False,
    no_email: Annotated[
        bool,
        typer.Option("--no-email", help="Finishing unassign: send the owner of the site no mail."),
    ] = False,
) -> Result:
    """Of an order somebody has to say what came of it; Jetpack is asked for the license that is
    named. Anything else is finished without being told. Then the interrupted command, run again,
    does what is left and no more."""
    from jpcli.services.jetpack import resolve

    if key is not None and not_issued:
        raise UsageError("Either --key or --not-issued: they say the opposite.")
    desk = invocation.desk(writes=True)
    if key is not None:
        return changed(invocation, resolve.was_issued(desk, wish, key))
    if not_issued:
        doubt = resolve.doubt(desk, wish)
        if doubt is not None:
            invocation.confirm(doubt.question, doubt.consequence)
        return changed(invocation, resolve.was_not_issued(desk, wish))
    from jpcli.services.jetpack.finishing import finish

    return changed(invocation, finish(desk, wish, email=not no_email))
