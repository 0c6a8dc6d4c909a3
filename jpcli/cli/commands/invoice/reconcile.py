"""`jpcli invoice reconcile`."""

from __future__ import annotations

from typing import Annotated

import typer

from jpcli.cli.app.invocation import Invocation
from jpcli.cli.app.options import command
from jpcli.cli.shared.result import Result, result_of


@command("invoice reconcile", reads=True, examples=("jpcli invoice reconcile",))
def run(
    invocation: Invocation,
    invoice: Annotated[
        str | None, typer.Argument(metavar="[INVOICE]", help="One of them; all unless told.")
    ] = None,
) -> Result:
    """Finds what was changed by hand on either side. Exit 1 on any difference."""
    from jpcli.services.collection.collector import collector_of

    desk = invocation.desk(writes=True)
    answer = collector_of(desk).reconcile(desk, invoice)
    code = 0 if answer.data["ok"] else 1
    return result_of(answer, "differences", columns=COLUMNS, exit_code=code)


COLUMNS = ("invoice", "what", "ours", "stripe")
