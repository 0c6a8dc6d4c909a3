"""`jpcli clients list`."""

from __future__ import annotations

from jpcli.cli.app.invocation import Invocation
from jpcli.cli.app.options import command
from jpcli.cli.shared.result import Result, result_of


@command("clients list", lists=True, examples=("jpcli clients list",))
def run(invocation: Invocation) -> Result:
    from jpcli.services.sites.sites import list_clients

    answer = list_clients(invocation.desk(), invocation.list_limit())
    return result_of(answer, "clients", view="sites:draw_clients")
