"""`jpcli audit`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from jpcli.cli.app.invocation import Invocation
from jpcli.cli.app.options import command
from jpcli.cli.app.outputs import Outputs, copies_of, job_page_note, with_copies
from jpcli.cli.app.typer_parts import UsageError
from jpcli.cli.shared.named_ledger import naming
from jpcli.cli.shared.output import FORMATS, REPORTS
from jpcli.cli.shared.result import Result, result_of

if TYPE_CHECKING:
    from jpcli.domain.answers import Answer
    from jpcli.domain.contract.audit import AuditAnswer

EXIT_FINDINGS = 1


@command(
    "audit",
    reads=True,
    extra=("yes",),
    reports=REPORTS,
    examples=(
        "jpcli audit --init audit.toml",
        "jpcli audit --policy audit.toml",
        "jpcli audit --policy audit.toml --output junit:audit.xml --output md:audit.md",
    ),
)
def run(
    invocation: Invocation,
    policy: Annotated[
        str | None,
        typer.Option("--policy", metavar="FILE", help="TOML, see docs/audit.md; - is stdin."),
    ] = None,
    init: Annotated[
        str | None,
        typer.Option("--init", metavar="FILE", help="Write a policy for what there is today."),
    ] = None,
    schema: Annotated[
        bool,
        typer.Option("--schema", help="Print the JSON schema of a policy, for editors."),
    ] = False,
    outputs: Outputs = None,
) -> Result:
    """Exits 0 when every check passes, 1 when one does not, 2 when the policy is wrong. Without a
    policy it checks cards, past-due invoices, unfinished calls and sites that have two products of
    one family. The ledger may be read-only. In GitHub Actions a summary goes to the job's page. A
    file that is there is replaced with --yes alone."""
    if (policy is not None) + (init is not None) + schema > 1:
        raise UsageError("--policy, --init and --schema go one at a time.")
    if outputs and (init is not None or schema):
        raise UsageError("--output is for an audit, not for --init or --schema.")
    if schema:
        from jpcli.reports.policy.schema import schema_text

        return Result({}, payload=(schema_text(),))
    if init is not None:
        from jpcli.services.audit.first_policy import init as write_policy

        return result_of(write_policy(invocation.desk(), init), view="notes:draw_nothing")
    from jpcli.services.audit.audit import audit

    copies = copies_of(invocation, outputs, FORMATS + REPORTS)
    answer = _summed_up(audit(invocation.desk(), policy))
    ledger = invocation.output.ledger
    return with_copies(invocation, copies, lambda form, _: _result(form, answer, ledger))


def _summed_up(answer: Answer[AuditAnswer]) -> Answer[AuditAnswer]:
    """The answer, after it was added to the page of the CI job."""
    from jpcli.reports.audit.markdown import markdown

    note = job_page_note(lambda: markdown(answer.data))
    return answer if note is None else answer._replace(notes=(*answer.notes, note))


def _result(form: str, answer: Answer[AuditAnswer], ledger: str) -> Result:
    """As a document or in one of the formats, whose commands name the ledger, if need be: who reads
    a report or a summary is elsewhere, and has another."""
    from jpcli.reports.audit.outcome import CHECK_COLUMNS

    checks = answer.data["checks"]
    typed = [check | {"fix": check["fix"] and naming(check["fix"], ledger)} for check in checks]
    result = Result(
        answer.data | {"checks": typed},
        "checks",
        CHECK_COLUMNS,
        answer.notes,
        view="audit:draw",
        exit_code=0 if answer.data["ok"] else EXIT_FINDINGS,
    )
    if form == "junit":
        from jpcli.reports.audit.junit import junit

        return result._replace(payload=junit(answer.data))
    if form == "github":
        from jpcli.reports.audit.github import finding_annotations

        return result._replace(payload=finding_annotations(answer.data))
    return result
