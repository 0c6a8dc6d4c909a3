"""`jpcli ledger check`."""

from __future__ import annotations

from jpcli.cli.app.invocation import Invocation
from jpcli.cli.app.options import command
from jpcli.cli.shared.result import Result, result_of


@command("ledger check", reads=True, examples=("jpcli ledger check --json",))
def run(invocation: Invocation) -> Result:
    """Finds a flipped bit, a hand edit or a bug: the events are chained by hash, and everything
    else must be what they add up to."""
    from jpcli.services.ledger.upkeep import check

    return result_of(check(invocation.desk()), view="notes:draw_nothing")
