"""The scripts of the documents: with either `jq`, interrupted, repeated, and with odd names."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from tests.bench.measuring import find_command
from tests.docs.sessions import ROOT, play, steps_of

PAGE = ROOT / "docs" / "scripts.md"
README = ROOT / "README.md"
ODD = ('O\'Hara & Sons "Ltd"', "*  $HOME; two  spaces", "-n", "`id`", "é 漢字", "a\\b", "#x")


class Shell:
    """Runs scripts with `jpcli` on a ledger of their own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        path = [str(Path(find_command(folder)).parent), os.environ["PATH"]]
        self.env = {
            "PATH": os.pathsep.join(path),
            "HOME": str(folder),
            "PYTHONPATH": str(ROOT),
            "LANG": "C.UTF-8",
            "JPCLI_ACTOR": "cron",
        }

    def __call__(self, script: str, code: int = 0, **more: str) -> str:
        done = subprocess.run(
            ["bash", "-c", script],
            cwd=self.folder,
            env={**self.env, **more},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == code, done.stderr
        return done.stdout

    def start(self, script: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            ["bash", "-c", script],
            cwd=self.folder,
            env=self.env,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def licenses(self) -> list[dict[str, Any]]:
        lines = self("jpcli licenses list --format ndjson --limit 0").splitlines()
        return [json.loads(line) for line in lines]


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    shell = Shell(tmp_path)
    shell("jpcli init --name Acme && jpcli cards add --brand visa --last4 4242 --exp 12/2090")
    return shell


def blocks(path: Path) -> dict[str, str]:
    """The `sh` blocks of a page; those with a comment `file NAME` above them by that name."""
    found = re.finditer(
        r"(?:<!-- file (\S+) -->\n)?```sh\n(.*?)```\n", path.read_text("utf-8"), re.DOTALL
    )
    return {block[1] or str(number): block[2] for number, block in enumerate(found)}


def test_the_page_says_the_same_with_the_jq_of_the_library(
    jq_stand_in: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page itself is played elsewhere, with the program where there is one."""
    monkeypatch.setenv("PATH", f"{jq_stand_in}{os.pathsep}{os.environ['PATH']}")
    found = Path(str(subprocess.check_output(["sh", "-c", "command -v jq"], text=True)).strip())
    assert found.parent == jq_stand_in
    steps = steps_of(PAGE.read_text("utf-8"))
    assert sum("jq" in step.command for step in steps) >= 8
    assert play(steps) == steps


def test_no_command_of_the_page_fails_unless_it_says_so() -> None:
    for step in steps_of(PAGE.read_text("utf-8")):
        if "✗" in step.output:
            assert "exit" in step.output, step.command
        assert "Traceback" not in step.output
        assert "jq: error" not in step.output


# --- the loop ------------------------------------------------------------------------------------


def test_an_interrupted_loop_is_run_again_and_nothing_is_done_twice(shell: Shell) -> None:
    (shell.folder / "orders.sh").write_text(blocks(PAGE)["orders.sh"])
    orders = [(number, "jetpack-scan" if number % 2 else "jetpack-ai", 2) for number in range(6)]
    text = "".join(f"{number},{product},{count}\n" for number, product, count in orders)
    (shell.folder / "orders.csv").write_text(text)
    run = "sh orders.sh < orders.csv"
    for issued in (1, 5):  # killed in the middle, twice
        process = shell.start(run)
        deadline = time.monotonic() + 60
        while len(shell.licenses()) < issued and time.monotonic() < deadline:
            time.sleep(0.01)
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        assert issued <= len(shell.licenses()) <= 12
    shell(run)
    products = [item["product"] for item in shell.licenses()]
    assert (products.count("jetpack-ai"), products.count("jetpack-scan")) == (6, 6)
    before = shell("jpcli ledger check --json")
    shell(run)
    assert shell("jpcli ledger check --json") == before


def test_a_loop_stops_at_what_waiting_does_not_mend(shell: Shell) -> None:
    (shell.folder / "orders.sh").write_text(blocks(PAGE)["orders.sh"])
    orders = "printf '1,jetpack-scan,1\\n2,no-such-product,1\\n3,jetpack-scan,1\\n'"
    shell(f"{orders} | sh orders.sh", code=1)
    assert len(shell.licenses()) == 1


def test_a_repeated_command_answers_in_the_same_columns(shell: Shell) -> None:
    command = "jpcli issue jetpack-scan --quantity 2 --idempotency-key k --quiet --format "
    for form in ("tsv", "csv", "json", "ndjson", "md"):
        assert shell(command + form) == shell(command + form)


# --- exit codes ----------------------------------------------------------------------------------


def test_the_case_on_exit_codes(shell: Shell) -> None:
    script = blocks(PAGE)["0"]
    assert "case $? in" in script
    shell(script, site="a.example")
    assert [item["site"] for item in shell.licenses()] == ["https://a.example"]
    shell(script, site="not a site", code=1)
    shell("jpcli cards remove 4242 --yes")
    shell(script, site="b.example", code=1)


# --- odd names -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ODD)
def test_names_survive_every_pipe(shell: Shell, name: str) -> None:
    shell('jpcli clients add -- "$NAME" && jpcli clients add plain', NAME=name)
    shell('jpcli issue jetpack-scan --site a.example --client="$NAME"', NAME=name)
    for names in (
        "jpcli clients list --format ndjson | jq -j '.client + \"\\u0000\"'",
        "jpcli clients list --format tsv | tail -n +2 | cut -f 1 | tr '\\n' '\\0'",
    ):
        shown = shell(f"{names} | xargs -0 -n 1 printf '%s\\n' --")
        assert sorted(shown.replace("--\n", "").splitlines()) == sorted([name, "plain"])
        counted = shell(f"{names} | xargs -0 -I '{{}}' jpcli licenses count --client='{{}}' --json")
        totals = [json.loads(line)["data"]["total"] for line in counted.splitlines()]
        assert sorted(totals) == [0, 1]


def test_odd_names_survive_a_plan_file(shell: Shell) -> None:
    for number, name in enumerate(ODD):
        shell(
            f'jpcli issue jetpack-scan --site {number}.example --client="$NAME"',
            NAME=name,
        )
    shell("jpcli plan --init 'all sites.toml'")
    assert shell("jpcli plan 'all sites.toml' --detailed-exitcode | wc -l").strip() == "1"
    shell("jpcli plan - < 'all sites.toml' --detailed-exitcode")


# --- the README ----------------------------------------------------------------------------------


def _scripting_part() -> str:
    text = README.read_text("utf-8")
    part = re.search(r"^## In scripts and CI jobs\n(.*?)^## ", text, re.DOTALL | re.MULTILINE)
    assert part is not None
    return part[1]


def test_every_command_of_the_readmes_scripting_part_is_run(shell: Shell) -> None:
    """Its sessions are played with the page; what it names in its text is run here."""
    named = set(re.findall(r"`(jpcli [^`]*|--[^`]*|[A-Z]+_[A-Z]+)`", _scripting_part()))
    history, prices = "history.ndjson", ROOT / "tests" / "data" / "prices.csv"
    run = {
        "--json": "jpcli status --json | jq -e .data",
        "--yes": "jpcli revoke $(jpcli issue jetpack-scan | tail -n 1 | cut -f 1) --yes",
        "--from FILE": (
            "printf 'product\\njetpack-scan\\n' > rows.csv && jpcli issue --from rows.csv"
        ),
        "--idempotency-key KEY": "jpcli issue jetpack-scan --idempotency-key KEY",
        "--dry-run": "jpcli issue jetpack-scan --dry-run",
        "--at TIME": "jpcli clients add Ann --at $(date -u +%Y-%m-%dT00:00:00Z)",
        "--format json|ndjson|csv|excel|tsv|md": (
            "for f in json ndjson csv excel tsv md; do jpcli licenses list --format $f; done"
        ),
        "JPCLI_LEDGER": "JPCLI_LEDGER=other.db jpcli init && test -f other.db",
        "JPCLI_ACTOR": "JPCLI_ACTOR=eve jpcli clients add Eve && jpcli log --actor eve | grep eve",
        "jpcli ledger import": (
            f"jpcli ledger export --format ndjson > {history} && jpcli ledger import {history}"
        ),
        "jpcli products import": f"jpcli products import '{prices}'",
        "jpcli completion bash|zsh|fish": (
            "for s in bash zsh fish; do jpcli completion $s | grep jpcli; done"
        ),
        "jpcli completion --help": "jpcli completion --help",
    }
    unknown = {name for name in named if name not in run and not _in_a_session(name)}
    assert not unknown, "run these here, too"
    for script in run.values():
        shell(f"set -e -o pipefail; {script}")


def _in_a_session(name: str) -> bool:
    """Whether a document plays a command that has all the words of this one."""
    words = [word for word in name.split() if not word.isupper()]
    pages = [README, *sorted((ROOT / "docs").rglob("*.md"))]
    steps = (step.command for page in pages for step in steps_of(page.read_text("utf-8")))
    return any(all(word in command for word in words) for command in steps)
