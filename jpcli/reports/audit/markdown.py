"""An audit as Markdown: the summary that a CI job shows on its page. Names are escaped."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from jpcli.domain.site_urls import readable_in
from jpcli.reports.audit.outcome import ERROR, SHOWN, named_subjects, summary

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jpcli.domain.contract.audit import AuditAnswer, CheckObject

_MARKUP = re.compile(r"([\\`*_{}\[\]<>()#+!|~&@:.$])")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")


def markdown(data: AuditAnswer) -> str:
    """A heading, a table of all checks, and what to do about those that fail."""
    sign = "❌" if data["failed"] else "✅"
    lines = [
        f"## {sign} Audit of {_text(data['agency'])}",
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
    cells = (_sign(check), *(_text(check[name]) for name in ("message", "expected", "actual")))
    return f"| {' | '.join(cells)} |"


def _sign(check: CheckObject) -> str:
    if check["ok"]:
        return "✅"
    return "❌" if check["level"] == ERROR else "⚠️"


def _finding(check: CheckObject) -> Iterator[str]:
    yield f"- {_sign(check)} {_text(check['message'])}"
    if check["subjects"]:
        yield f"  - which: {_text(named_subjects(check, SHOWN))}"
    if check["fix"]:
        yield f"  - mend it: {_code(check['fix'])}"


def _text(text: object) -> str:
    """Text that means itself: no markup, link, mention, table border or HTML."""
    # : and . because GitHub makes links of bare addresses, $ because it makes formulas.
    return _MARKUP.sub(r"\\\1", _one_line(str(text)))


def _code(text: str) -> str:
    """A code span, fenced by more backticks than it holds."""
    text = _one_line(text)
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * (longest + 1)
    space = " " if longest else ""
    return f"{fence}{space}{text}{space}{fence}"


def _one_line(text: str) -> str:
    return _CONTROL.sub(lambda found: f"\\u{ord(found[0]):04x}", readable_in(text))
