"""`jpcli invoice mark-paid`."""

from __future__ import annotations

from typing import Annotated

import typer

from jpcli.cli.app.invocation import Invocation
from jpcli.cli.app.options import command
from jpcli.cli.shared.result import Result, result_of


@command(
    "invoice mark-paid",
    writes=True,
    asks=False,
    examples=("jpcli invoice mark-paid INV-2026-10 --reference 'wire of Nov 3'",),
)
def run(
    invocation: Invocation,
    invoice: Annotated[str, typer.Argument(metavar="INVOICE", help="Its number, or its month.")],
    reference: Annotated[
        str | None, typer.Option("--reference", metavar="TEXT", help="How it was paid.")
    ] = None,
) -> Result:
    """For invoices that were paid outside of jpcli, in full. On a ledger that collects through
    Stripe it is noted there, out of band, and no card is charged. A past-due invoice that is paid
    lets issuing and assigning go on at once."""
    from jpcli.services.collection.collector import collector_of

    desk = invocation.desk(writes=True)
    answer = collector_of(desk).mark_paid(desk, invoice, reference)
    return result_of(answer, view="invoices:draw_changed")
