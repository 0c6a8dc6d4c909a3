"""`jpcli products remove-price`."""

from __future__ import annotations

from typing import Annotated

import typer

from jpcli.cli.app.invocation import Invocation
from jpcli.cli.app.options import command
from jpcli.cli.shared.result import Result, result_of


@command(
    "products remove-price",
    writes=True,
    asks=False,
    without=("at",),
    examples=(
        "jpcli products remove-price jetpack-scan --from 2027-01-01",
        "jpcli products remove-price jetpack-scan --bundle 20 --from 2027-01-01",
    ),
)
def run(
    invocation: Invocation,
    product: Annotated[str, typer.Argument(metavar="PRODUCT", help="The product.")],
    since: Annotated[
        str, typer.Option("--from", metavar="DATE", help="The day on which the price would begin.")
    ],
    bundle: Annotated[
        int | None, typer.Option("--bundle", metavar="SIZE", help="The price of a bundle of SIZE.")
    ] = None,
) -> Result:
    """Only a price that is to come; the one before it goes on."""
    from jpcli.services.products.edit import remove_price

    answer = remove_price(invocation.desk(writes=True), product, since, bundle)
    return result_of(answer, "products", view="products:draw_one")
