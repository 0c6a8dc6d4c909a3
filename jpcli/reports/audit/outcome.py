"""What an audit found: one outcome a rule, as data, and the forms that more than one format needs.

Knows no ledger, no policy file and no screen.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from jpcli.domain.words import count

if TYPE_CHECKING:
    from jpcli.domain.contract.audit import AuditAnswer, CheckObject

ERROR, WARNING = "error", "warning"
NAMED = 20
"""How many licenses or sites a finding names one by one; it has the number of all of them."""
SHOWN = 5
"""How many of those a person is shown at a glance."""


class Check(NamedTuple):
    """One rule and whether it holds. `subjects` are the licenses, sites or invoices that break it,
    `subjects_total` how many there are; `fix` is the command that mends it. `key` and `line` are
    the rule's place in the policy, `about` what it counts where a policy may have several like it:
    the same from run to run, whatever the figures."""

    rule: str
    ok: bool
    expected: str
    actual: str
    message: str
    level: str = ERROR
    subjects: tuple[str, ...] = ()
    subjects_total: int = 0
    fix: str | None = None
    key: str = ""
    line: int | None = None
    about: str = ""

    @property
    def fails(self) -> bool:
        """Whether the audit fails by it; a warning does not."""
        return not self.ok and self.level == ERROR


CHECK_COLUMNS = Check._fields


def check_object(check: Check) -> CheckObject:
    """A check as the JSON contract has it."""
    return {
        "rule": check.rule,
        "ok": check.ok,
        "expected": check.expected,
        "actual": check.actual,
        "message": check.message,
        "level": check.level,
        "subjects": list(check.subjects),
        "subjects_total": check.subjects_total,
        "fix": check.fix,
        "key": check.key,
        "line": check.line,
        "about": check.about,
    }


def named_subjects(check: CheckObject, most: int = NAMED) -> str:
    """`a, b and 3 more`, or nothing; at most so many by name."""
    shown = check["subjects"][:most]
    names = ", ".join(shown)
    more = check["subjects_total"] - len(shown)
    return f"{names} and {more:,} more" if names and more > 0 else names


def summary(data: AuditAnswer) -> str:
    """`2 of 7 checks failed, 1 warning`, or `7 checks passed`."""
    total = len(data["checks"])
    checks = count(total, "check")
    warnings = data["warnings"]
    tail = f", {count(warnings, 'warning')}" if warnings else ""
    if data["failed"]:
        return f"{data['failed']:,} of {checks} failed{tail}"
    return f"{total - warnings:,} of {checks} passed{tail}"
