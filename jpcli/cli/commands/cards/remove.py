"""`jpcli cards remove`."""

from __future__ import annotations

from typing import Annotated

import typer

from jpcli.cli.app.invocation import Invocation
from jpcli.cli.app.options import command
from jpcli.cli.commands.cards.list import COLUMNS
from jpcli.cli.shared.result import Result, result_of


@command("cards remove", writes=True, examples=("jpcli cards remove card_2",))
def run(
    invocation: Invocation,
    card: Annotated[str, typer.Argument(metavar="CARD", help="Its id, see jpcli cards list.")],
) -> Result:
    """Without the primary card the oldest other one becomes primary. Removing the only card needs
    a yes: issuing is paused until there is one again."""
    from jpcli.services.collection.collector import collector_of

    desk = invocation.desk(writes=True)
    collector = collector_of(desk)
    only = collector.is_only_card(desk, card)
    if only:
        invocation.confirm(
            f"Remove {card}, the only card on file?",
            "Issuing new licenses is paused until you add a card.",
        )
    answer = collector.remove_card(desk, card, only_too=only or invocation.yes)
    return result_of(answer, "cards", columns=COLUMNS, view="cards:draw")
