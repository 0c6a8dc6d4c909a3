"""What the documents' commands need beside `jpcli`."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pytest

STAND_IN = Path(__file__).with_name("jq_stand_in.py")


@pytest.fixture(scope="session")
def jq_stand_in(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a `jq` in it."""
    folder = tmp_path_factory.mktemp("jq")
    program = folder / "jq"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{STAND_IN}" "$@"\n')
    program.chmod(0o755)
    return folder


@pytest.fixture(autouse=True)
def _a_jq(jq_stand_in: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No machine is without `jq`, so that no test has to be left out."""
    if shutil.which("jq") is None:
        monkeypatch.setenv("PATH", f"{os.environ['PATH']}{os.pathsep}{jq_stand_in}")
