"""`jpcli invoice void`."""

from __future__ import annotations

from typing import Annotated

import typer

from jpcli.cli.app.invocation import Invocation
from jpcli.cli.app.options import command
from jpcli.cli.shared.result import Result, result_of


@command(
    "invoice void",
    writes=True,
    without=("at",),
    examples=("jpcli invoice void INV-2026-10 --reason 'wrong price list' --yes",),
)
def run(
    invocation: Invocation,
    invoice: Annotated[str, typer.Argument(metavar="INVOICE", help="Its number, or its month.")],
    reason: Annotated[
        str | None, typer.Option("--reason", metavar="TEXT", help="Why, for the log.")
    ] = None,
) -> Result:
    """Only an open invoice can be voided. Its month is then billed again, under a new number."""
    from jpcli.services.collection.collector import collector_of

    desk = invocation.desk(writes=True)
    invocation.confirm(f"Void {invoice}?", "It stays void; its month must be closed again.")
    answer = collector_of(desk).void(desk, invoice, reason)
    return result_of(answer, view="invoices:draw_changed")
