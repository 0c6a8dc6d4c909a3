"""The audit: a policy, or what is checked without one, held against the ledger.

Owns the order of things: read the policy with all its mistakes, ask every rule, sum up. The rules'
forms are in `reports.policy.rules`; a check that a ledger can't have (no outbox, no Licensing API)
is one function in `checks.CHECKS` away. Nothing is written to the ledger.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jpcli.domain.answers import Answer, Note
from jpcli.domain.errors import BadInput, Problem
from jpcli.domain.instants import format_instant
from jpcli.domain.limits import MAX_POLICY_BYTES
from jpcli.domain.words import and_more, path_text
from jpcli.ledger.queries import audit as audit_queries
from jpcli.ledger.queries import products
from jpcli.ledger.queries.clients import names_given_up
from jpcli.reports.audit.outcome import check_object
from jpcli.reports.policy.policy import default_policy, parse_policy
from jpcli.reports.policy.values import Facts, Figure
from jpcli.services.audit.bill import bill_checks
from jpcli.services.audit.checks import switched_checks
from jpcli.services.audit.counts import license_checks, unassigned_checks
from jpcli.services.audit.required import required_checks
from jpcli.services.files.read import read_text
from jpcli.services.files.rows import place
from jpcli.services.sites.spelled import SiteNames

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jpcli.domain.contract.audit import AuditAnswer
    from jpcli.reports.audit.outcome import Check
    from jpcli.reports.policy.policy import Policy
    from jpcli.services.desk import Desk


def audit(desk: Desk, policy_path: str | None = None) -> Answer[AuditAnswer]:
    """Every check of a policy file (`-`: standard input), or the default ones.

    `ok` false is exit 1. Raises BadInput `bad_policy` with every mistake and its line.
    """
    if policy_path is None:
        hint = "Write a policy for the counts and the bill:   jpcli audit --init audit.toml"
        note = Note("default_checks", "These are the checks without a policy", hint=hint)
        return Answer(_data(desk, None, list(run_policy(desk, default_policy()))), (note,))
    text = read_text(policy_path, MAX_POLICY_BYTES)
    policy = read_policy(desk, text, policy_path)
    checks = _with_lines(list(run_policy(desk, policy)), text)
    return Answer(_data(desk, policy_path, checks))


def run_policy(desk: Desk, policy: Policy) -> Iterator[Check]:
    """The outcome of every rule, in the order of the table."""
    yield from switched_checks(desk, policy.checks)
    yield from license_checks(desk, policy.licenses)
    yield from unassigned_checks(desk, policy.unassigned)
    yield from required_checks(desk, policy.required)
    yield from bill_checks(desk, policy.bill)


def read_policy(desk: Desk, text: str, source: str) -> Policy:
    """The rules of a policy file. Raises BadInput `bad_policy` with all mistakes and lines."""
    from jpcli.services.files.toml_lines import load, placed

    data = load(text, Figure)
    if isinstance(data, Problem):
        raise _refused(source, [data])
    policy, mistakes = parse_policy(data, facts_of(desk))
    if mistakes:
        wrong = ((path, Problem(code, path_text(path) or None, m)) for path, code, m in mistakes)
        raise _refused(source, placed(wrong, text))
    return policy


def facts_of(desk: Desk) -> Facts:
    """What a policy of this ledger may name."""
    ledger = desk.ledger
    return Facts(
        ledger.currency,
        products.product_names(ledger),
        audit_queries.all_clients(ledger),
        SiteNames(ledger).name,
        names_given_up(ledger),
    )


def _data(desk: Desk, policy_path: str | None, checks: list[Check]) -> AuditAnswer:
    failed = sum(check.fails for check in checks)
    return {
        "ok": failed == 0,
        "agency": desk.ledger.name,
        "as_of": format_instant(desk.now_at),
        "policy": policy_path,
        "failed": failed,
        "warnings": sum(not check.ok and not check.fails for check in checks),
        "checks": [check_object(check) for check in checks],
    }


def _with_lines(checks: list[Check], text: str) -> list[Check]:
    """The line of its rule for each finding; looked up only where there are any."""
    if all(check.ok for check in checks):
        return checks
    from jpcli.services.files.toml_lines import lines_of

    lines = {path_text(path): line for path, line in lines_of(text).items()}
    return [
        check if check.ok or not check.key else check._replace(line=_nearest(lines, check.key))
        for check in checks
    ]


def _nearest(lines: dict[str, int], key: str) -> int | None:
    while key and key not in lines:
        key = key.rpartition(".")[0]
    return lines.get(key)


def _refused(source: str, problems: list[Problem]) -> BadInput:
    first = problems[0]
    key = f"{first.subject}: " if first.subject else ""
    return BadInput(
        "bad_policy",
        f"{place(source, first.line)}: {key}{first.message}{and_more(len(problems) - 1)}",
        hint="Correct the policy; one to begin with is written by:   jpcli audit --init FILE",
        subject=source,
        problems=tuple(problems),
    )
