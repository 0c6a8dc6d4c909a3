"""`jpcli products rename`."""

from __future__ import annotations

from typing import Annotated

import typer

from jpcli.cli.app.invocation import Invocation
from jpcli.cli.app.options import command
from jpcli.cli.shared.result import Result, result_of


@command(
    "products rename",
    writes=True,
    asks=False,
    without=("at",),
    examples=("jpcli products rename jetpack-scan 'Malware scan'",),
)
def run(
    invocation: Invocation,
    product: Annotated[str, typer.Argument(metavar="PRODUCT", help="The product.")],
    name: Annotated[str, typer.Argument(metavar="NAME", help="What people read for it.")],
) -> Result:
    """On bills to come; what is closed keeps the name that it had. Keys begin as they did."""
    from jpcli.services.products.edit import rename_product

    answer = rename_product(invocation.desk(writes=True), product, name)
    return result_of(answer, "products", view="notes:draw_nothing")
