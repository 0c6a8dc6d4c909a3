"""`jpcli licenses show`."""

from __future__ import annotations

from typing import Annotated

import typer

from jpcli.cli.app.invocation import Invocation
from jpcli.cli.app.options import command
from jpcli.cli.shared.result import Result, result_of


@command("licenses show", reads=True, examples=("jpcli licenses show jetpack-scan_…",))
def run(
    invocation: Invocation,
    licenses: Annotated[
        list[str], typer.Argument(metavar="LICENSE…", help="License keys, or beginnings of them.")
    ],
) -> Result:
    """Every event of its life, and the days that are billed, site by site."""
    from jpcli.services.licenses.licenses import show

    answer = show(invocation.desk(), licenses)
    return result_of(answer, "licenses", view="license_history:draw")
