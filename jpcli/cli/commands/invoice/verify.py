"""`jpcli invoice verify`."""

from __future__ import annotations

from typing import Annotated

import typer

from jpcli.cli.app.invocation import Invocation
from jpcli.cli.app.options import command
from jpcli.cli.shared.result import Result, result_of


@command(
    "invoice verify",
    reads=True,
    examples=(
        "jpcli invoice verify october.json",
        "jpcli invoice export 2026-10 --format proof | jpcli invoice verify - --json",
    ),
)
def run(
    invocation: Invocation,
    source: Annotated[str, typer.Argument(metavar="FILE", help="A proof; - is standard input.")],
) -> Result:
    """Recomputes a bill that was exported with --format proof: each line from days and prices, the
    days of each license from its events, whose part is what, and the hashes. No ledger is opened.
    Says which line is wrong, and exits with 1 then. What a proof proves and what not is in
    docs/proof.md."""
    from jpcli.services.proofs.verify import verify

    del invocation
    return result_of(verify(source), view="notes:draw_nothing")
