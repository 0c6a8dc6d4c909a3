"""`jpcli log`."""

from __future__ import annotations

from typing import Annotated

import typer

from jpcli.cli.app.invocation import Invocation
from jpcli.cli.app.options import command
from jpcli.cli.shared.result import Result, result_of


@command(
    "log",
    lists=True,
    without=("actor",),
    examples=(
        "jpcli log --since 2026-11-01 --kind license",
        "jpcli log --license jetpack-scan_…",
    ),
)
def run(
    invocation: Invocation,
    license_key: Annotated[
        str | None, typer.Option("--license", metavar="KEY", help="Only this license.")
    ] = None,
    site: Annotated[
        str | None, typer.Option("--site", metavar="URL", help="Only what concerns this site.")
    ] = None,
    actor: Annotated[
        str | None, typer.Option("--actor", metavar="NAME", help="Only what NAME did.")
    ] = None,
    kind: Annotated[
        str | None,
        typer.Option("--kind", metavar="KIND", help="As license, license.issued, card, price."),
    ] = None,
    since: Annotated[
        str | None,
        typer.Option(
            "--since", metavar="TIME", help="From this time or day on; yesterday, -7d, 2026-11-22."
        ),
    ] = None,
    until: Annotated[
        str | None,
        typer.Option("--until", metavar="TIME", help="Up to this time or that day's end."),
    ] = None,
) -> Result:
    """Times are those at which a change took effect. Nothing in it is ever changed or removed."""
    from jpcli.services.log import list_events

    answer = list_events(
        invocation.desk(),
        license_key=license_key,
        site=site,
        actor=actor,
        kind=kind,
        since=since,
        until=until,
        limit=invocation.list_limit(),
    )
    return result_of(answer, "events", view="log:draw")
