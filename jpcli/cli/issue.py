"""`jpcli issue`."""

from __future__ import annotations

from typing import Annotated

import typer

from jpcli.cli.invocation import Invocation
from jpcli.cli.options import command
from jpcli.cli.result import Result


@command("issue", writes=True, examples=("jpcli issue jetpack-scan --quantity 3",))
def run(
    invocation: Invocation,
    product: Annotated[str | None, typer.Argument(help="What to issue.")] = None,
    quantity: Annotated[int, typer.Option("--quantity", "-n", min=1, help="How many.")] = 1,
) -> Result:
    from jpcli.services.issue import issue

    answer = issue(invocation.desk(writes=True), product, quantity)
    return Result(answer.data, "licenses", notes=answer.notes)
