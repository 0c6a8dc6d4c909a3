"""`jpcli cards primary`."""

from __future__ import annotations

from typing import Annotated

import typer

from jpcli.cli.app.invocation import Invocation
from jpcli.cli.app.options import command
from jpcli.cli.commands.cards.list import COLUMNS
from jpcli.cli.shared.result import Result, result_of


@command("cards primary", writes=True, asks=False, examples=("jpcli cards primary card_2",))
def run(
    invocation: Invocation,
    card: Annotated[str, typer.Argument(metavar="CARD", help="Its id, see jpcli cards list.")],
) -> Result:
    from jpcli.services.collection.collector import collector_of

    desk = invocation.desk(writes=True)
    answer = collector_of(desk).make_primary(desk, card)
    return result_of(answer, "cards", columns=COLUMNS, view="cards:draw")
