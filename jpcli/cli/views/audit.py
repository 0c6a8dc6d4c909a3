"""The outcome of an audit: every check a line, and below those that fail what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from jpcli.cli.views.folds import folded
from jpcli.cli.views.screen import text
from jpcli.reports.audit.outcome import ERROR, SHOWN, named_subjects, summary

if TYPE_CHECKING:
    from jpcli.cli.views.screen import Screen
    from jpcli.domain.contract.audit import AuditAnswer, CheckObject


def draw(data: AuditAnswer, screen: Screen) -> None:
    """Passed checks are one line each; a finding has expected, actual, which and the remedy."""
    policy = data["policy"] or "the checks without a policy"
    as_of = f"{screen.instant(data['as_of'])} {screen.zone}"
    screen.title(data["agency"], (f"audit by {policy}", "dim"), (as_of, "dim"))
    for check in data["checks"]:
        _draw_check(check, screen)
    screen.write()
    style = "bold green" if data["ok"] else "bold red"
    screen.paragraph(summary(data), style)


def _draw_check(check: CheckObject, screen: Screen) -> None:
    if check["ok"]:
        line = Text(f"  {screen.sign('✓', '+')} ", style="green")
        line.append_text(text(check["message"], "default"))
        screen.fold(line, 4)
        return
    sign, style = _mark(check, screen)
    line = Text(f"  {sign} ", style=style)
    line.append_text(text(check["message"], "bold default"))
    screen.fold(line, 4)
    where = f" (line {check['line']})" if check["line"] is not None else ""
    facts = [("expected", check["expected"] + where), ("actual", check["actual"])]
    if check["subjects"]:
        facts.append(("which", named_subjects(check, SHOWN)))
    for name, value in facts:
        _draw_fact(name, value, screen)
    if check["fix"]:
        fix = text(f"    {'mend it'.ljust(10)}", "dim")
        fix.append_text(text(check["fix"], "not dim bold cyan"))
        screen.write(fix)


def _draw_fact(name: str, value: str, screen: Screen) -> None:
    """The value beside its name, in lines that end between words."""
    width = max(screen.text_width - 14, 40)
    for part in folded(text(value), width):
        line = Text(f"    {name.ljust(10)}", style="dim")
        line.append_text(part)
        line.rstrip()
        screen.write(line)
        name = ""


def _mark(check: CheckObject, screen: Screen) -> tuple[str, str]:
    if check["level"] == ERROR:
        return screen.sign("✗", "x"), "bold red"
    return "!", "bold yellow"
