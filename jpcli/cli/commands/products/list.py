"""`jpcli products list`."""

from __future__ import annotations

from jpcli.cli.app.invocation import Invocation
from jpcli.cli.app.options import command
from jpcli.cli.shared.result import Result, result_of


@command("products list", lists=True, examples=("jpcli products list --format csv",))
def run(invocation: Invocation) -> Result:
    from jpcli.services.products.products import OFFER_COLUMNS, list_products

    answer = list_products(invocation.desk())
    limit = invocation.list_limit()
    return result_of(
        answer, "products", limit=limit, columns=OFFER_COLUMNS, view="products:draw_list"
    )
