"""An audit as GitHub Actions takes it: annotations, which a workflow's log turns into remarks.

GitHub reads commands from the lines of a log, so a name with a line break in it could give one:
everything is escaped as GitHub's own toolkit does it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jpcli.domain.site_urls import readable_in
from jpcli.domain.words import written_out
from jpcli.reports.audit.outcome import ERROR, SHOWN, named_subjects, summary

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from jpcli.domain.contract.audit import AuditAnswer, CheckObject
    from jpcli.domain.errors import Problem


def finding_annotations(data: AuditAnswer) -> Iterator[str]:
    """One line a finding, and the sum of them as a plain line."""
    for check in data["checks"]:
        if not check["ok"]:
            yield _annotation(check, data["policy"])
    yield f"{_plain(data['agency'])}: {summary(data)}\n"


def problem_annotations(path: str | None, title: str, problems: Sequence[Problem]) -> Iterator[str]:
    """One line a mistake in a file."""
    for problem in problems:
        subject = f"{problem.subject}: " if problem.subject else ""
        place = _properties(path, problem.line, title)
        yield f"::error {place}::{_data(subject + problem.message)}\n"


def _annotation(check: CheckObject, policy: str | None) -> str:
    command = "error" if check["level"] == ERROR else "warning"
    lines = [check["message"], f"Expected {check['expected']}, found {check['actual']}."]
    if check["subjects"]:
        lines.append(f"Which: {named_subjects(check, SHOWN)}")
    if check["fix"]:
        lines.append(f"Mend it: {check['fix']}")
    place = _properties(policy, check["line"], f"jpcli audit: {check['rule']}")
    return f"::{command} {place}::{_data(chr(10).join(lines))}\n"


def _properties(path: str | None, line: int | None, title: str) -> str:
    found = {}
    if path not in (None, "-"):
        found["file"] = path
        if line is not None:
            found["line"] = str(line)
    found["title"] = title
    return ",".join(f"{name}={_property(str(value))}" for name, value in found.items())


def _data(text: str) -> str:
    text = _visible(text).replace("%", "%25")
    return text.replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def _plain(text: str) -> str:
    """A line of the log that GitHub must not take for a command."""
    text = " ".join(_visible(text).split())
    return text.replace("::", ": :").replace("##[", "# #[")


def _visible(text: str) -> str:
    """Control characters but line ends written out, since an annotation is shown on terminals, too;
    sites as a person reads them."""
    text = readable_in(text)
    if text.isprintable():
        return text
    return "".join(
        character if character.isprintable() or character in "\r\n" else written_out(character)
        for character in text
    )
