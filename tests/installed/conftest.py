"""A fresh environment into which a wheel of this tree is installed, once per run."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path
from typing import Any, NamedTuple

import pytest

ROOT = Path(__file__).parents[2]


class Run(NamedTuple):
    """What one call of the command left behind."""

    code: int
    out: str
    err: str

    @property
    def data(self) -> Any:
        """`data` of the JSON on stdout."""
        return json.loads(self.out)["data"]


class Installed:
    """The installed command, called from a folder in which there is no source."""

    def __init__(self, environment: Path, folder: Path) -> None:
        self.wheel = next(environment.parent.glob("*.whl"))
        self.python = environment / "bin" / "python"
        self._command = environment / "bin" / "jpcli"
        self._folder = folder
        self.ledger = folder / "ledger.db"
        self.env = {
            **{name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ},
            "HOME": str(folder),
            "JPCLI_LEDGER": str(self.ledger),
        }

    def __call__(self, *arguments: str, now: str | None = None, stdin: str = "") -> Run:
        """Run `jpcli`; `now` fixes its clock."""
        clock = {} if now is None else {"JPCLI_NOW": now}
        done = subprocess.run(
            [self._command, *arguments],
            cwd=self._folder,
            env={**self.env, **clock},
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
        )
        return Run(done.returncode, done.stdout, done.stderr)

    def ok(self, *arguments: str, **options: Any) -> Run:
        """Run `jpcli`, which has to succeed."""
        run = self(*arguments, **options)
        assert run.code == 0, f"{arguments} ended with {run.code}:\n{run.out}{run.err}"
        return run


@pytest.fixture(scope="session")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A venv with the wheel of this tree; its dependencies are those of the running Python."""
    folder = tmp_path_factory.mktemp("installed")
    source = folder / "source"
    source.mkdir()
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    ignored = shutil.ignore_patterns("__pycache__")
    for name in ("jpcli", "completions"):
        shutil.copytree(ROOT / name, source / name, ignore=ignored)
    quiet = ["--quiet", "--no-deps", "--no-index"]
    pip = [sys.executable, "-m", "pip"]
    _run([*pip, "wheel", *quiet, "--no-build-isolation", "--wheel-dir", folder, source])
    shutil.rmtree(source)
    place = folder / "venv"
    venv.create(place, with_pip=False, symlinks=True)
    (wheel,) = folder.glob("*.whl")
    _run([*pip, "--python", place / "bin" / "python", "install", *quiet, wheel])
    inside = sysconfig.get_path("purelib", vars={"base": str(place)})
    dependencies = sysconfig.get_path("purelib")
    (Path(inside) / "dependencies.pth").write_text(dependencies + "\n")
    return place


def _run(command: list[str | Path]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture
def jpcli(environment: Path, tmp_path: Path) -> Installed:
    """The installed command with a home and a ledger of its own."""
    return Installed(environment, tmp_path)
