"""`jpcli ledger template`."""

from __future__ import annotations

from jpcli.cli.app.invocation import Invocation
from jpcli.cli.app.options import command
from jpcli.cli.shared.result import Result, result_of


@command(
    "ledger template",
    reads=True,
    examples=(
        "jpcli ledger template > history.csv",
        "jpcli ledger template --format excel > history.csv",
    ),
)
def run(invocation: Invocation) -> Result:
    """The columns of a history and one license as an example, as CSV unless another format is
    named. Times are in UTC or with an offset; a date alone is that billing day. A row can name one
    site; licenses that moved come as JSON or NDJSON, with `assignments` (a list of objects with
    site, client, from, to) in the place of site, client and assigned_at."""
    from jpcli.services.ledger.template import history_template

    form = "csv" if invocation.output.automatic else None
    return result_of(history_template(), "licenses", format=form)
