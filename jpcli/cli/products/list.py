"""`jpcli products list`."""

from __future__ import annotations

from jpcli.cli.invocation import Invocation
from jpcli.cli.options import command
from jpcli.cli.result import Result, result_of


@command("products list", lists=True, examples=("jpcli products list --format csv",))
def run(invocation: Invocation) -> Result:
    from jpcli.services.products.products import list_products

    answer = list_products(invocation.desk())
    limit = invocation.list_limit()
    return result_of(answer, "products", limit=limit, view="products:draw_list")
