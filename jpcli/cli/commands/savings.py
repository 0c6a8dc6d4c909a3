"""`jpcli savings`."""

from __future__ import annotations

from typing import Annotated

import typer

from jpcli.cli.app.invocation import Invocation
from jpcli.cli.app.options import command
from jpcli.cli.commands.licenses import filters
from jpcli.cli.shared.result import Result, result_of


@command(
    "savings",
    lists=True,
    examples=(
        "jpcli savings",
        "jpcli savings --client Acme --kind duplicate --kind contained",
        "jpcli savings --idle 14 --output savings.toml",
    ),
)
def run(
    invocation: Invocation,
    idle: Annotated[
        int | None,
        typer.Option(
            "--idle", metavar="DAYS", help="On no site for DAYS days is of no use; 30 unless told."
        ),
    ] = None,
    client: Annotated[
        str | None,
        typer.Option("--client", metavar="NAME", help="Only on the sites of this client."),
    ] = None,
    no_client: filters.NoClient = False,
    kind: Annotated[
        list[str] | None,
        typer.Option(
            "--kind",
            metavar="KIND",
            help="Only these: bundle, singles, half-empty, idle, contained, duplicate.",
        ),
    ] = None,
    target: Annotated[
        str | None,
        typer.Option("--output", metavar="FILE", help="Write all of it as a plan for `apply`."),
    ] = None,
) -> Result:
    """What a site has twice or within another product, what is on no site, bundles that are cheaper
    and bundles that are not: with what each saves in the next whole month, and in twelve. No site
    loses a product by it. Nothing is changed."""
    from jpcli.services.savings.savings import SUGGESTION_COLUMNS, savings, wanted

    desk = invocation.desk()
    asked = wanted(desk, kind or (), filters.one_client(client, no_client), idle)
    return result_of(
        savings(desk, asked, target),
        "suggestions",
        limit=invocation.list_limit(),
        columns=SUGGESTION_COLUMNS,
        view="savings:draw",
    )
