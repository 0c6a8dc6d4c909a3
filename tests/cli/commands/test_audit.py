"""`jpcli audit` as CI runs it: exit codes, formats, files; the jobs under docs/ as they stand."""

from __future__ import annotations

import json
import os
import re
import stat
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import pytest

from tests.cli.conftest import ENTRY, run_on_terminal
from tests.cli.test_imports import HEAVY, loaded, tops

if TYPE_CHECKING:
    from collections.abc import Callable

    Jpcli = Callable[..., Any]

DOCS = Path(__file__).parents[3] / "docs"
GOOD = "[unassigned]\nat_most = 100\n"
FAILING = "[unassigned]\nat_most = 0\n"


@pytest.fixture
def policy(tmp_path: Path) -> Callable[[str], str]:
    """The path of a policy with this text."""

    def write(text: str) -> str:
        path = tmp_path / "audit.toml"
        path.write_text(text, "utf-8")
        return str(path)

    return write


# --- the contract --------------------------------------------------------------------------------


def test_a_good_ledger_is_exit_0(agency: Jpcli) -> None:
    done = agency("audit", "--json")
    assert (done.code, done.data["ok"], done.data["failed"]) == (0, True, 0)
    for check in done.data["checks"]:
        assert {"rule", "ok", "expected", "actual", "message"} <= set(check)
        assert check["ok"] is True


def test_a_finding_is_exit_1_in_every_format(agency: Jpcli, policy: Callable[[str], str]) -> None:
    path = policy(FAILING)
    for form in ("table", "json", "ndjson", "csv", "tsv", "md", "junit", "github"):
        assert agency("audit", "--policy", path, "--format", form).code == 1, form
        assert agency("--format", form, "audit", "--policy", path).code == 1, form
    data = agency("audit", "--policy", path, "--json").data
    assert data["ok"] is False
    (check,) = data["checks"]
    assert (check["rule"], check["line"], check["subjects_total"]) == ("unassigned", 2, 5)


def test_a_warning_is_exit_0(agency: Jpcli, policy: Callable[[str], str]) -> None:
    done = agency("audit", "--policy", policy(FAILING + 'level = "warning"'), "--json")
    assert (done.code, done.data["ok"], done.data["warnings"]) == (0, True, 1)


def test_a_wrong_policy_is_exit_2_with_every_mistake(
    agency: Jpcli, policy: Callable[[str], str]
) -> None:
    path = policy("[unassigned]\nmax = 3\n[bill]\nat_most = 'x'\n")
    done = agency("audit", "--policy", path, "--json")
    assert done.code == 2
    assert (done.error["code"], done.error["subject"]) == ("bad_policy", path)
    assert [(each["line"], each["subject"]) for each in done.error["problems"]] == [
        (2, "unassigned.max"),
        (4, "bill.at_most"),
    ]
    assert f"{path}, line 2: unassigned.max:" in done.error["message"]
    assert "did you mean at_most?" in done.error["message"]
    plain = agency("audit", "--policy", path)
    assert (plain.code, plain.out) == (2, "")
    assert "line 4: bill.at_most: must be an amount" in plain.err


def test_a_wrong_policy_is_annotated_on_github(agency: Jpcli, policy: Callable[[str], str]) -> None:
    path = policy("[unassigned]\nmax = 3\n[bill]\nat_most = 'x'\n")
    done = agency("audit", "--policy", path, "--format", "github")
    assert done.code == 2
    first, second = done.out.splitlines()
    assert first.startswith(f"::error file={path},line=2,title=jpcli%3A bad_policy::")
    assert ",line=4," in second
    missing = agency("audit", "--policy", path + "x", "--format", "github")
    assert missing.code == 2
    assert missing.out.startswith("::error title=jpcli%3A no_such_file::")


def test_no_ledger_is_no_pass(jpcli: Jpcli) -> None:
    done = jpcli("audit", "--json")
    assert (done.code, done.error["code"]) == (2, "no_ledger")


def test_one_thing_at_a_time(agency: Jpcli, tmp_path: Path) -> None:
    done = agency("audit", "--policy", "a.toml", "--init", str(tmp_path / "b.toml"))
    assert done.code == 2
    assert not (tmp_path / "b.toml").exists()


