"""`jpcli licenses list`."""

from __future__ import annotations

from typing import Annotated

import typer

from jpcli.cli.app.invocation import Invocation
from jpcli.cli.app.options import command
from jpcli.cli.commands.licenses import filters
from jpcli.cli.shared.result import Result, result_of


@command(
    "licenses list",
    lists=True,
    examples=(
        "jpcli licenses list --state unassigned --older-than 30",
        "jpcli licenses list --client Acme --sort site",
        "jpcli licenses list --format csv > licenses.csv",
    ),
)
def run(
    invocation: Invocation,
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
    sort: Annotated[
        str | None,
        typer.Option(
            "--sort", metavar="FIELD", help="issued, key, product, site, client or state."
        ),
    ] = None,
    reverse: Annotated[bool, typer.Option("--reverse", help="The other way round.")] = False,
) -> Result:
    from jpcli.services.licenses.licenses import build_filter, list_licenses

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
        sort=sort,
        reverse=reverse,
    )
    answer = list_licenses(desk, wanted, invocation.list_limit())
    return result_of(answer, "licenses", view="licenses:draw_list")
