"""What can go wrong, as data: every error has a code, one line of message and one of advice.

The exit code belongs to the class, so a caller never maps codes to exit codes by hand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


class Problem(NamedTuple):
    """One finding of a run that reports all of them at once; `line` counts from 1 in the input,
    `hint` says what to do about it."""

    code: str
    subject: str | None
    message: str
    line: int | None = None
    hint: str | None = None


class Decline(NamedTuple):
    """Why a card was declined: the bank's `code`, its `advice` on trying again, and the `charge`
    that failed, as the gateway names it."""

    code: str | None = None
    advice: str | None = None
    charge: str | None = None


class JpcliError(Exception):
    """Base of every error that jpcli raises on purpose.

    `code` is stable and machine-readable, `message` says what is wrong, `hint` what to do about
    it, `subject` what it is about (a license key, a file, an option).
    """

    exit_code = 1
    # Raised by a repetition of a call whose first try may have had its effect: proof of nothing.
    unsure = False
    # What another side said, where this is its answer: which request it was, status and code.
    request_id: str | None = None
    their_status: int | None = None
    their_code: str | None = None

    def __init__(
        self,
        code: str,
        message: str,
        *,
        hint: str | None = None,
        subject: str | None = None,
        problems: tuple[Problem, ...] = (),
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.hint = hint
        self.subject = subject
        self.problems = problems


def problem_of(error: JpcliError, line: int | None = None) -> Problem:
    """The same as a finding among others."""
    return Problem(error.code, error.subject, error.message, line, error.hint)


def by_line(problems: Iterable[Problem]) -> list[Problem]:
    """The findings in the order of their lines; those without one come first."""
    return sorted(problems, key=lambda problem: problem.line or 0)


class Failed(JpcliError):
    """A check, or part of a bulk run, found something wrong (exit 1)."""

    exit_code = 1


class AnswerLost(JpcliError):
    """It was done, but its answer could not be written (exit 74)."""

    exit_code = 74


class BadInput(JpcliError):
    """A bad flag, value, file, or a missing `--yes` (exit 2)."""

    exit_code = 2


def misread(code: str, text: str, what: str, hint: str) -> BadInput:
    """`'2026-13' is not a month.`: a text that can't be read as `what`."""
    return BadInput(code, f"{text!r} is not {what}.", hint=hint, subject=text)


def not_among(
    name: str, value: str, choices: Iterable[str], subject: str | None = None
) -> BadInput:
    """`by must be one of site, client, not x` (`bad_by`), about `subject` or the value."""
    message = f"{name} must be one of {', '.join(choices)}, not {value}"
    return BadInput(f"bad_{name}", message, subject=subject or value)


class Refused(JpcliError):
    """A billing rule says no; nothing was written (exit 3)."""

    exit_code = 3


class AuthProblem(JpcliError):
    """No key, a wrong key, or a test key against a live ledger (exit 4)."""

    exit_code = 4


class Declined(JpcliError):
    """The payment was declined (exit 5).

    `decline` says why in the bank's words, where a gateway told: the error's own `code` is the
    gateway's.
    """

    exit_code = 5
    decline = Decline()


class Busy(JpcliError):
    """Network, rate limit or lock; the same command may be repeated as it is (exit 75)."""

    exit_code = 75


WORST_FIRST = (AuthProblem, Failed, Declined, Refused, BadInput, Busy)
"""Which error decides the exit code of a run that met several: what a person has to mend comes
before what the bank or a rule said, and that before what the next run may do by itself."""


def worst(errors: Sequence[JpcliError]) -> JpcliError:
    """The error that decides, the first of its kind; `errors` is not empty."""
    return min(errors, key=_rank)


def _rank(error: JpcliError) -> int:
    kinds: tuple[type[JpcliError], ...] = WORST_FIRST
    return next((rank for rank, kind in enumerate(kinds) if isinstance(error, kind)), 0)
