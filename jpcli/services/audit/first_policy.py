"""`audit --init`: a policy for what there is today, from which a person goes on."""

from __future__ import annotations

import os
from itertools import islice
from typing import TYPE_CHECKING

from jpcli.domain.answers import Answer, Note
from jpcli.domain.currency import step_minor
from jpcli.domain.history import REVOKED, UNASSIGNED
from jpcli.domain.money import amount_text
from jpcli.domain.words import as_file, count, quoted
from jpcli.ledger.database.draft import file_exists
from jpcli.ledger.queries import audit
from jpcli.ledger.queries.audit import Which
from jpcli.reports.policy.rules import DEFAULT_CHECKS
from jpcli.services.audit.bill import bills_of
from jpcli.services.audit.checks import CHECKS
from jpcli.services.files.new_file import write_new

if TYPE_CHECKING:
    from jpcli.domain.contract.audit import PolicyAnswer
    from jpcli.services.audit.bill import Bills
    from jpcli.services.desk import Desk

# More sites than this are kept by `plan`, whose file is made for it.
MOST_SITES = 200
USUAL_DAYS = 30
# February to March alone is 11 percent.
USUAL_GROWTH = 15


def init(desk: Desk, target: str) -> Answer[PolicyAnswer]:
    """Write a policy by which the ledger passes today. Never overwrites (Refused `file_exists`);
    raises Failed `no_price` when there is no bill to compute."""
    if os.path.lexists(target):
        raise file_exists(target)
    from jpcli.reports.policy.writer import Today, policy_text

    failing = [check for name in DEFAULT_CHECKS if not (check := CHECKS[name](desk)).ok]
    bills = bills_of(desk)
    remarks: dict[str, str] = {}
    days = _days(desk, remarks)
    growth = _growth(bills, remarks)
    today = Today(
        checks=DEFAULT_CHECKS,
        warnings={check.rule: check.message for check in failing},
        counts=_counts(desk),
        unassigned=audit.count(desk.ledger, Which(state=UNASSIGNED)),
        days_at_most=days,
        groups=_groups(desk),
        bill_at_most=_bill_limit(desk, bills),
        growth_percent=growth,
        remarks=remarks,
    )
    write_new(target, policy_text(today, os.path.basename(target)))
    data: PolicyAnswer = {
        "file": target,
        "products": len(today.counts),
        "warnings": [check.rule for check in failing],
    }
    notes = [
        Note("fails_today", f"Only a warning in it: {check.message}", "warning", hint=check.fix)
        for check in failing
    ]
    message = f"Wrote a policy for what there is today to {target}"
    done = Note("written", message, "ok", target, f"jpcli audit --policy {quoted(as_file(target))}")
    return Answer(data, (done, *notes))


def _counts(desk: Desk) -> dict[str, int]:
    """Active licenses by product."""
    counts: dict[str, int] = {}
    for (product, state), found in sorted(audit.totals(desk.ledger).items()):
        if state != REVOKED:
            counts[product] = counts.get(product, 0) + found
    return counts


def _days(desk: Desk, remarks: dict[str, str]) -> int | None:
    longest_at = audit.longest_idle_since(desk.ledger)
    if longest_at is None:
        return USUAL_DAYS
    days = desk.today - desk.ledger.calendar.day_of(longest_at)
    if days <= USUAL_DAYS:
        return USUAL_DAYS
    remarks["days_at_most"] = f"one has been on no site for {count(days, 'day')}"
    return None


def _growth(bills: Bills, remarks: dict[str, str]) -> int | None:
    """A limit that the bill is below today; a month without a bill before has none to exceed."""
    grown_minor = bills.now_minor - bills.before_minor
    within = grown_minor * 100 <= USUAL_GROWTH * bills.before_minor
    if bills.before_minor <= 0 or within:
        remarks["growth_at_most_percent"] = "more than the month before; a longer month is 11 more"
        return USUAL_GROWTH
    percent = -(-grown_minor * 100 // bills.before_minor)
    remarks["growth_at_most_percent"] = f"{bills.month} is {percent:,}% more than the month before"
    return None


def _bill_limit(desk: Desk, bills: Bills) -> str:
    """The bill and a tenth, rounded up to what can be charged."""
    currency = desk.ledger.currency
    step = step_minor(currency) * 100
    limit_minor = -(-max(bills.now_minor, 0) * 11 // (10 * step)) * step
    return amount_text(limit_minor, currency)


def _groups(desk: Desk) -> list[tuple[tuple[str, ...], tuple[str, ...]]] | None:
    """(sites, products) of sites that have the same products; None when they are too many."""
    there = list(islice(audit.sites_with_licenses(desk.ledger), MOST_SITES + 1))
    if len(there) > MOST_SITES:
        return None
    groups: dict[tuple[str, ...], list[str]] = {}
    for url, products in there:
        groups.setdefault(tuple(sorted(products)), []).append(url)
    return [(tuple(sites), products) for products, sites in sorted(groups.items())]
