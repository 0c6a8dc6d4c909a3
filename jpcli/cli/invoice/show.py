"""`jpcli invoice show`."""

from __future__ import annotations

from typing import Annotated

import typer

from jpcli.cli.invocation import Invocation
from jpcli.cli.options import command
from jpcli.cli.result import Result, result_of


@command(
    "invoice show",
    reads=True,
    examples=("jpcli invoice show INV-2026-10", "jpcli invoice show 2026-10 --json"),
)
def run(
    invocation: Invocation,
    invoice: Annotated[str, typer.Argument(metavar="INVOICE", help="Its number, or its month.")],
) -> Result:
    """A closed invoice as it was closed: its lines never change."""
    from jpcli.services.invoices import show

    return result_of(show(invocation.desk(), invoice), view="invoices:draw_one")
