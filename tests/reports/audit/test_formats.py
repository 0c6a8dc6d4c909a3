"""The forms that CI systems read, with names that try to be more than names."""

from __future__ import annotations

import re
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from jpcli.domain.errors import Problem
from jpcli.reports.audit.github import finding_annotations, problem_annotations
from jpcli.reports.audit.junit import junit
from jpcli.reports.audit.markdown import markdown
from jpcli.reports.audit.outcome import NAMED, Check, check_object, named_subjects, summary

HOSTILE = [
    "a\n::error::owned",
    "a\r\n::add-mask::x",
    "a\r::stop-commands::x",
    "##[error]owned",
    "100% %0A::error::x",
    "a,title=b:c",
    "]]></failure><x>&amp;\"'",
    "<script>alert(1)</script>",
    "| a | b |\n| --- |",
    "[b](javascript:x) ![i](https://x.example/i.png)",
    "`a` ``b`` https://x.example www.x.example $x$ <!-- -->",
    "\x1b[31mred\x07\x00 \x9b \u2028 \u202e \ud800 \ufffe",
    "",
]


def data_of(*checks: Check, agency: str = "Acme", policy: str | None = "audit.toml") -> Any:
    failed = sum(check.fails for check in checks)
    return {
        "ok": failed == 0,
        "agency": agency,
        "as_of": "2026-11-22T11:00:00.5Z",
        "policy": policy,
        "failed": failed,
        "warnings": sum(not check.ok and not check.fails for check in checks),
        "checks": [check_object(check) for check in checks],
    }


def finding(text: str = "jetpack-scan", level: str = "error") -> Check:
    return Check(
        "licenses", False, f"at most 1 {text}", f"2 {text}", f"{text}: too many", level,
        (text,), 3, f"jpcli revoke {text}", "licenses[1]", 7,
    )  # fmt: skip


PASSED = Check("outbox", True, "none", "none", "All is well", key="checks.outbox")


def unescaped(text: str) -> str:
    """What GitHub's runner makes of an annotation's text."""
    for mark, sign in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")):
        text = text.replace(mark, sign)
    return text


# --- the words -----------------------------------------------------------------------------------


def test_the_summary_counts() -> None:
    assert summary(data_of()) == "0 of 0 checks passed"
    assert summary(data_of(PASSED)) == "1 of 1 check passed"
    assert summary(data_of(PASSED, finding(), finding(level="warning"))) == (
        "1 of 3 checks failed, 1 warning"
    )
    assert summary(data_of(finding(level="warning"), finding(level="warning"))) == (
        "0 of 2 checks passed, 2 warnings"
    )


def test_subjects_are_named_and_counted() -> None:
    check = check_object(finding()._replace(subjects=("a", "b", "c"), subjects_total=30))
    assert named_subjects(check) == "a, b, c and 27 more"
    assert named_subjects(check, 2) == "a, b and 28 more"
    assert named_subjects(check_object(PASSED)) == ""
    assert NAMED >= 10


# --- GitHub --------------------------------------------------------------------------------------


def test_findings_are_annotations_at_their_line() -> None:
    lines = list(finding_annotations(data_of(PASSED, finding(), finding(level="warning"))))
    assert lines[0] == (
        "::error file=audit.toml,line=7,title=jpcli audit%3A licenses::jetpack-scan: too many"
        "%0AExpected at most 1 jetpack-scan, found 2 jetpack-scan."
        "%0AWhich: jetpack-scan and 2 more%0AMend it: jpcli revoke jetpack-scan\n"
    )
    assert lines[1].startswith("::warning file=audit.toml,line=7,")
    assert lines[2] == "Acme: 1 of 3 checks failed, 1 warning\n"
    assert len(lines) == 3


@pytest.mark.parametrize("policy", [None, "-"])
def test_without_a_file_there_is_no_place(policy: str | None) -> None:
    line = next(iter(finding_annotations(data_of(finding(), policy=policy))))
    assert line.startswith("::error title=jpcli audit%3A licenses::")


@pytest.mark.parametrize("text", HOSTILE)
def test_a_name_gives_no_command_of_its_own(text: str) -> None:
    data = data_of(finding(text), agency=text, policy=f"{text}.toml")
    output = "".join(finding_annotations(data))
    commands = [line for line in re.split(r"\r\n|\r|\n", output) if re.search("::|##\\[", line)]
    assert len(commands) == 1
    assert commands[0].startswith("::error file=")
    properties, _, message = commands[0].removeprefix("::error ").partition("::")
    assert [part.partition("=")[0] for part in properties.split(",")] == ["file", "line", "title"]
    assert not re.search("%(?!0D|0A|25|3A|2C)", commands[0])
    if text.isprintable():
        assert unescaped(message).startswith(f"{text}: too many\n")
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", output)


