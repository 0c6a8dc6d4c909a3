"""`jpcli invoice explain`."""

from __future__ import annotations

from typing import Annotated

import typer

from jpcli.cli.app.invocation import Invocation
from jpcli.cli.app.options import command
from jpcli.cli.shared.result import Result, result_of

# A digest of more licenses than this is not drawn: they are listed in full.
DRAWN_LICENSES = 200


@command(
    "invoice explain",
    lists=True,
    examples=(
        "jpcli invoice explain 2026-10",
        "jpcli invoice explain 2026-10 --product jetpack-scan --format csv",
        "jpcli invoice explain 2026-10 --license jetpack-scan_…",
    ),
)
def run(
    invocation: Invocation,
    month: Annotated[str, typer.Argument(metavar="MONTH", help="YYYY-MM, closed or not.")],
    product: Annotated[
        str | None, typer.Option("--product", metavar="PRODUCT", help="Only its lines.")
    ] = None,
    license_key: Annotated[
        str | None, typer.Option("--license", metavar="KEY", help="Only this license.")
    ] = None,
) -> Result:
    """Every line down to licenses, dates, sites, the events that began and ended them, and why
    each day counts. A closed month is explained as it was billed; what was recorded later is on
    the adjustment lines of a later one."""
    from jpcli.services.invoices import explain

    desk, form = invocation.desk(), invocation.output.format
    asked, limit = (desk, month, product, license_key), invocation.list_limit()
    if form == "json":
        return result_of(explain.explain(*asked, limit))
    if form == "ndjson":
        return result_of(explain.license_rows(*asked, limit), "licenses")
    if form == "table":
        answer = explain.explain(*asked)
        if limit or sum(line["license_count"] for line in answer.data["lines"]) <= DRAWN_LICENSES:
            return Result({**answer.data, "limit": limit}, notes=answer.notes, view="explain:draw")
    return result_of(explain.stretch_rows(*asked, limit), "licenses")
