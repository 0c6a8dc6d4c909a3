"""`jpcli licenses count`."""

from __future__ import annotations

from typing import Annotated

import typer

from jpcli.cli.app.invocation import Invocation
from jpcli.cli.app.options import command
from jpcli.cli.commands.licenses import filters
from jpcli.cli.shared.result import Result, result_of


@command(
    "licenses count",
    lists=True,
    examples=("jpcli licenses count --json", "jpcli licenses count --by client"),
)
def run(
    invocation: Invocation,
    by: Annotated[
        str | None, typer.Option("--by", metavar="FIELD", help="product, site or client.")
    ] = None,
    state: filters.State = None,
    product: filters.Product = None,
    site: filters.Site = None,
    client: filters.Client = None,
    no_client: filters.NoClient = False,
    bundle: filters.Bundle = None,
    no_bundle: filters.NoBundle = False,
    older_than: filters.OlderThan = None,
    newer_than: filters.NewerThan = None,
    search: filters.Search = None,
) -> Result:
    """Counts what can be put on a site: a bundle counts as its licenses. The total leaves out
    revoked ones."""
    from jpcli.services.licenses.licenses import build_filter, count

    desk = invocation.desk()
    wanted = build_filter(
        desk,
        state=state,
        product=product,
        site=site,
        client=filters.one_client(client, no_client),
        **filters.one_bundle(bundle, no_bundle),
        older_than=older_than,
        newer_than=newer_than,
        search=search,
    )
    answer = count(desk, wanted, by)
    if by is None:
        return result_of(answer, view="counts:draw")
    limit = invocation.list_limit()
    # The answer's own "total" counts licenses, not groups.
    columns = (by, "total", "assigned", "unassigned", "revoked")
    return result_of(answer, "groups", limit=limit, total=None, columns=columns, view="counts:draw")
