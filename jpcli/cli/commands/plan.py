"""`jpcli plan`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, cast

import typer

from jpcli.cli.app.invocation import Invocation
from jpcli.cli.app.options import command
from jpcli.cli.app.outputs import Outputs, copies_of, job_page_note, read_often, with_copies
from jpcli.cli.app.typer_parts import UsageError
from jpcli.cli.shared.output import FORMATS
from jpcli.cli.shared.result import Result, result_of

if TYPE_CHECKING:
    from jpcli.domain.contract.plan import PlanAnswer

EXIT_CHANGES = 10


@command(
    "plan",
    lists=True,
    extra=("yes",),
    reports=("github",),
    examples=(
        "jpcli plan --init sites.toml",
        "jpcli plan sites.toml",
        "jpcli plan sites.toml --out sites.plan --detailed-exitcode",
        "jpcli plan sites.toml --format github --output md:plan.md",
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
    outputs: Outputs = None,
) -> Result:
    """FILE says which site has which products, and how many licenses may be unassigned. Unassigned
    licenses, and those that another site no longer wants, are used before any is issued. Nothing
    is changed. As Markdown, and in GitHub Actions, it begins with the bill and its difference."""
    if (source is None) == (init is None):
        raise UsageError("Name a FILE, or --init FILE to write one.")
    if init is not None:
        if invocation.limit is not None:
            raise UsageError("--init writes all there is, and takes no --limit.")
        if out is not None or detailed_exitcode or outputs:
            raise UsageError("--init goes alone.")
        from jpcli.services.plan import first_file

        return result_of(first_file.init(invocation.desk(), init), view="notes:draw_nothing")
    from jpcli.domain.answers import joined
    from jpcli.reports.plan.markdown import markdown
    from jpcli.services.plan.plan import STEP_COLUMNS, plan

    copies = copies_of(invocation, outputs, (*FORMATS, "github"))
    answer = plan(invocation.desk(), str(source), out)
    answer = answer._replace(data=cast("PlanAnswer", read_often(answer.data, "steps")))
    note = job_page_note(lambda: markdown(answer.data))
    answer = answer if note is None else answer._replace(notes=joined(answer.notes, (note,)))
    steps = sum(cast("dict[str, int]", answer.data["counts"]).values())

    def in_format(form: str, limit: int) -> Result:
        code = EXIT_CHANGES if detailed_exitcode and steps else 0
        result = result_of(
            answer,
            "steps",
            limit=limit,
            total=steps,
            columns=STEP_COLUMNS,
            exit_code=code,
            view="plan:draw",
        )
        return _in_format(form, result, answer.data)

    return with_copies(invocation, copies, in_format)


def _in_format(form: str, result: Result, data: PlanAnswer) -> Result:
    if form == "md":
        from jpcli.reports.plan.markdown import markdown

        return result._replace(payload=(markdown(data),))
    if form == "github":
        from jpcli.reports.plan.github import plan_annotations

        return result._replace(payload=plan_annotations(data))
    return result
