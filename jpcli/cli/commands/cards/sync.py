"""`jpcli cards sync`."""

from __future__ import annotations

from jpcli.cli.app.invocation import Invocation
from jpcli.cli.app.options import command
from jpcli.cli.shared.result import Result, result_of


@command("cards sync", reads=True, examples=("jpcli cards sync",))
def run(
    invocation: Invocation,
) -> Result:
    """For what was changed in Stripe's dashboard, or a card that was entered on a page."""
    from jpcli.cli.commands.cards.list import COLUMNS
    from jpcli.services.collection.collector import collector_of

    desk = invocation.desk(writes=True)
    answer = collector_of(desk).sync_cards(desk)
    return result_of(answer, "cards", columns=COLUMNS, view="cards:draw")
