"""`jpcli unassign`."""

from __future__ import annotations

from typing import Annotated

import typer

from jpcli.cli.app.bulk import changed
from jpcli.cli.app.invocation import Invocation
from jpcli.cli.app.options import command
from jpcli.cli.shared.result import Result


@command("unassign", writes=True, examples=("jpcli unassign jetpack-scan_…",))
def run(
    invocation: Invocation,
    licenses: Annotated[list[str], typer.Argument(metavar="LICENSE…", help="License keys.")],
) -> Result:
    """They stay active and billed. To stop paying for a license, revoke it."""
    from jpcli.services.licenses.assign import unassign

    answer = unassign(invocation.desk(writes=True), licenses)
    return changed(invocation, answer)
