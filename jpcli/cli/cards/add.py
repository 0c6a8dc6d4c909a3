"""`jpcli cards add`."""

from __future__ import annotations

from typing import Annotated

import typer

from jpcli.cli.cards.list import COLUMNS
from jpcli.cli.invocation import Invocation
from jpcli.cli.options import command
from jpcli.cli.result import Result, result_of


@command(
    "cards add",
    writes=True,
    examples=("jpcli cards add --brand visa --last4 4242 --exp 12/2030 --primary",),
)
def run(
    invocation: Invocation,
    brand: Annotated[str, typer.Option("--brand", metavar="BRAND", help="As visa, mastercard.")],
    last4: Annotated[
        str, typer.Option("--last4", metavar="DIGITS", help="The last four digits, never more.")
    ],
    exp: Annotated[str, typer.Option("--exp", metavar="MM/YYYY", help="When it expires.")],
    primary: Annotated[
        bool, typer.Option("--primary", help="Charge it first. The first card is primary anyway.")
    ] = False,
) -> Result:
    """A card number never goes in: only the brand, the last four digits and the expiry."""
    from jpcli.services.cards import add_card

    answer = add_card(invocation.desk(writes=True), brand, last4, exp, primary=primary)
    return result_of(answer, "cards", columns=COLUMNS, view="cards:draw")
