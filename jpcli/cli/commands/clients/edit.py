"""`jpcli clients edit`."""

from __future__ import annotations

from typing import Annotated

import typer

from jpcli.cli.app.invocation import Invocation
from jpcli.cli.app.options import command
from jpcli.cli.app.typer_parts import UsageError
from jpcli.cli.shared.result import Result, result_of
from jpcli.domain.agency_events import CLIENT_DETAILS

DETAILS = tuple(name.replace("_", "-") for name in CLIENT_DETAILS)


@command(
    "clients edit",
    writes=True,
    asks=False,
    without=("at",),
    examples=(
        "jpcli clients edit Acme --address '1 Main Street, Springfield' --email pay@acme.example",
        "jpcli clients edit Acme --tax-id DE123456789 --markup 20",
        "jpcli clients edit Acme --clear markup",
    ),
)
def run(
    invocation: Invocation,
    client: Annotated[str, typer.Argument(metavar="NAME", help="The client.")],
    address: Annotated[
        str | None, typer.Option("--address", metavar="TEXT", help="Where its bills go.")
    ] = None,
    email: Annotated[
        str | None, typer.Option("--email", metavar="ADDRESS", help="Where they are mailed.")
    ] = None,
    tax_id: Annotated[
        str | None, typer.Option("--tax-id", metavar="TEXT", help="What stands on its bills.")
    ] = None,
    markup: Annotated[
        str | None,
        typer.Option(
            "--markup", metavar="PERCENT", help="What its bills add on top, as 20; -10 is less."
        ),
    ] = None,
    clear: Annotated[
        list[str] | None,
        typer.Option(
            "--clear", metavar="DETAIL", help=f"Have none: one of {', '.join(DETAILS)}. Repeatable."
        ),
    ] = None,
) -> Result:
    """Set what its bills are made with from now on; those that are closed keep what they have."""
    from jpcli.services.clients.edit import edit_client

    given = {"address": address, "email": email, "tax_id": tax_id, "markup": markup}
    cleared: dict[str, str | None] = {}
    details = {name: value for name, value in given.items() if value is not None}
    for detail in clear or ():
        name = detail.replace("-", "_")
        if name not in given:
            raise UsageError(f"--clear takes one of {', '.join(DETAILS)}, not {detail}.")
        if name in details:
            raise UsageError(f"Name --{detail} or clear it, not both.")
        cleared[name] = None
    if not details and not cleared:
        raise UsageError("Name what is to change, as --address TEXT or --clear markup.")
    return result_of(
        edit_client(invocation.desk(writes=True), client, {**details, **cleared}),
        view="notes:draw_nothing",
    )
