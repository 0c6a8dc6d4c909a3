"""A failure as annotations of GitHub Actions, for `--format github`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from jpcli.domain.errors import Problem
from jpcli.reports.audit.github import problem_annotations

if TYPE_CHECKING:
    from jpcli.cli.shared.failure import Failure


def write_failure_annotations(failure: Failure) -> None:
    """One line for each mistake in a file, else one for the failure."""
    problems = failure.problems or (Problem(failure.code, None, failure.message),)
    path = failure.subject if failure.problems else None
    sys.stdout.writelines(problem_annotations(path, f"jpcli: {failure.code}", problems))
    sys.stdout.flush()
