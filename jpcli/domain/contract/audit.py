"""What an audit found."""

from __future__ import annotations

from typing import Annotated, TypedDict

from jpcli.domain.contract.values import Count, Instant, OneOf


class CheckObject(TypedDict):
    """One rule, and whether it holds."""

    rule: str
    ok: bool
    expected: str
    actual: str
    message: str
    level: Annotated[str, OneOf("error", "warning")]  # a warning does not fail the audit
    subjects: list[str]  # licenses, sites or invoices that break it, at most 20
    subjects_total: Count  # all of them
    fix: str | None  # the command that mends it
    key: str  # where the rule stands in the policy
    line: int | None  # the line of that, where it does not hold
    about: str  # which of several like it: product, state, site, client; the same in every run


class AuditAnswer(TypedDict):
    """The outcome of every rule, in the order of the policy."""

    ok: bool  # false: exit 1
    agency: str
    as_of: Instant
    policy: str | None  # its file; null: the default checks
    failed: Count
    warnings: Count
    checks: list[CheckObject]


class PolicyAnswer(TypedDict):
    """The policy that `--init` wrote."""

    file: str
    products: Count  # that it counts
    warnings: list[str]  # rules that do not hold today
