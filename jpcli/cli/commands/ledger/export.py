"""`jpcli ledger export`."""

from __future__ import annotations

from jpcli.cli.app.invocation import Invocation
from jpcli.cli.app.options import command
from jpcli.cli.shared.result import Result, result_of

# What can hold a license's whole history; the other formats have its last site alone.
NESTED = ("json", "ndjson")


@command(
    "ledger export",
    reads=True,
    examples=(
        "jpcli ledger export > history.ndjson",
        "jpcli ledger export --format csv > licenses.csv",
    ),
)
def run(invocation: Invocation) -> Result:
    """One license a line, with every site it was on, as NDJSON unless another format is named;
    CSV, TSV and Markdown have its last site alone, and say so. `jpcli ledger import` reads all of
    them back."""
    from jpcli.services.ledger.upkeep import export, export_flat

    desk, output = invocation.desk(), invocation.output
    if output.automatic:
        return result_of(export(desk), "licenses", format="ndjson")
    return result_of(export(desk) if output.format in NESTED else export_flat(desk), "licenses")
