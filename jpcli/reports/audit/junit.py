"""An audit as JUnit XML, which CI systems show as tests: a rule is a test case.

A warning is a skipped case, because JUnit has no word for what does not fail.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.sax.saxutils import escape, quoteattr

from jpcli.domain.words import written_out
from jpcli.reports.audit.outcome import ERROR, named_subjects

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from jpcli.domain.contract.audit import AuditAnswer, CheckObject


def junit(data: AuditAnswer) -> Iterator[str]:
    """The document, piece by piece."""
    checks = data["checks"]
    counts = f'tests="{len(checks)}" failures="{data["failed"]}" skipped="{data["warnings"]}"'
    name = _attribute(f"jpcli audit of {data['agency']}")
    yield '<?xml version="1.0" encoding="UTF-8"?>\n'
    yield f'<testsuites {counts} errors="0">\n'
    stamp = data["as_of"].removesuffix("Z")[:19]
    yield f'  <testsuite name={name} {counts} errors="0" timestamp="{stamp}">\n'
    for name, check in zip(_names(checks), checks, strict=True):
        yield from _case(name, check, data["policy"])
    yield "  </testsuite>\n</testsuites>\n"


def _names(checks: Sequence[CheckObject]) -> Iterator[str]:
    """A name a case by what its rule is about: a CI system keeps its history by the name, so that
    is the same when a limit changes or a rule comes before it, and no two have one name."""
    seen: dict[str, int] = {}
    for check in checks:
        name = f"{check['rule']}: {check['about']}" if check["about"] else check["rule"]
        seen[name] = seen.get(name, 0) + 1
        yield name if seen[name] == 1 else f"{name} ({seen[name]})"


def _case(name: str, check: CheckObject, policy: str | None) -> Iterator[str]:
    place = "" if policy in (None, "-") else f" file={_attribute(policy)}"
    if place and check["line"] is not None:
        place += f' line="{check["line"]}"'
    head = f"    <testcase classname={_attribute('audit.' + check['rule'])}"
    head += f" name={_attribute(name)}{place}"
    if check["ok"]:
        yield f"{head}/>\n"
        return
    yield f"{head}>\n"
    message = _attribute(check["message"])
    if check["level"] == ERROR:
        kind = _attribute(check["rule"])
        yield f"      <failure message={message} type={kind}>{_text(_details(check))}</failure>\n"
    else:
        yield f"      <skipped message={message}/>\n"
        yield f"      <system-out>{_text(_details(check))}</system-out>\n"
    yield "    </testcase>\n"


def _details(check: CheckObject) -> str:
    lines = [check["message"], f"expected: {check['expected']}", f"actual: {check['actual']}"]
    if check["subjects"]:
        lines.append(f"which: {named_subjects(check)}")
    if check["fix"]:
        lines.append(f"mend it: {check['fix']}")
    return "\n".join(lines)


def _attribute(text: object) -> str:
    entities = {"\n": "&#10;", "\r": "&#13;", "\t": "&#9;"}
    return _unmarked(quoteattr(_legal(str(text)), entities))


def _text(text: str) -> str:
    return _unmarked(escape(_legal(text), {"\r": "&#13;"}))


def _unmarked(text: str) -> str:
    """The same to whoever reads XML, and no command to a runner in whose log it stands."""
    text = text.replace("::", "&#58;:")
    return text.replace("##[", "&#35;#[").replace("##vso[", "&#35;#vso[")


def _legal(text: str) -> str:
    """What XML 1.0 can't hold, not even escaped, is written out as \\x1b."""
    if text.isprintable():
        return text
    return "".join(
        character if _is_legal(ord(character)) else written_out(character) for character in text
    )


def _is_legal(code: int) -> bool:
    # U+0085 and U+2028 are line ends to some readers; C1 is not to be seen by a terminal.
    if 0x7F <= code <= 0x9F or code in (0x2028, 0x2029):
        return False
    return (
        code in (9, 10, 13)
        or 0x20 <= code <= 0xD7FF
        or 0xE000 <= code <= 0xFFFD
        or (0x10000 <= code <= 0x10FFFF)
    )
