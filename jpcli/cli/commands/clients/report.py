"""`jpcli clients report`."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Annotated, Any

import typer

from jpcli.cli.app.invocation import Invocation
from jpcli.cli.app.options import command
from jpcli.cli.commands.invoice.export import (
    check_place,
    chosen_format,
    document_result,
)
from jpcli.cli.shared.output import DOCUMENTS
from jpcli.cli.shared.result import Result, is_drawn
from jpcli.domain.answers import Note, Rows

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jpcli.domain.contract.clients_report import ClientsReportAnswer

COLUMNS = ("client", "period", "state", "cost", "billed", "margin")


@command(
    "clients report",
    lists=True,
    extra=("yes",),
    documents=True,
    examples=(
        "jpcli clients report",
        "jpcli clients report 2026 --format csv > clients-2026.csv",
        "jpcli clients report 2026 --output clients-2026.html",
    ),
)
def run(
    invocation: Invocation,
    year: Annotated[
        str | None, typer.Argument(metavar="YEAR", help="YYYY; this year unless told.")
    ] = None,
    target: Annotated[
        str | None,
        typer.Option("--output", metavar="FILE", help="Write this file; its ending is the format."),
    ] = None,
) -> Result:
    """What each client costs, is billed with its own markup, and brings, month by month. A closed
    month is as it was kept then, with the markup of then; one that is not over is what it comes to
    if nothing more changes. The costs add up to the invoices exactly. What belongs to no client is
    a row of its own, and is billed to nobody."""
    from jpcli.services.clients.report import report

    form = chosen_format(invocation, target)
    check_place(invocation, form, target, "clients.pdf")
    made, answer = report(invocation.desk(), year)
    if form in DOCUMENTS:
        from jpcli.reports.clients.documents import write_document

        words = ("jpcli clients report", made.year, invocation.output.ledger)
        as_html = " ".join(filter(None, (*words, f"--output clients-{made.year}.html")))
        result = document_result(answer.data, write_document(made, form), form, as_html)
    else:
        result = _result(answer.data, form, invocation.list_limit())
    notes = (*answer.notes, *result.notes)
    if target is None:
        return result._replace(notes=notes)
    note = Note("written", f"Wrote {target}", "ok", target)
    return result._replace(target=target, replaces=invocation.yes, notes=(*notes, note))


def _result(data: ClientsReportAnswer, form: str, limit: int) -> Result:
    clients: Any = data["clients"].rows
    if form == "json":
        cut = Rows(data["clients"].columns, islice(clients, limit or None))
        return Result({**data, "clients": cut}, format=form)
    if is_drawn(form, limit, len(clients)):
        return Result({**data, "limit": limit}, view="clients_report:draw", format=form)
    rows = Rows(COLUMNS, islice(_rows(data), limit or None))
    return Result({"months": rows}, "months", format=form)


def _rows(data: ClientsReportAnswer) -> Iterator[tuple[Any, ...]]:
    """A month of a client a row."""
    states = {month["period"]: month["state"] for month in data["months"]}
    for client, _, months, *_sums in data["clients"].rows:
        for month in months:
            period = month["period"]
            sums = (month["cost"], month["billed"], month["margin"])
            yield (client, period, states[period], *sums)
