"""`jpcli ledger import`."""

from __future__ import annotations

from typing import Annotated

import typer

from jpcli.cli.app.bulk import bulk_rows
from jpcli.cli.app.invocation import Invocation
from jpcli.cli.app.options import command
from jpcli.cli.shared.result import Result, result_of


@command(
    "ledger import",
    writes=True,
    asks=False,
    without=("at",),
    examples=("jpcli ledger import history.ndjson",),
)
def run(
    invocation: Invocation,
    source: Annotated[
        str, typer.Argument(metavar="FILE", help="NDJSON, JSON, CSV or TSV; - is standard input.")
    ],
) -> Result:
    """Columns: license_key, product, issued_at, revoked_at, site, client, assigned_at, bundle_key,
    bundle_size; the first three are needed. JSON and NDJSON may have `assignments` instead of a
    site: a list of objects with site, client, from, to. Records licenses as they were: no card is
    needed. The same file again changes nothing."""
    from jpcli.services.ledger.history_rows import HISTORY_COLUMNS, HISTORY_REQUIRED
    from jpcli.services.ledger.import_history import import_history

    desk = invocation.desk(writes=True)
    rows, problems = bulk_rows(invocation, source, HISTORY_COLUMNS, HISTORY_REQUIRED, whole=True)
    return result_of(import_history(desk, rows, problems), view="notes:draw_nothing")
