"""One failed call, ready to be shown, and the exit codes of failing."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from jpcli.domain.addresses import masked
from jpcli.domain.errors import JpcliError
from jpcli.domain.faults import outside_fault

if TYPE_CHECKING:
    from jpcli.domain.errors import Problem

EXIT_FAILED = 1
EXIT_USAGE = 2
EXIT_INTERRUPTED = 130


class Failure(NamedTuple):
    """One failed call, ready to be shown."""

    code: str
    message: str
    hint: str | None
    subject: str | None
    problems: tuple[Problem, ...]
    exit_code: int

    def masked(self) -> Failure:
        """The same without a password of a server that is in what was typed."""
        return self._replace(
            message=masked(self.message),
            hint=self.hint and masked(self.hint),
            subject=self.subject and masked(self.subject),
        )


def failure_from(error: Exception) -> Failure:
    """An error of ours, or of the system's, as it is shown; anything else is a mistake of ours."""
    if not isinstance(error, JpcliError):
        error = outside_fault(error) or error
    if isinstance(error, JpcliError):
        return Failure(
            error.code, error.message, error.hint, error.subject, error.problems, error.exit_code
        ).masked()
    summary = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    return Failure(
        "internal_error",
        f"internal error: {summary}",
        "This is a mistake in jpcli. JPCLI_DEBUG=1 shows where.",
        None,
        (),
        EXIT_FAILED,
    ).masked()
