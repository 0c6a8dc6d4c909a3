"""`jpcli invoice show`."""

from __future__ import annotations

from typing import Annotated

import typer

from jpcli.cli.app.invocation import Invocation
from jpcli.cli.app.options import command
from jpcli.cli.commands.invoice.export import COLUMNS, as_html, check_terminal, statement_result
from jpcli.cli.shared.output import DOCUMENTS
from jpcli.cli.shared.result import Result, result_of
from jpcli.domain.words import quoted


@command(
    "invoice show",
    reads=True,
    documents=True,
    examples=("jpcli invoice show INV-2026-10", "jpcli invoice show 2026-10 --json"),
)
def run(
    invocation: Invocation,
    invoice: Annotated[str, typer.Argument(metavar="INVOICE", help="Its number, or its month.")],
) -> Result:
    """A closed invoice as it was closed: its lines never change. To have it for one client, or in a
    file, use jpcli invoice export."""
    from jpcli.services.invoices.invoices import show

    desk, form = invocation.desk(), invocation.output.format
    answer = show(desk, invoice)
    if form == "table" or form in DOCUMENTS:
        from jpcli.services.invoices.statement import export

        better = f"jpcli invoice export {quoted(invoice)} --output statement.pdf"
        check_terminal(invocation, form, better)
        made, exported = export(desk, answer.data["invoice"]["number"])
        drawn = statement_result(made, exported.data, form, as_html(invocation, invoice))
        return drawn._replace(notes=answer.notes) if form == "table" else drawn
    if form == "json":
        return result_of(answer)
    return Result({"lines": answer.data["invoice"]["lines"]}, "lines", COLUMNS)
