"""What the documents show is what the commands print, and what they name exists."""

from __future__ import annotations

import re
from difflib import unified_diff
from pathlib import Path

import pytest

from tests.docs.sessions import ROOT, Step, play, rewritten, steps_of

DOCUMENTS = [ROOT / "README.md", ROOT / "SECURITY.md", *sorted((ROOT / "docs").rglob("*.md"))]


def assert_current(path: Path, now: str, how: str) -> None:
    shown = path.read_text("utf-8")
    changes = "\n".join(unified_diff(shown.splitlines(), now.splitlines(), "shown", "now", n=1))
    if changes:
        pytest.fail(f"python {how} writes it anew:\n{changes}", pytrace=False)


@pytest.mark.parametrize(
    "path", [path for path in DOCUMENTS if path.name != "commands.md"], ids=lambda path: path.name
)
def test_the_sessions_are_current(path: Path) -> None:
    text = path.read_text("utf-8")
    now = rewritten(text, play(steps_of(text)))
    assert_current(path, now, f"tests/docs/sessions.py {path.relative_to(ROOT)}")


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_links_within_the_project_lead_somewhere(path: Path) -> None:
    for target in re.findall(r"\]\(([^)#:]+)\)", path.read_text("utf-8")):
        assert (path.parent / target).exists(), target


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_tests_that_are_named_exist(path: Path) -> None:
    for target in re.findall(r"`(tests/[\w./]+)`", path.read_text("utf-8")):
        assert (ROOT / target).exists(), target


def test_the_ci_script_runs_the_commands_of_the_readme() -> None:
    script = (ROOT / ".ci/run").read_text("utf-8")
    commands = re.findall(
        r"^python -m pip install .*$", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE
    )
    assert len(commands) == 2
    for command in commands:
        assert re.search(rf"^  {re.escape(command)}$", script, re.MULTILINE)


# --- the player itself ---------------------------------------------------------------------------

SAMPLE = """Text.

<!-- at 2026-11-03T09:00:00Z -->
```console
$ printenv JPCLI_NOW \\
    COLUMNS
old
$ false
$ echo $?; echo wrong >&2
```

```sh
$ not a session
```

```console
$ echo a > file
$ cat file; printf '\\033[1mbold\\033[0m  \\n'
$ printf 'half done\\r\\033[Kdone\\n'
```
"""


def test_sessions_are_played_in_order_in_one_folder() -> None:
    played = play(steps_of(SAMPLE))
    assert [step.output for step in played] == [
        "2026-11-03T09:00:00Z\n100\n",
        "",
        "1\nwrong\n",
        "",
        "a\nbold\n",
        "done\n",
    ]
    text = rewritten(SAMPLE, played)
    assert steps_of(text) == played
    assert text.replace("2026-11-03T09:00:00Z\n100\n", "old\n").startswith("Text.\n\n<!-- at")
    assert "$ not a session\n" in text


def test_license_keys_of_a_run_stand_for_those_in_the_text() -> None:
    shown, other = "scan-a_" + "A" * 25, "scan-b_" + "B" * 25
    actual = "scan-a_" + "x" * 25
    issue = f"printf '%s\\n' {actual[:7]}$(printf 'x%.0s' $(seq 25))"
    steps = [Step(None, issue, shown + "\n"), Step(None, f"echo {shown} {other}", "")]
    played = play(steps)
    assert played[0] == steps[0]
    assert played[1].output == f"{shown} {other}\n"
    (unmapped,) = play([Step(None, issue, "")])
    assert unmapped.output == actual + "\n"
