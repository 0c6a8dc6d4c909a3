"""`jpcli sites list`."""

from __future__ import annotations

from typing import Annotated

import typer

from jpcli.cli.app.invocation import Invocation
from jpcli.cli.app.options import command
from jpcli.cli.commands.licenses.filters import NoClient, one_client
from jpcli.cli.shared.result import Result, result_of


@command("sites list", lists=True, examples=("jpcli sites list --client Acme",))
def run(
    invocation: Invocation,
    client: Annotated[
        str | None, typer.Option("--client", metavar="NAME", help="Only this client's sites.")
    ] = None,
    no_client: NoClient = False,
    search: Annotated[
        str | None, typer.Option("--search", metavar="TEXT", help="Only sites whose URL has TEXT.")
    ] = None,
    archived: Annotated[bool, typer.Option("--archived", help="Only those put away.")] = False,
) -> Result:
    from jpcli.services.sites.sites import list_sites

    whose = one_client(client, no_client)
    limit = invocation.list_limit()
    answer = list_sites(invocation.desk(), whose, search, limit, archived=archived)
    return result_of(answer, "sites", view="sites:draw_list")
