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
    from jpcli.services.collection.collector import sync_cards

    answer = sync_cards(invocation.desk(writes=True))
    return result_of(answer, "cards", columns=COLUMNS, view="cards:draw")
