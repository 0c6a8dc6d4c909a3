"""`jpcli issue`."""

from __future__ import annotations

from typing import Annotated

import typer

from jpcli.cli.app.bulk import From, KeepGoing, bulk_rows, changed, check_source
from jpcli.cli.app.invocation import Invocation
from jpcli.cli.app.options import command
from jpcli.cli.shared.result import Result

COLUMNS = frozenset({"product", "quantity", "site", "client", "bundle_size"})


@command(
    "issue",
    writes=True,
    asks=False,
    examples=(
        "jpcli issue jetpack-scan --quantity 3",
        "jpcli issue jetpack-scan --site https://acme.example --client Acme",
        "jpcli issue jetpack-anti-spam --bundle 20",
        "jpcli issue --from orders.csv      # product,quantity,site,client,bundle_size",
    ),
)
def run(
    invocation: Invocation,
    product: Annotated[
        str | None, typer.Argument(metavar="PRODUCT", help="What to issue, as jetpack-scan.")
    ] = None,
    quantity: Annotated[
        int | None, typer.Option("--quantity", "-n", metavar="N", help="How many; 1 unless told.")
    ] = None,
    bundle: Annotated[
        int | None, typer.Option("--bundle", metavar="SIZE", help="Bundles of SIZE licenses.")
    ] = None,
    site: Annotated[
        str | None, typer.Option("--site", metavar="URL", help="Put them on this site at once.")
    ] = None,
    client: Annotated[
        str | None, typer.Option("--client", metavar="NAME", help="Whose site it is.")
    ] = None,
    source: From = None,
    keep_going: KeepGoing = False,
) -> Result:
    """A license is billed for every day on which it is active, the day of issue and the day of
    revocation included, whether it is on a site or not. A primary card must be on file."""
    from jpcli.services.licenses import issue

    check_source(source, keep_going, "PRODUCT", product, quantity, bundle, site, client)
    desk = invocation.desk(writes=True)
    if source is not None:
        required = frozenset({"product"})
        rows, problems = bulk_rows(
            invocation, source, COLUMNS, required, keep_going=keep_going, whole=True
        )
        answer = issue.issue_rows(desk, rows, problems, keep_going=keep_going)
    else:
        count = 1 if quantity is None else quantity
        answer = issue.issue(desk, product or "", count, bundle, site, client)
    return changed(invocation, answer)
