"""`jpcli invoice list`."""

from __future__ import annotations

from jpcli.cli.app.invocation import Invocation
from jpcli.cli.app.options import command
from jpcli.cli.commands.invoice.close import COLUMNS
from jpcli.cli.shared.result import Result, result_of


@command("invoice list", lists=True, examples=("jpcli invoice list", "jpcli invoice list --json"))
def run(invocation: Invocation) -> Result:
    """The newest month first. Months that are over and wait to be closed: see jpcli status."""
    from jpcli.services.invoices.invoices import list_invoices

    answer = list_invoices(invocation.desk(), invocation.list_limit())
    return result_of(answer, "invoices", columns=COLUMNS, view="invoices:draw_list")
