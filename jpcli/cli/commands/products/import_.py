"""`jpcli products import`."""

from __future__ import annotations

from os.path import isfile
from typing import TYPE_CHECKING, Annotated

import typer

from jpcli.cli.app.bulk import bulk_rows
from jpcli.cli.app.invocation import Invocation
from jpcli.cli.app.options import command
from jpcli.cli.app.typer_parts import UsageError
from jpcli.cli.commands.products.unusual import agree
from jpcli.cli.shared.result import Result, result_of

if TYPE_CHECKING:
    from jpcli.domain.answers import Answer
    from jpcli.domain.contract.products import OffersImportedAnswer

JETPACK = "jetpack"


@command(
    "products import",
    writes=True,
    examples=(
        "jpcli products import prices.csv",
        "jpcli products import --from jetpack --dry-run",
    ),
)
def run(
    invocation: Invocation,
    source: Annotated[
        str | None,
        typer.Argument(metavar="[FILE]", help="CSV, TSV, JSON or NDJSON; - is standard input."),
    ] = None,
    origin: Annotated[
        str | None,
        typer.Option("--from", metavar="jetpack", help="What Jetpack sells to you, instead."),
    ] = None,
) -> Result:
    """Columns: product, name, family, amount, price_interval (day or month), currency, from,
    bundle_size; or what `products list` writes. Only product and amount are needed: a product keeps
    its name and family where the list has none. All or nothing; prices that are known already
    change nothing. A price without `from` holds from today on, or from the day of --at."""
    from jpcli.services.products.products import OFFER_COLUMNS

    if (source is None) == (origin is None):
        raise UsageError("Name a FILE, or --from jetpack.")
    answer = _from_file(invocation, source) if source is not None else _from(invocation, origin)
    return result_of(answer, "products", columns=OFFER_COLUMNS, view="products:draw_list")


def _from_file(invocation: Invocation, source: str) -> Answer[OffersImportedAnswer]:
    from jpcli.services.products.price_list import PRICE_COLUMNS, PRICE_INSTEAD, PRICE_REQUIRED
    from jpcli.services.products.products import import_prices

    def do(asked: Invocation) -> Answer[OffersImportedAnswer]:
        desk = asked.desk(writes=True)
        rows, problems = bulk_rows(
            asked, source, PRICE_COLUMNS, PRICE_REQUIRED, instead=PRICE_INSTEAD
        )
        return import_prices(desk, rows, problems)

    if isfile(source):  # a pipe has nothing left after a trial
        agree(invocation, do, f"Take over the prices in {source}?")
    return do(invocation)


def _from(invocation: Invocation, origin: str | None) -> Answer[OffersImportedAnswer]:
    from jpcli.domain.errors import not_among
    from jpcli.services.jetpack.prices import price_rows
    from jpcli.services.products.products import import_prices

    if origin != JETPACK:
        raise not_among("from", str(origin), (JETPACK,), "--from")
    rows = price_rows(invocation.desk(writes=True))

    def do(asked: Invocation) -> Answer[OffersImportedAnswer]:
        return import_prices(asked.desk(writes=True), rows, [])

    agree(invocation, do, "Take over Jetpack's prices?")
    return do(invocation)
