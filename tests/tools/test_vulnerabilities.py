"""What is said of an audit: found, clean, in part, or not at all; never nothing."""

from __future__ import annotations

import json

import pytest

from tools.release.vulnerabilities import verdict

FOUND = {"id": "CVE-1", "fix_versions": ["2.1"], "aliases": [], "description": ""}
CLEAN = {"name": "a", "version": "1", "vulns": []}
BAD = {"name": "b", "version": "2", "vulns": [FOUND, {**FOUND, "id": "X", "fix_versions": []}]}
UNKNOWN = {"name": "c", "skip_reason": "not found on the index"}


@pytest.mark.parametrize(
    ("packages", "lines", "code"),
    [
        ([CLEAN], ["1 packages audited, no known vulnerability"], 0),
        (
            [CLEAN, BAD],
            ["b 2: CVE-1, mended in 2.1", "b 2: X, mended in no release yet"],
            1,
        ),
        ([CLEAN, UNKNOWN], ["!!! NOT AUDITED: 1 of 2 packages (c)"], 0),
        ([UNKNOWN], ["!!! NOT AUDITED: 1 of 1 packages (each of them)"], 0),
        ([], ["!!! NOT AUDITED: 0 of 0 packages (each of them)"], 0),
        (
            [BAD | {"vulns": [FOUND]}, UNKNOWN],
            ["b 2: CVE-1, mended in 2.1", "!!! NOT AUDITED: 1 of 2 packages (c)"],
            1,
        ),
    ],
)
def test_what_an_answer_comes_to(packages: list[object], lines: list[str], code: int) -> None:
    assert verdict(json.dumps({"dependencies": packages, "fixes": []}), "") == (lines, code)


@pytest.mark.parametrize("answer", ["", "not JSON", "[]", "{}", "null"])
def test_no_answer_is_said_and_does_not_fail(answer: str) -> None:
    lines, code = verdict(answer, "no route to host")
    assert lines == ["!!! pip-audit failed, NO PACKAGE WAS AUDITED: no route to host"]
    assert code == 0
