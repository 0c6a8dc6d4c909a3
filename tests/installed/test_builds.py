"""What is built is the same to the byte wherever it is built, and holds what it has to."""

from __future__ import annotations

import email
import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from jpcli import __version__
from tests.installed.conftest import ROOT

pytestmark = [pytest.mark.installed, pytest.mark.xdist_group("installed")]

# Besides the folders of git and of caches.
TREE = ("jpcli", "tests", "tools", "completions", "docs")


def build(place: Path, umask: int, epoch: str, shift_seconds: int) -> dict[str, bytes]:
    """Both archives of a copy of the tree, by name; its files are as old as a clone's would be."""
    before = os.umask(umask)
    try:
        place.mkdir(parents=True)
        for path in [each for each in ROOT.iterdir() if each.is_file() and each.name != ".git"]:
            shutil.copyfile(path, place / path.name)
        for name in TREE:
            shutil.copytree(
                ROOT / name,
                place / name,
                ignore=shutil.ignore_patterns("__pycache__", "*.db*"),
                copy_function=shutil.copyfile,
            )
        for path in place.rglob("*"):
            os.utime(path, (1_700_000_000 + shift_seconds,) * 2)
        done = subprocess.run(
            [sys.executable, "-m", "hatchling", "build"],
            cwd=place,
            env={**os.environ, "SOURCE_DATE_EPOCH": epoch},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
    finally:
        os.umask(before)
    return {path.name: path.read_bytes() for path in (place / "dist").iterdir()}


def test_two_builds_are_the_same_bytes(tmp_path: Path) -> None:
    one = build(tmp_path / "one", 0o022, "1795000000", 0)
    two = build(tmp_path / "another" / "place", 0o077, "1795000000", 99_999)
    assert set(one) == {
        f"jpcli_desk-{__version__}-py3-none-any.whl",
        f"jpcli_desk-{__version__}.tar.gz",
    }
    assert [name for name in one if one[name] != two[name]] == []
    later = build(tmp_path / "later", 0o022, "1796000000", 0)
    assert [name for name in one if one[name] == later[name]] == []

    wheel, source = ((tmp_path / "one" / "dist" / name) for name in sorted(one))
    with zipfile.ZipFile(wheel) as archive:
        head = email.message_from_bytes(
            archive.read(f"jpcli_desk-{__version__}.dist-info/METADATA")
        )
    assert (head["Name"], head["Version"]) == ("jpcli-desk", __version__)
    assert (head["License-Expression"], head["License-File"]) == ("MIT", "LICENSE")
    assert set(head.get_all("Provides-Extra", ())) == {
        "fonts",
        "keyring",
        "pdf",
        "postgres",
        "test",
    }
    assert head["Requires-Python"] == ">=3.11"
    with tarfile.open(source) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {"LICENSE", "uv.lock", "tools/release/pyz.py", "jpcli/py.typed"} <= names
    assert not {name for name in names if "__pycache__" in name or ".ci" in name}
