"""`jpcli invoice close`."""

from __future__ import annotations

from typing import Annotated

import typer

from jpcli.cli.app.invocation import Invocation
from jpcli.cli.app.options import command
from jpcli.cli.app.typer_parts import UsageError
from jpcli.cli.shared.result import Result, result_of


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
    never changes; what is recorded later comes as an adjustment on the next one. With Stripe all
    that is closed and not collected is charged, a declined card on set days only; the exit code is
    the worst of what was met. On a terminal it says first what it will close and charge, and asks;
    elsewhere, as in cron, it does it."""
    from jpcli.services.collection.collector import collector_of

    if (month is None) == (not due):
        raise UsageError("Name a month, or --due for all that wait.")
    _ask(invocation, month)
    desk = invocation.desk(writes=True)
    answer = collector_of(desk).close(desk, month)
    return result_of(answer, "invoices", columns=COLUMNS, view="invoices:draw_closed")


def _ask(invocation: Invocation, month: str | None) -> None:
    """Ask a person before a card is charged, or before several months are closed at once.

    A month that is named on a ledger that charges nobody is what was asked for already. Where
    nobody can answer, nobody is asked: this is what cron runs.
    """
    if not invocation.can_ask or invocation.yes or invocation.dry_run:
        return
    from jpcli.services.collection.outlook import closing_outlook

    desk = invocation._replace(dry_run=True).desk(writes=True)
    outlook = closing_outlook(desk, month)
    goes_out = outlook.charges or outlook.mails
    if outlook.bills and (goes_out or month is None):
        from jpcli.cli.views.outlook import consequence, question

        invocation.confirm(question(outlook), consequence(outlook))


COLUMNS = ("number", "period", "status", "past_due", "due_date", "total", "amount_paid")
