"""Every generator runs, and what it makes is what the tree holds."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
GENERATORS = sorted((ROOT / "tools").glob("*.py"))


@pytest.mark.parametrize("generator", GENERATORS, ids=lambda path: path.stem)
def test_what_it_makes_is_current(generator: Path, tmp_path: Path) -> None:
    """Called from a strange folder, with nothing but the path of the file."""
    done = subprocess.run(
        [sys.executable, generator, tmp_path],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    made = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert made
    for path in made:
        name = path.relative_to(tmp_path)
        shown, now = (ROOT / name).read_text("utf-8"), path.read_text("utf-8")
        assert shown == now, f"python tools/{generator.name} writes {name} anew"
