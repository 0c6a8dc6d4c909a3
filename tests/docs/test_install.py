"""What is said about installing is done by `.ci/run`, and nothing names another program."""

from __future__ import annotations

import re
import shlex
import sys
import tomllib

import pytest
from packaging.requirements import Requirement

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


def wanted(line: str, extra: str | None) -> tuple[str, frozenset[str], str | None]:
    """Name, bounds and extra of a line of pyproject.toml."""
    needs = Requirement(line)
    return needs.name, frozenset(str(needs.specifier).split(",")), extra


def locked(entry: dict[str, str]) -> tuple[str, frozenset[str], str | None]:
    """The same of what uv.lock says that it was made for."""
    extra = re.search(r"extra == '(\w+)'", entry.get("marker", ""))
    return entry["name"], frozenset(entry["specifier"].split(",")), extra and extra[1]


def test_packages_are_locked_for_what_is_asked_for_now() -> None:
    """As `uv lock --check` says in `.ci/run`, where uv is; docs/install.md has how to renew it."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    packages = tomllib.loads((ROOT / "uv.lock").read_text("utf-8"))["package"]
    (own,) = (package for package in packages if package["name"] == project["project"]["name"])
    lines = {None: project["project"]["dependencies"]}
    lines |= project["project"]["optional-dependencies"]
    asked = {wanted(line, extra) for extra, some in lines.items() for line in some}
    assert {locked(entry) for entry in own["metadata"]["requires-dist"]} == asked
    groups = own["metadata"]["requires-dev"]
    plain = [line for line in project["dependency-groups"]["ci"] if isinstance(line, str)]
    plain += project["dependency-groups"]["lock"]
    assert {locked(entry) for entry in groups["ci"]} == {wanted(line, None) for line in plain}
    (uv,) = (package["version"] for package in packages if package["name"] == "uv")
    assert (ROOT / ".ci/uv.txt").read_text("utf-8").startswith(f"uv=={uv} ")
    sources = {package["source"].get("registry", "") for package in packages if package is not own}
    assert sources == {"https://pypi.org/simple"}
