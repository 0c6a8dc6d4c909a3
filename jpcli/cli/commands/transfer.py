"""`jpcli transfer`."""

from __future__ import annotations

from typing import Annotated

import typer

from jpcli.cli.app.bulk import From, KeepGoing, changed, check_source, license_rows
from jpcli.cli.app.invocation import Invocation
from jpcli.cli.app.options import command
from jpcli.cli.app.typer_parts import UsageError
from jpcli.cli.shared.result import Result


@command(
    "transfer",
    writes=True,
    asks=False,
    examples=(
        "jpcli transfer jetpack-scan_… --to https://new.example",
        "jpcli transfer --from moves.csv      # license_key,to",
        "jpcli licenses list --site a.example --json | jpcli transfer --from - --to b.example",
    ),
)
def run(
    invocation: Invocation,
    licenses: Annotated[
        list[str] | None,
        typer.Argument(metavar="LICENSE…", help="License keys, or beginnings of them."),
    ] = None,
    to: Annotated[
        str | None, typer.Option("--to", metavar="URL", help="The site to move them to.")
    ] = None,
    client: Annotated[
        str | None, typer.Option("--client", metavar="NAME", help="Whose site that is.")
    ] = None,
    source: From = None,
    keep_going: KeepGoing = False,
) -> Result:
    """No day is lost or billed twice: the day of the transfer counts for the new site."""
    from jpcli.services.licenses import assign

    check_source(source, keep_going, "LICENSE…", licenses)
    if not to and (source is None or client):
        raise UsageError("--to URL is missing.")
    desk = invocation.desk(writes=True)
    if source is not None:
        rows, problems = license_rows(invocation, source, "" if to else "to", keep_going)
        answer = assign.transfer_rows(desk, rows, problems, to, client, keep_going=keep_going)
    else:
        answer = assign.transfer(desk, licenses or [], to or "", client)
    return changed(invocation, answer)
