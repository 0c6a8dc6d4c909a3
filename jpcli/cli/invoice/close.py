"""`jpcli invoice close`."""

from __future__ import annotations

from typing import Annotated

import typer

from jpcli.cli.invocation import Invocation
from jpcli.cli.options import command
from jpcli.cli.result import Result, result_of
from jpcli.cli.typer_parts import UsageError


@command(
    "invoice close",
    writes=True,
    without=("at",),
    examples=("jpcli invoice close 2026-10", "jpcli invoice close --due"),
)
def run(
    invocation: Invocation,
    month: Annotated[
        str | None, typer.Argument(metavar="MONTH", help="YYYY-MM, a month that is over.")
    ] = None,
    due: Annotated[
        bool, typer.Option("--due", help="Every month that is over, in order; for cron.")
    ] = False,
) -> Result:
    """Months are closed in order, after they are over in the billing time zone. A closed invoice
    never changes; what is recorded later comes as an adjustment on the next one."""
    from jpcli.services.payments import close

    if (month is None) == (not due):
        raise UsageError("Name a month, or --due for all that wait.")
    answer = close(invocation.desk(writes=True), month)
    return result_of(answer, "invoices", columns=COLUMNS, view="invoices:draw_closed")


COLUMNS = ("number", "period", "status", "past_due", "due_date", "total", "amount_paid")
