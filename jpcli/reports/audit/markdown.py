"""An audit as Markdown: the summary that a CI job shows on its page. Names are escaped."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jpcli.reports.audit.outcome import ERROR, SHOWN, named_subjects, summary
from jpcli.reports.ci.markdown import code_of, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jpcli.domain.contract.audit import AuditAnswer, CheckObject


def markdown(data: AuditAnswer) -> str:
    """A heading, a table of all checks, and what to do about those that fail."""
    sign = "❌" if data["failed"] else "✅"
    lines = [
        f"## {sign} Audit of {text_of(data['agency'])}",
        "",
        f"{summary(data)} · {data['as_of']}",
        "",
    ]
    if data["checks"]:
        lines += ["| | Check | Expected | Actual |", "| --- | --- | --- | --- |"]
        lines += [_row(check) for check in data["checks"]]
        lines.append("")
    for check in data["checks"]:
        if not check["ok"]:
            lines += _finding(check)
    return "\n".join(lines) + "\n"


def _row(check: CheckObject) -> str:
    cells = (_sign(check), *(text_of(check[name]) for name in ("message", "expected", "actual")))
    return f"| {' | '.join(cells)} |"


def _sign(check: CheckObject) -> str:
    if check["ok"]:
        return "✅"
    return "❌" if check["level"] == ERROR else "⚠️"


def _finding(check: CheckObject) -> Iterator[str]:
    yield f"- {_sign(check)} {text_of(check['message'])}"
    if check["subjects"]:
        yield f"  - which: {text_of(named_subjects(check, SHOWN))}"
    if check["fix"]:
        yield f"  - mend it: {code_of(check['fix'])}"
