"""`jpcli products set-price`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from jpcli.cli.app.invocation import Invocation
from jpcli.cli.app.options import command
from jpcli.cli.commands.products.unusual import agree
from jpcli.cli.shared.result import Result, result_of

if TYPE_CHECKING:
    from jpcli.domain.answers import Answer
    from jpcli.domain.contract.products import OffersAnswer


@command(
    "products set-price",
    writes=True,
    examples=(
        "jpcli products set-price jetpack-scan --price 0.20 --from 2026-12-01",
        "jpcli products set-price jetpack-scan --bundle 20 --price 1.93",
    ),
)
def run(
    invocation: Invocation,
    product: Annotated[str, typer.Argument(metavar="PRODUCT", help="The product.")],
    price: Annotated[
        str,
        typer.Option("--price", metavar="AMOUNT", help="Per day, for one license or one bundle."),
    ],
    since: Annotated[
        str | None,
        typer.Option(
            "--from", metavar="DATE", help="The first day at this price; today, or the day of --at."
        ),
    ] = None,
    bundle: Annotated[
        int | None, typer.Option("--bundle", metavar="SIZE", help="The price of a bundle of SIZE.")
    ] = None,
) -> Result:
    """A price change inside a month splits the line on the invoice in two."""
    from jpcli.services.products.products import set_price

    def do(asked: Invocation) -> Answer[OffersAnswer]:
        return set_price(asked.desk(writes=True), product, price, since, bundle)

    agree(invocation, do, f"Set this price of {product}?")
    return result_of(do(invocation), "products", view="products:draw_one")
