"""What is said about installing is done by `.ci/run`, and nothing names another program."""

from __future__ import annotations

import re
import shlex
import sys
import tomllib

import pytest

from jpcli.domain.extras import PACKAGES, install_command
from tests.docs.sessions import ROOT
from tests.docs.test_docs import DOCUMENTS

SPOKEN = [
    *DOCUMENTS,
    *(ROOT / name for name in ("ARCHITECTURE.md", "CHANGELOG.md", ".ci/run", "pyproject.toml")),
    *sorted((ROOT / "docs").rglob("*.yml")),
    *sorted((ROOT / "completions").iterdir()),
    *sorted(path for top in ("jpcli", "tools") for path in (ROOT / top).rglob("*.py")),
]
VERBS = "install|run|inject|add|wheel|download"
INSTALL = rf"\b(?:pip|pipx|uv|uvx)(?: tool| run)? (?:{VERBS})\b([^\n`&|;]*)"


def from_the_index(text: str) -> list[str]:
    """What a text tells to install by a name that is another's, or nobody's yet."""
    words = [word.strip("'\",.)(") for match in re.findall(INSTALL, text) for word in match.split()]
    return [word for word in words if re.fullmatch(r"jpcli(-desk)?([\[=<>~].*)?", word)]


def test_nothing_says_to_install_what_is_not_on_the_index() -> None:
    assert len(SPOKEN) > 100
    found = {path: from_the_index(path.read_text("utf-8")) for path in SPOKEN}
    assert {path: words for path, words in found.items() if words} == {}


@pytest.mark.parametrize(
    "line",
    [
        "python -m pip install 'jpcli[pdf]'",
        "`pip install jpcli`, then",
        "(pipx install jpcli)",
        "uv tool install jpcli-desk",
        "pip install --upgrade jpcli==1",
        "pipx inject jpcli-desk fpdf2",
    ],
)
def test_such_a_line_would_be_seen(line: str) -> None:
    assert from_the_index(line)
    assert not from_the_index("pip install . && jpcli demo\npip install /srv/jpcli_desk-1.whl")


def test_the_ci_script_does_what_the_page_says() -> None:
    script = (ROOT / ".ci/run").read_text("utf-8")
    page = (ROOT / "docs/install.md").read_text("utf-8")
    commands = re.findall(r"^\| `(.+? install \.|python .+?\.py)` \|", page, re.MULTILINE)
    assert len(commands) == 4
    for command in commands:
        assert re.search(rf"^  {re.escape(command)}( |$)", script, re.MULTILINE), command


def test_the_packages_of_hints_are_those_of_the_extras() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = {name: tuple(needs) for name, needs in project["optional-dependencies"].items()}
    assert extras.pop("test")
    assert extras == PACKAGES


def test_a_hint_is_one_command_for_a_shell() -> None:
    command = install_command("pdf", "/home/a b/bin/python")
    assert shlex.split(command) == [
        "/home/a b/bin/python", "-m", "pip", "install", *PACKAGES["pdf"]
    ]  # fmt: skip
    assert sys.executable in install_command("keyring", sys.executable)
