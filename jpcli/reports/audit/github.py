"""An audit as GitHub Actions takes it: annotations, which a workflow's log turns into remarks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jpcli.reports.audit.outcome import ERROR, SHOWN, named_subjects, summary
from jpcli.reports.ci.github import escaped, plain, properties

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from jpcli.domain.contract.audit import AuditAnswer, CheckObject
    from jpcli.domain.errors import Problem


def finding_annotations(data: AuditAnswer) -> Iterator[str]:
    """One line a finding, and the sum of them as a plain line."""
    for check in data["checks"]:
        if not check["ok"]:
            yield _annotation(check, data["policy"])
    yield f"{plain(data['agency'])}: {summary(data)}\n"


def problem_annotations(path: str | None, title: str, problems: Sequence[Problem]) -> Iterator[str]:
    """One line a mistake in a file."""
    for problem in problems:
        subject = f"{problem.subject}: " if problem.subject else ""
        place = properties(path, problem.line, title)
        yield f"::error {place}::{escaped(subject + problem.message)}\n"


def _annotation(check: CheckObject, policy: str | None) -> str:
    command = "error" if check["level"] == ERROR else "warning"
    lines = [check["message"], f"Expected {check['expected']}, found {check['actual']}."]
    if check["subjects"]:
        lines.append(f"Which: {named_subjects(check, SHOWN)}")
    if check["fix"]:
        lines.append(f"Mend it: {check['fix']}")
    place = properties(policy, check["line"], f"jpcli audit: {check['rule']}")
    return f"::{command} {place}::{escaped(chr(10).join(lines))}\n"
