"""`jpcli licenses timeline`."""

from __future__ import annotations

from typing import Annotated

import typer

from jpcli.cli.app.invocation import Invocation
from jpcli.cli.app.options import command
from jpcli.cli.commands.licenses import filters
from jpcli.cli.shared.result import Result, result_of


@command(
    "licenses timeline",
    lists=True,
    examples=("jpcli licenses timeline 2026-11 --client Acme",),
)
def run(
    invocation: Invocation,
    month: Annotated[
        str | None, typer.Argument(metavar="MONTH", help="YYYY-MM; this month unless told.")
    ] = None,
    state: filters.State = None,
    product: filters.Product = None,
    site: filters.Site = None,
    client: filters.Client = None,
    no_client: filters.NoClient = False,
    bundle: filters.Bundle = None,
    no_bundle: filters.NoBundle = False,
    search: filters.Search = None,
) -> Result:
    """A bar for each license: the days on which it is billed, and whose they are."""
    from jpcli.services.licenses.licenses import build_filter, timeline

    desk = invocation.desk()
    wanted = build_filter(
        desk,
        state=state,
        product=product,
        site=site,
        client=filters.one_client(client, no_client),
        **filters.one_bundle(bundle, no_bundle),
        search=search,
    )
    answer = timeline(desk, wanted, month, invocation.list_limit())
    return result_of(answer, "licenses", view="timeline:draw")
