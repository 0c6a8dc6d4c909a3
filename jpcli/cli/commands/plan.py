"""`jpcli plan`."""

from __future__ import annotations

from typing import Annotated, cast

import typer

from jpcli.cli.app.invocation import Invocation
from jpcli.cli.app.options import command
from jpcli.cli.app.typer_parts import UsageError
from jpcli.cli.shared.result import Result, result_of

EXIT_CHANGES = 10


@command(
    "plan",
    lists=True,
    examples=(
        "jpcli plan --init sites.toml",
        "jpcli plan sites.toml",
        "jpcli plan sites.toml --out sites.plan --detailed-exitcode",
    ),
)
def run(
    invocation: Invocation,
    source: Annotated[
        str | None,
        typer.Argument(metavar="FILE", help="TOML, see docs/plan.md; - is standard input."),
    ] = None,
    out: Annotated[
        str | None,
        typer.Option("--out", metavar="PLANFILE", help="Save it, for `jpcli apply PLANFILE`."),
    ] = None,
    detailed_exitcode: Annotated[
        bool,
        typer.Option("--detailed-exitcode", help="Exit 0 for nothing to do, 10 for changes."),
    ] = False,
    init: Annotated[
        str | None,
        typer.Option("--init", metavar="FILE", help="Write the file for what there is today."),
    ] = None,
) -> Result:
    """FILE says which site has which products, and how many licenses may be unassigned. Unassigned
    licenses, and those that another site no longer wants, are used before any is issued. Nothing
    is changed."""
    if (source is None) == (init is None):
        raise UsageError("Name a FILE, or --init FILE to write one.")
    if init is not None:
        if invocation.limit is not None:
            raise UsageError("--init writes all there is, and takes no --limit.")
        if out is not None or detailed_exitcode:
            raise UsageError("--init goes alone.")
        from jpcli.services.plan import first_file

        return result_of(first_file.init(invocation.desk(), init), view="notes:draw_nothing")
    from jpcli.services.plan.plan import STEP_COLUMNS, plan

    answer = plan(invocation.desk(), str(source), out)
    steps = sum(cast("dict[str, int]", answer.data["counts"]).values())
    return result_of(
        answer,
        "steps",
        limit=invocation.list_limit(),
        total=steps,
        columns=STEP_COLUMNS,
        exit_code=EXIT_CHANGES if detailed_exitcode and steps else 0,
        view="plan:draw",
    )
