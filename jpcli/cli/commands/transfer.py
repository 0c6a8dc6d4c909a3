"""`jpcli transfer`."""

from __future__ import annotations

from typing import Annotated

import typer

from jpcli.cli.app.bulk import From, KeepGoing, bulk_rows, changed, check_source
from jpcli.cli.app.invocation import Invocation
from jpcli.cli.app.options import command
from jpcli.cli.app.typer_parts import UsageError
from jpcli.cli.shared.result import Result


@command(
    "transfer",
    writes=True,
    examples=(
        "jpcli transfer jetpack-scan_… --to https://new.example",
        "jpcli transfer --from moves.csv      # license_key,to",
    ),
)
def run(
    invocation: Invocation,
    licenses: Annotated[
        list[str] | None, typer.Argument(metavar="LICENSE…", help="License keys.")
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
    from jpcli.ledger.queries.licenses import LICENSE_COLUMNS
    from jpcli.services.licenses import assign

    check_source(source, keep_going, "LICENSE…", licenses, to, client, options="licenses and sites")
    if source is None and not to:
        raise UsageError("--to URL is missing.")
    desk = invocation.desk(writes=True)
    if source is not None:
        # What `licenses list` writes may be piped in: its other columns are ignored.
        known, required = frozenset({*LICENSE_COLUMNS, "to"}), frozenset({"license_key", "to"})
        rows, problems = bulk_rows(
            invocation, source, known, required, keep_going=keep_going, whole=True
        )
        answer = assign.transfer_rows(desk, rows, problems, keep_going=keep_going)
    else:
        answer = assign.transfer(desk, licenses or [], to or "", client)
    return changed(invocation, answer)
