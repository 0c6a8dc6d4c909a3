"""`jpcli ledger restore`."""

from __future__ import annotations

from typing import Annotated

import typer

from jpcli.cli.app.invocation import Invocation
from jpcli.cli.app.options import command
from jpcli.cli.shared.result import Result, result_of


@command(
    "ledger restore",
    reads=True,
    extra=("yes", "idempotency_key"),
    examples=(
        "jpcli ledger restore ledger-2026-11.db --yes",
        "jpcli ledger restore ledger-2026-11.db --ledger postgresql://desk@db.example/ledger",
    ),
)
def run(
    invocation: Invocation,
    source: Annotated[str, typer.Argument(metavar="FILE", help="What `ledger backup` wrote.")],
) -> Result:
    """A backup that does not pass its check is refused. The ledger that was there is kept beside
    it under another name; on a server nothing is ever replaced, so name a database without one."""
    from jpcli.ledger.upkeep.places import is_taken
    from jpcli.services.ledger.upkeep import check_backup, earlier_restore, restore

    there, keyed = is_taken(invocation.location), invocation.keyed()
    if there and not invocation.yes and earlier_restore(invocation.location, source, keyed) is None:
        check_backup(source)
        invocation.confirm(
            f"Put {source} in the place of {invocation.location}?",
            "What was recorded since the backup is then only in the copy kept beside it.",
        )
    answer = restore(invocation.location, source, replace=there, keyed=keyed)
    return result_of(answer, view="notes:draw_nothing")
