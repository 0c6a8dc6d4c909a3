"""`jpcli products show`."""

from __future__ import annotations

from typing import Annotated

import typer

from jpcli.cli.app.invocation import Invocation
from jpcli.cli.app.options import command
from jpcli.cli.shared.result import Result, result_of


@command("products show", reads=True, examples=("jpcli products show jetpack-anti-spam",))
def run(
    invocation: Invocation,
    product: Annotated[str, typer.Argument(metavar="PRODUCT", help="The product.")],
) -> Result:
    from jpcli.services.products.products import show_product

    return result_of(show_product(invocation.desk(), product), "products", view="products:draw_one")
