"""`jpcli products list`."""

from __future__ import annotations

from typing import Annotated

import typer

from jpcli.cli.app.invocation import Invocation
from jpcli.cli.app.options import command
from jpcli.cli.shared.result import Result, result_of


@command(
    "products list",
    lists=True,
    examples=("jpcli products list --format csv", "jpcli products list --hidden"),
)
def run(
    invocation: Invocation,
    hidden: Annotated[
        bool, typer.Option("--hidden", help="Only those that are not offered any more.")
    ] = False,
) -> Result:
    from jpcli.services.products.products import OFFER_COLUMNS, list_products

    answer = list_products(invocation.desk(), hidden=hidden)
    limit = invocation.list_limit()
    return result_of(
        answer, "products", limit=limit, columns=OFFER_COLUMNS, view="products:draw_list"
    )
