"""What Python compiles in a run of the tests is kept for the next one, and not in the tree."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests import bytecode

NOT_WRITTEN, PREFIX = "PYTHONDONTWRITEBYTECODE", "PYTHONPYCACHEPREFIX"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where it is kept in this test; nothing is set."""
    monkeypatch.setattr(bytecode, "_FOLDER", tmp_path / "kept")
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    monkeypatch.setattr(sys, "pycache_prefix", None)
    for name in (NOT_WRITTEN, PREFIX):
        monkeypatch.setenv(name, "1")
        monkeypatch.delenv(name)
    return tmp_path / "kept"


def test_processes_find_what_others_compiled(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(NOT_WRITTEN, "1")
    bytecode.keep()
    (tmp_path / "made.py").touch()
    subprocess.run([sys.executable, "-c", "import made"], cwd=tmp_path, check=True)
    assert len(list(folder.rglob("made.*.pyc"))) == 1
    assert not (tmp_path / "__pycache__").exists()
    bytecode.forget(str(tmp_path))
    assert list(folder.rglob("made.*.pyc")) == []


def test_where_python_keeps_it_by_itself_nothing_is_changed(folder: Path) -> None:
    bytecode.keep()
    assert (sys.pycache_prefix, os.environ.get(PREFIX)) == (None, None)
    bytecode.forget("/")
    assert not folder.exists()