@pytest.mark.parametrize("text", HOSTILE)
def test_a_mistake_is_one_annotation(text: str) -> None:
    problems = [Problem("unknown_key", text, text, 3), Problem("bad_toml", None, text)]
    lines = list(problem_annotations(f"{text}.toml", "t", problems))
    assert len(lines) == 2
    for line in lines:
        assert line.startswith("::error file=")
        assert line.count("::") >= 2
        assert not re.search("[\r\n]", line[:-1])
    assert ",line=3," in lines[0]


# --- JUnit ---------------------------------------------------------------------------------------


def test_rules_are_test_cases() -> None:
    text = "".join(junit(data_of(PASSED, finding(), finding(level="warning"))))
    root = ET.fromstring(text)
    assert root.attrib == {"tests": "3", "failures": "1", "skipped": "1", "errors": "0"}
    (suite,) = root
    assert suite.attrib["timestamp"] == "2026-11-22T11:00:00"
    passed, failed, skipped = suite
    assert passed.attrib == {
        "classname": "audit.outbox", "name": "outbox", "file": "audit.toml",
    }  # fmt: skip
    assert list(passed) == []
    (failure,) = failed
    assert failed.attrib["line"] == "7"
    assert failure.attrib == {"message": "jetpack-scan: too many", "type": "licenses"}
    assert failure.text is not None
    assert "which: jetpack-scan and 2 more\nmend it: jpcli revoke jetpack-scan" in failure.text
    assert [child.tag for child in skipped] == ["skipped", "system-out"]


def test_a_case_has_the_same_name_in_every_run() -> None:
    """Whatever is counted or wanted, and wherever in the policy it stands; and no two have one."""
    about = "unassigned jetpack-scan licenses on https://a.example"
    before = [PASSED, finding()._replace(about=about, key="licenses[0]"), finding()]
    after = [
        finding()._replace(about=about, ok=True, expected="at most 9", key="licenses[4]", line=9),
        PASSED,
        finding(),
        finding(),
    ]
    names = [
        [
            case.attrib["name"]
            for case in ET.fromstring("".join(junit(data_of(*found)))).iter("testcase")
        ]
        for found in (before, after)
    ]
    assert names[0] == ["outbox", f"licenses: {about}", "licenses"]
    assert names[1] == [f"licenses: {about}", "outbox", "licenses", "licenses (2)"]


@pytest.mark.parametrize("text", HOSTILE)
def test_a_name_is_no_xml(text: str) -> None:
    document = "".join(junit(data_of(finding(text), finding(text, "warning"), agency=text)))
    root = ET.fromstring(document.encode())
    assert sum(1 for _ in root.iter()) == 7
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\ud800-\udfff\ufffe]", document)
    message = next(root.iter("failure")).attrib["message"]
    if re.fullmatch("[\x20-\x7e\r\n]*", text):
        assert message == f"{text}: too many"


# --- Markdown ------------------------------------------------------------------------------------


def test_the_summary_page() -> None:
    lines = markdown(data_of(PASSED, finding("shop"))).splitlines()
    assert lines[0] == "## ❌ Audit of Acme"
    assert "| ✅ | All is well | none | none |" in lines
    assert "| ❌ | shop\\: too many | at most 1 shop | 2 shop |" in lines
    assert lines[-3:] == [
        "- ❌ shop\\: too many",
        "  - which: shop and 2 more",
        "  - mend it: `jpcli revoke shop`",
    ]
    assert markdown(data_of(PASSED)).startswith("## ✅ Audit of Acme\n")


@pytest.mark.parametrize("text", HOSTILE)
def test_a_name_is_no_markup(text: str) -> None:
    page = markdown(data_of(finding(text), agency=text))
    lines = page.splitlines()
    assert len(lines) == 11
    table = [line for line in lines if line.startswith("|")]
    assert len(table) == 3
    for line in table[2:]:
        assert len(re.findall(r"(?<!\\)\|", line)) == 5
    prose = "\n".join(line for line in lines if "mend it" not in line and "---" not in line)
    assert not re.search(r"(?<!\\)[`<>\[\]!$:](?!\d\d)", prose.replace("which: ", ""))
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u202e]", page)
    command = next(line for line in lines if "mend it" in line).removeprefix("  - mend it: ")
    fence = re.match("`+", command)
    assert fence is not None
    assert command.count(fence[0]) >= 2
    assert f"{fence[0]}`" not in command
