"""`jpcli report`."""

from __future__ import annotations

from typing import Annotated

import typer

from jpcli.cli.app.invocation import Invocation
from jpcli.cli.app.options import command
from jpcli.cli.shared.result import Result


@command(
    "report",
    reads=True,
    extra=("yes",),
    examples=("jpcli report --html desk.html", "jpcli report --html desk.html --yes --quiet"),
)
def run(
    invocation: Invocation,
    target: Annotated[
        str, typer.Option("--html", metavar="FILE", help="Write this file, one page by itself.")
    ],
) -> Result:
    """The bill so far and projected, by client and by day, what is wasted, the invoices, and what
    to do next: one file without scripts or anything from elsewhere, for a wall, a phone, an
    artifact of a CI job and paper. The ledger may be read-only. With --yes it takes the place of
    the page before, as in cron."""
    from jpcli.cli.render.file import check_target
    from jpcli.domain.answers import Note
    from jpcli.reports.page.html import write_page
    from jpcli.services.report import report

    check_target(target, invocation.yes)
    page = write_page(report(invocation.desk()))
    copy = Result({}, payload=(page,), format="html", target=target, replaces=invocation.yes)
    notes = (Note("written", f"Wrote {target}", "ok", target),)
    return Result({"files": [target]}, view="notes:draw_nothing", notes=notes, copies=(copy,))
