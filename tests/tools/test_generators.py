"""Every generator runs, and what it makes is what the tree holds."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tools.shared.comments import declared_in

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


def test_two_classes_of_one_name_are_no_class_of_the_contract(tmp_path: Path) -> None:
    for name in ("one.py", "two.py"):
        (tmp_path / name).write_text('_From = TypedDict("_From", {"from": str})  # whose?\n')
    with pytest.raises(ValueError, match="_From is the name of another class"):
        declared_in(sorted(tmp_path.iterdir()))
