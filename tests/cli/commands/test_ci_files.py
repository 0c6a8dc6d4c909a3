"""The jobs for CI systems under docs/: their shell is run as it stands."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import pytest

from tests.cli.conftest import ENTRY

if TYPE_CHECKING:
    from collections.abc import Callable

    Jpcli = Callable[..., Any]
    Runner = Callable[..., subprocess.CompletedProcess[str]]

DOCS = Path(__file__).parents[3] / "docs"
WANTED = """
[sites."https://two.example"]
client = "::error::Two"
products = ["jetpack-boost"]
"""


def github_steps(text: str) -> list[str]:
    """The shell of every `run: |` of a workflow."""
    blocks = re.finditer(r"^( *)run: \|\n((?:\1  .*\n|\n)+)", text, re.MULTILINE)
    return [re.sub(f"^{each[1]}  ", "", each[2], flags=re.MULTILINE) for each in blocks]


def gitlab_script(text: str) -> list[str]:
    """The lines of a job's `script:`."""
    match = re.search(r"^  script:\n((?:    .*\n)+)", text, re.MULTILINE)
    assert match is not None
    return [line[6:] for line in match[1].splitlines() if line.startswith("    - ")]


def jobs_of(text: str, indent: str) -> dict[str, str]:
    """The text of each job, by its name: GitHub's are below `jobs:`, GitLab's at the margin."""
    _, _, text = text.partition("\njobs:\n") if indent else ("", "", text)
    pieces = re.split(rf"^{indent}([a-z]+):\n", text, flags=re.MULTILINE)[1:]
    return dict(zip(pieces[::2], pieces[1::2], strict=True))


@pytest.fixture
def runner(agency: Jpcli, tmp_path: Path) -> Runner:
    """Runs shell as a CI system does (`bash -e`), with a `python -m pip` that installs nothing, and
    a `gh` and a `curl` that write down what they are told."""
    tools = tmp_path / "bin"
    tools.mkdir()
    real = f'exec "{sys.executable}" -c "{ENTRY}" "$@"'
    (tools / "jpcli").write_text(f"#!/bin/sh\n{real}\n")
    (tools / "python").write_text('#!/bin/sh\ntest "$1 $2 $3" = "-m pip install"\n')
    for name in ("gh", "curl"):
        (tools / name).write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" > "{tmp_path}/{name}.told"\n')
    for tool in tools.iterdir():
        tool.chmod(0o755)
    place = tmp_path / "checkout"
    place.mkdir()
    assert agency("audit", "--init", str(place / "audit.toml")).code == 0

    def run(script: str, **more: str) -> subprocess.CompletedProcess[str]:
        env = {
            **os.environ,
            **more,
            "PATH": f"{tools}{os.pathsep}{os.environ['PATH']}",
            "GITHUB_STEP_SUMMARY": str(place / "summary.md"),
            "PYTHONPATH": str(DOCS.parent),
            "LANG": "C.UTF-8",
        }
        command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script]
        return subprocess.run(
            command, cwd=place, env=env, capture_output=True, text=True, check=False
        )

    return run


def test_the_github_workflow_runs_as_it_stands(
    agency: Jpcli, runner: Runner, tmp_path: Path
) -> None:
    text = (DOCS / "ci-github.yml").read_text("utf-8")
    steps = github_steps(text)
    assert len(steps) == len(re.findall(r"^ *run:", text, re.MULTILINE)) == 2
    for step in steps:
        done = runner(step)
        assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("Acme Agency: ")
    agency("issue", "jetpack-scan")
    done = runner(steps[-1])
    assert done.returncode == 1
    assert done.stdout.startswith("::error file=audit.toml,line=")
    summary = (tmp_path / "checkout" / "summary.md").read_text("utf-8")
    assert summary.startswith("## ✅ Audit")
    assert "## ❌ Audit" in summary


def test_the_gitlab_job_runs_as_it_stands(agency: Jpcli, runner: Runner, tmp_path: Path) -> None:
    text = (DOCS / "ci-gitlab.yml").read_text("utf-8")
    lines = gitlab_script(text)
    assert len(lines) == 2
    script = "\n".join(lines)
    assert runner(script).returncode == 0
    agency("issue", "jetpack-scan")
    done = runner(script)
    assert done.returncode == 1
    assert "mend it" in done.stdout
    (report,) = re.findall(r"junit: (\S+)", text)
    root = ET.parse(tmp_path / "checkout" / report).getroot()
    assert int(root.attrib["failures"]) >= 1
    (tmp_path / "checkout" / "audit.toml").write_text("[nothing]\n")
    assert runner(script).returncode == 2


def wanted_of(agency: Jpcli, tmp_path: Path) -> Path:
    """sites.toml of the checkout, with a site that the ledger has not yet."""
    wanted = tmp_path / "checkout" / "sites.toml"
    assert agency("plan", "--init", str(wanted)).code == 0
    wanted.write_text(wanted.read_text() + WANTED)
    return wanted


