"""`jpcli products hide`."""

from __future__ import annotations

from typing import Annotated

import typer

from jpcli.cli.app.invocation import Invocation
from jpcli.cli.app.options import command
from jpcli.cli.shared.result import Result, result_of


@command(
    "products hide",
    writes=True,
    asks=False,
    without=("at",),
    examples=("jpcli products hide jetpack-boost", "jpcli products hide jetpack-boost --back"),
)
def run(
    invocation: Invocation,
    product: Annotated[str, typer.Argument(metavar="PRODUCT", help="The product.")],
    back: Annotated[bool, typer.Option("--back", help="Offer it again.")] = False,
) -> Result:
    """It is issued no more, and lists leave it out. Licenses that run go on being billed."""
    from jpcli.services.products.edit import hide_product

    answer = hide_product(invocation.desk(writes=True), product, back=back)
    return result_of(answer, "products", view="notes:draw_nothing")