def test_only_the_audit_has_the_formats_of_ci(agency: Jpcli) -> None:
    for form in ("junit", "github"):
        done = agency("licenses", "count", "--format", form)
        assert (done.code, done.out) == (2, "")
        assert agency("--format", form, "licenses", "count").code == 2
    assert agency("audit", "--format", "html").code == 2


def test_the_policy_may_come_from_a_pipe(agency: Jpcli) -> None:
    done = subprocess.run(
        [sys.executable, "-c", ENTRY, "audit", "--policy", "-", "--format", "github"],
        input=FAILING.encode(),
        capture_output=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stdout.startswith(b"::error title=jpcli audit%3A unassigned::")


# --- what it prints ------------------------------------------------------------------------------


def test_a_terminal_says_what_to_do(agency: Jpcli, policy: Callable[[str], str]) -> None:
    done = run_on_terminal("audit", "--policy", policy(GOOD + "days_at_most = 1"))
    assert done.code == 1
    text = re.sub(r"\x1b\[[0-9;]*m", "", done.out)
    assert "  ✓ Unassigned licenses: 5, as wanted (at most 100)\n" in text
    assert "  ✗ 5 licenses have been on no site, and billed, for more than 1 day\n" in text
    assert "    mend it   jpcli licenses list --state unassigned --sort issued\n" in text
    assert "  1 of 2 checks failed\n" in text


def test_junit_is_well_formed(agency: Jpcli, policy: Callable[[str], str]) -> None:
    done = agency("audit", "--policy", policy(FAILING), "--format", "junit")
    root = ET.fromstring(done.out)
    assert root.attrib["failures"] == "1"


def test_the_summary_is_appended(
    agency: Jpcli, policy: Callable[[str], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = tmp_path / "summary.md"
    page.write_text("Before\n")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(page))
    for form in ("github", "json"):
        assert agency("audit", "--policy", policy(FAILING), "--format", form).code == 1
    text = page.read_text("utf-8")
    assert text.startswith("Before\n## ❌ Audit of Acme Agency\n")
    assert text.count("## ❌ Audit") == 2
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "none" / "summary.md"))
    done = agency("audit", "--json")
    assert done.code == 0
    assert [note["code"] for note in done.json["notes"]] == ["default_checks", "no_summary"]


def test_the_schema_is_printed(jpcli: Jpcli) -> None:
    done = jpcli("audit", "--schema")
    assert (done.code, json.loads(done.out)["title"]) == (0, "Audit policy of jpcli")


def test_a_policy_is_written_once(agency: Jpcli, tmp_path: Path) -> None:
    target = str(tmp_path / "new.toml")
    assert agency("audit", "--init", target).code == 0
    assert agency("audit", "--policy", target).code == 0
    again = agency("audit", "--init", target, "--json")
    assert (again.code, again.error["code"]) == (3, "file_exists")


# --- the ledger ----------------------------------------------------------------------------------


@pytest.mark.file("the mode of a file")
def test_a_read_only_ledger_is_enough(
    agency: Jpcli, policy: Callable[[str], str], tmp_path: Path
) -> None:
    path = policy(GOOD + "[checks]\nledger_check = true\none_per_family = true\n")
    ledger = Path(os.environ["JPCLI_LEDGER"])
    place = tmp_path / "mount"
    place.mkdir()
    copy = place / "ledger.db"
    copy.write_bytes(ledger.read_bytes())
    copy.chmod(stat.S_IRUSR)
    place.chmod(stat.S_IRUSR | stat.S_IXUSR)
    try:
        assert agency("audit", "--policy", path, "--ledger", str(copy)).code == 0
    finally:
        place.chmod(stat.S_IRWXU)
    assert copy.read_bytes() == ledger.read_bytes()


@pytest.mark.file("what is loaded for a ledger in a file")
def test_only_what_is_needed_is_loaded(agency: Jpcli, policy: Callable[[str], str]) -> None:
    modules = loaded("audit", "--policy", policy(FAILING), "--json", code=1)
    assert not tops(modules) & (HEAVY | {"rich", "tomlkit", "xml", "decimal", "platformdirs"})
    assert not {name for name in modules if name.startswith("jpcli.cli.views")}
    assert "tomllib" not in loaded("audit", "--json")
    assert not tops(loaded("audit", "--help")) & (HEAVY | {"rich", "tomllib", "sqlite3"})
