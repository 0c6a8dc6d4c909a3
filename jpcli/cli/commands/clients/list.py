"""`jpcli clients list`."""

from __future__ import annotations

from typing import Annotated

import typer

from jpcli.cli.app.invocation import Invocation
from jpcli.cli.app.options import command
from jpcli.cli.shared.result import Result, result_of


@command(
    "clients list", lists=True, examples=("jpcli clients list", "jpcli clients list --archived")
)
def run(
    invocation: Invocation,
    archived: Annotated[bool, typer.Option("--archived", help="Only those put away.")] = False,
) -> Result:
    from jpcli.services.sites.sites import list_clients

    answer = list_clients(invocation.desk(), invocation.list_limit(), archived=archived)
    return result_of(answer, "clients", view="sites:draw_clients")
