"""A plan as GitHub Actions takes it: one notice, which a workflow's log turns into a remark."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jpcli.reports.ci.github import escaped, plain, properties
from jpcli.reports.plan.outcome import bill_rows, shown_steps, summary

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jpcli.domain.contract.plan import PlanAnswer, StepObject

# A remark is to be read at a glance; the page of the job has more.
STEPS = 20


def plan_annotations(data: PlanAnswer) -> Iterator[str]:
    """The bill and the first steps in one remark, and the sum of it as a plain line."""
    bill = [f"{row.month}: {row.now} → {row.then} ({row.change})" for row in bill_rows(data)]
    steps, more = shown_steps(data, STEPS)
    lines = [*bill, *map(_step, steps), *([f"… and {more:,} more"] if more else [])]
    place = properties(data["file"], None, f"Plan: {summary(data)}")
    yield f"::notice {place}::{escaped(chr(10).join(lines))}\n"
    yield f"{plain(data['agency'])}: {plain(summary(data))}; {plain(bill[0])}\n"


def _step(step: StepObject) -> str:
    bundle = f", bundle of {step['bundle_size']}" if step["bundle_size"] else ""
    what = f"{step['license_key'] or step['product'] or ''}{bundle}"
    site = f"on {step['site']}" if step["site"] else ""
    whence = f"from {step['from']}" if step["from"] else ""
    client = f"for {step['client']}" if step["client"] else ""
    return " ".join(filter(None, (step["action"], what, whence, site, client)))
