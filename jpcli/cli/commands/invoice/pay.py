"""`jpcli invoice pay`."""

from __future__ import annotations

from typing import Annotated

import typer

from jpcli.cli.app.invocation import Invocation
from jpcli.cli.app.options import command
from jpcli.cli.shared.result import Result, result_of


@command(
    "invoice pay",
    writes=True,
    asks=False,
    without=("at",),
    examples=("jpcli invoice pay INV-2026-10",),
)
def run(
    invocation: Invocation,
    invoice: Annotated[str, typer.Argument(metavar="INVOICE", help="Its number, or its month.")],
) -> Result:
    """Charges the primary card; where it is declined, the other cards in order, also those that
    jpcli invoice close --due would not try today. Exit 0 means that it is paid. Without Stripe an
    invoice is paid elsewhere and noted with jpcli invoice mark-paid."""
    from jpcli.services.collection.collector import collector_of

    desk = invocation.desk(writes=True)
    answer = collector_of(desk).pay(desk, invoice)
    return result_of(answer, view="invoices:draw_changed")
