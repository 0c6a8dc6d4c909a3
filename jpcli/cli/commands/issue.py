"""`jpcli issue`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from jpcli.cli.app.bulk import From, KeepGoing, bulk_rows, changed, check_source
from jpcli.cli.app.invocation import Invocation
from jpcli.cli.app.new_clients import NewClient, agreed
from jpcli.cli.app.options import command
from jpcli.cli.shared.result import Result

if TYPE_CHECKING:
    from jpcli.domain.answers import Answer

COLUMNS = frozenset({"product", "quantity", "site", "client", "bundle_size"})


@command(
    "issue",
    writes=True,
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
    new_client: NewClient = False,
    source: From = None,
    keep_going: KeepGoing = False,
) -> Result:
    """A license is billed for every day on which it is active, the day of issue and the day of
    revocation included, whether it is on a site or not. A primary card must be on file."""
    from jpcli.services.licenses import issue

    check_source(source, keep_going, "PRODUCT", product, quantity, bundle, site, client)

    def do(asked: Invocation) -> Answer[Any]:
        desk = asked.desk(writes=True)
        if source is None:
            count = 1 if quantity is None else quantity
            return issue.issue(desk, product or "", count, bundle, site, client)
        required = frozenset({"product"})
        rows, problems = bulk_rows(
            asked, source, COLUMNS, required, keep_going=keep_going, whole=True
        )
        return issue.issue_rows(desk, rows, problems, keep_going=keep_going)

    answer = agreed(invocation, do, meant=new_client, client=client, source=source)
    return changed(invocation, answer)
