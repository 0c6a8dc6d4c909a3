"""`jpcli invoice push`."""

from __future__ import annotations

from typing import Annotated

import typer

from jpcli.cli.app.invocation import Invocation
from jpcli.cli.app.options import command
from jpcli.cli.shared.result import Result, result_of


@command(
    "invoice push",
    writes=True,
    asks=False,
    without=("at",),
    examples=("jpcli invoice push INV-2026-10",),
)
def run(
    invocation: Invocation,
    invoice: Annotated[str, typer.Argument(metavar="INVOICE", help="Its number, or its month.")],
    replace: Annotated[
        bool,
        typer.Option("--replace", help="Take away at Stripe first what is not as it was closed."),
    ] = False,
) -> Result:
    """Every step is written down before it is done, so a push that was interrupted goes on where it
    was, and nothing is made twice."""
    from jpcli.services.collection.collector import collector_of

    desk = invocation.desk(writes=True)
    answer = collector_of(desk).push(desk, invoice, replace=replace)
    return result_of(answer, view="invoices:draw_changed")
