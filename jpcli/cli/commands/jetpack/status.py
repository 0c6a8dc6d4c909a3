"""`jpcli jetpack status`."""

from __future__ import annotations

from typing import Annotated

import typer

from jpcli.cli.app.invocation import Invocation
from jpcli.cli.app.options import command
from jpcli.cli.shared.result import Result, result_of


@command(
    "jetpack status",
    reads=True,
    examples=("jpcli jetpack status", "jpcli jetpack status --check --quiet"),
)
def run(
    invocation: Invocation,
    check: Annotated[
        bool, typer.Option("--check", help="Exit 1 when anything waits to be settled.")
    ] = False,
) -> Result:
    """Calls whose answer was lost, each with the command that settles it. Needs neither token nor
    network; with both, licenses that may have come of a call are looked for."""
    from jpcli.services.jetpack.status import status

    answer = status(invocation.desk())
    waits = bool(answer.data["wishes"])
    code = 1 if check and waits else 0
    if invocation.output.format == "json":
        return result_of(answer, exit_code=code)
    return result_of(answer, "wishes", columns=COLUMNS, exit_code=code, view="jetpack_status:draw")


COLUMNS = (
    "wish",
    "state",
    "message",
    "action",
    "product",
    "license_key",
    "site",
    "wished_at",
    "request_id",
    "candidates",
    "commands",
)
