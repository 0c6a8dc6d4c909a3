"""`jpcli invoice sync`."""

from __future__ import annotations

from jpcli.cli.app.invocation import Invocation
from jpcli.cli.app.options import command
from jpcli.cli.shared.result import Result, result_of


@command("invoice sync", reads=True, examples=("jpcli invoice sync",))
def run(
    invocation: Invocation,
) -> Result:
    """Reads Stripe's events since the last one it saw; what an invoice's status is comes from there
    alone. Safe to repeat."""
    from jpcli.cli.commands.invoice.close import COLUMNS
    from jpcli.services.collection.collector import collector_of

    desk = invocation.desk(writes=True)
    answer = collector_of(desk).sync(desk)
    return result_of(answer, "invoices", columns=COLUMNS, view="invoices:draw_closed")
