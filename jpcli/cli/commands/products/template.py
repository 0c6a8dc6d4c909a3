"""`jpcli products template`."""

from __future__ import annotations

from typing import Annotated

import typer

from jpcli.cli.app.invocation import Invocation
from jpcli.cli.app.options import command
from jpcli.cli.shared.result import Result, result_of


@command(
    "products template",
    reads=True,
    examples=(
        "jpcli products template --currency eur > prices.csv",
        "jpcli products template --format excel > prices.csv",
    ),
)
def run(
    invocation: Invocation,
    currency: Annotated[
        str | None,
        typer.Option("--currency", metavar="CODE", help="What the prices will be in."),
    ] = None,
) -> Result:
    """All products and bundles that ship with jpcli, their amounts empty, as CSV unless another
    format is named. Filled in, `jpcli init --prices FILE` and `jpcli products import FILE` take it.
    An amount is per day, or per month where price_interval is month; without `from` it holds from
    the beginning (init) or from today (import)."""
    from jpcli.services.products.template import price_template

    form = "csv" if invocation.output.automatic else None
    return result_of(price_template(currency), "products", format=form)