def boosts(agency: Jpcli) -> list[str]:
    listed = agency("licenses", "list", "--product", "jetpack-boost", "--json").data["licenses"]
    return [found["site"] for found in listed]


def check_drift(runner: Runner, agency: Jpcli, script: str) -> None:
    """Nothing to tell at first; then somebody does something by hand."""
    assert runner(script).returncode == 0
    agency("issue", "jetpack-scan", "--site", "two.example")
    done = runner(script)
    assert done.returncode == 10
    assert "unassign" in done.stdout


def check_plan_file(tmp_path: Path) -> None:
    comment = (tmp_path / "checkout" / "plan.md").read_text("utf-8")
    assert comment.startswith("## Plan of sites")
    assert r"\:\:error\:\:Two" in comment
    assert "| December 2026, a full month |" in comment


def test_the_github_jobs_of_plans_run_as_they_stand(
    agency: Jpcli, runner: Runner, tmp_path: Path
) -> None:
    text = (DOCS / "ci-plan-github.yml").read_text("utf-8")
    jobs = {name: github_steps(job) for name, job in jobs_of(text, "  ").items()}
    assert {name: len(steps) for name, steps in jobs.items()} == {"plan": 3, "apply": 2, "drift": 2}
    assert len(re.findall(r"^ *run:", text, re.MULTILINE)) == 7
    wanted_of(agency, tmp_path)
    names = set(re.findall(r"^          ([A-Z_]+):", text, re.MULTILINE))
    assert names == {"GH_TOKEN", "NUMBER"}
    for _ in range(2):  # a second push to the same change
        for step in jobs["plan"]:
            done = runner(step, GH_TOKEN="t", NUMBER="7")
            assert done.returncode == 0, done.stderr
            assert not re.search(r"^::(?!notice )", done.stdout, re.MULTILINE)
    told = (tmp_path / "gh.told").read_text().split("\n")
    assert told[:3] == ["pr", "comment", "7"]
    assert told[told.index("--body-file") + 1] == "plan.md"
    check_plan_file(tmp_path)
    assert "## Plan of" in (tmp_path / "checkout" / "summary.md").read_text("utf-8")
    assert boosts(agency) == []
    for _ in range(2):  # a job that is run again
        for step in jobs["apply"]:
            done = runner(step, GITHUB_SHA="c0ffee", GITHUB_ACTOR="jo")
            assert done.returncode == 0, done.stderr
    assert boosts(agency) == ["https://two.example"]
    (event,) = agency("log", "--actor", "jo", "--kind", "license.issued", "--json").data["events"]
    assert event["actor"] == "jo"
    check_drift(runner, agency, "\n".join(jobs["drift"]))


def test_the_gitlab_jobs_of_plans_run_as_they_stand(
    agency: Jpcli, runner: Runner, tmp_path: Path
) -> None:
    text = (DOCS / "ci-plan-gitlab.yml").read_text("utf-8")
    jobs = jobs_of(text, "")
    assert list(jobs) == ["default", "variables", "plan", "apply", "drift"]
    wanted_of(agency, tmp_path)
    done = runner(re.sub(r"^ +- ", "", jobs["default"].partition("before_script:\n")[2]))
    assert done.returncode == 0, done.stderr
    given = {
        "NOTES_TOKEN": "t",
        "CI_API_V4_URL": "https://gitlab.example/api/v4",
        "CI_PROJECT_ID": "3",
        "CI_MERGE_REQUEST_IID": "9",
        "GITLAB_USER_LOGIN": "jo",
        "CI_COMMIT_SHA": "c0ffee",
    }
    used = set(
        re.findall(
            r"\$([A-Z_0-9]+)",
            "".join(map("".join, map(gitlab_script, (jobs["plan"], jobs["apply"], jobs["drift"])))),
        )
    )
    assert used == set(given)
    for _ in range(2):
        done = runner("\n".join(gitlab_script(jobs["plan"])), **given)
        assert done.returncode == 0, done.stderr
        assert not re.search("^::", done.stdout, re.MULTILINE)
    told = (tmp_path / "curl.told").read_text()
    assert "body@plan.md\nhttps://gitlab.example/api/v4/projects/3/merge_requests/9/notes" in told
    check_plan_file(tmp_path)
    for _ in range(2):
        done = runner("\n".join(gitlab_script(jobs["apply"])), **given)
        assert done.returncode == 0, done.stderr
    assert boosts(agency) == ["https://two.example"]
    check_drift(runner, agency, "\n".join(gitlab_script(jobs["drift"])))


FILES = ["ci-github.yml", "ci-gitlab.yml", "ci-plan-github.yml", "ci-plan-gitlab.yml"]


@pytest.mark.parametrize("name", FILES)
def test_the_jobs_name_the_ledger_as_the_tests_do(name: str) -> None:
    assert re.search(r"^ +JPCLI_LEDGER: /srv/", (DOCS / name).read_text("utf-8"), re.MULTILINE)
