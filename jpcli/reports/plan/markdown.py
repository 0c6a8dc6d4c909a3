"""A plan as Markdown: a comment that says what a change does and costs. Names are escaped."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jpcli.reports.ci.markdown import code_of, text_of
from jpcli.reports.plan.outcome import bill_rows, shown_steps, summary

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jpcli.domain.contract.plan import PlanAnswer, StepObject

# GitHub and GitLab take comments of 65,536 characters and more.
MOST_CHARACTERS = 50_000


def markdown(data: PlanAnswer) -> str:
    """A heading, what is done, the bill with its difference, and the steps."""
    lines = [
        f"## Plan of {text_of(data['file'])} for {text_of(data['agency'])}",
        "",
        f"**{text_of(summary(data))}**",
        "",
        "| Bill | Now | Then | Change |",
        "| --- | ---: | ---: | ---: |",
        *(f"| {' | '.join(map(text_of, row))} |" for row in bill_rows(data)),
        "",
        *_steps(data),
    ]
    return "\n".join(lines) + "\n"


def _steps(data: PlanAnswer) -> Iterator[str]:
    steps, more = shown_steps(data)
    if not steps:
        return
    yield "| Step | License | Product | Site | Client |"
    yield "| --- | --- | --- | --- | --- |"
    room = MOST_CHARACTERS
    for place, step in enumerate(steps):
        row = _row(step)
        room -= len(row)
        if room < 0:
            more += len(steps) - place
            break
        yield row
    if more > 0:
        yield ""
        yield f"… and {more:,} more"
    yield ""


def _row(step: StepObject) -> str:
    key = "a new one" if step["license_key"] is None else code_of(step["license_key"])
    product = text_of(step["product"] or "")
    if step["bundle_size"]:
        product += f", bundle of {step['bundle_size']}"
    site = text_of(step["site"] or "")
    if step["from"] is not None:
        site = f"{text_of(step['from'])} → {site}" if site else f"{text_of(step['from'])} →"
    if step["action"] == "client":
        key = ""
    return f"| {step['action']} | {key} | {product} | {site} | {text_of(step['client'] or '')} |"
