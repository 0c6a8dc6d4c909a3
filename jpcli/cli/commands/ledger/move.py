"""`jpcli ledger move`."""

from __future__ import annotations

from typing import Annotated

import typer

from jpcli.cli.app.invocation import Invocation
from jpcli.cli.app.options import command
from jpcli.cli.shared.result import Result, result_of


@command(
    "ledger move",
    reads=True,
    makes=True,
    without=("ledger",),
    examples=("jpcli ledger move ledger.db postgresql://desk@db.example/ledger",),
)
def run(
    invocation: Invocation,
    here: Annotated[str, typer.Argument(metavar="FROM", help="The ledger: a file, or an address.")],
    there: Annotated[
        str, typer.Argument(metavar="TO", help="A file, or an address, where nothing is yet.")
    ],
) -> Result:
    """All of it or nothing is copied, checked before it counts; FROM stays as it is. The same again
    changes nothing."""
    from jpcli.services.ledger.upkeep import move

    desk = invocation._replace(location=here).desk()
    return result_of(move(desk, there), view="notes:draw_nothing")
