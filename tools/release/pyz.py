"""Make jpcli.pyz: jpcli and what it needs in one file that any Python 3.11 or newer runs.

python -m pip install uv && python tools/release/pyz.py [FILE]

Other people's packages are those of uv.lock, held against its hashes. Their compiled parts are left
out: they would tie the file to one system, can't be loaded from a zip, and have stand-ins in
Python. Optional extras are left out, too: the file uses what the interpreter that runs it has.
"""

from __future__ import annotations

import compileall
import os
import shutil
import subprocess
import sys
import tempfile
import zipapp
from pathlib import Path
from py_compile import PycInvalidationMode

ROOT = Path(__file__).parents[2]
# sqlite-utils asks for pip, for a command of its own that jpcli never calls.
LEFT_OUT = (".lock", "bin", "share", "pip", "pip-*.dist-info", "**/*.so", "**/*.pyd")


def make(target: Path, source: Path = ROOT) -> None:
    """Install into a folder, compile for the present Python (others read the sources), zip."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        inside = Path(folder) / "jpcli"
        locked = Path(folder) / "locked.txt"
        exported = ("--locked", "--no-default-groups", "--no-emit-project")
        _uv("export", *exported, "--project", source, "--output-file", locked)
        install = ("pip", "install", "--python", sys.executable, "--target", inside)
        _uv(*install, "--require-hashes", "--requirement", locked)
        _uv(*install, "--no-deps", source)
        for pattern in LEFT_OUT:
            for path in list(inside.glob(pattern)):
                shutil.rmtree(path) if path.is_dir() else path.unlink()
        # Whole hashes, because times do not survive; unchecked, because nothing changes in a zip.
        compileall.compile_dir(
            inside,
            quiet=1,
            legacy=True,
            stripdir=folder,
            invalidation_mode=PycInvalidationMode.UNCHECKED_HASH,
        )
        draft = Path(folder) / "jpcli.pyz"
        zipapp.create_archive(
            inside, draft, "/usr/bin/env python3", "jpcli.cli.entry:main", compressed=True
        )
        draft.chmod(0o755)
        shutil.move(draft, target)


def _uv(*arguments: str | Path) -> None:
    command = [sys.executable, "-m", "uv", "--quiet", *arguments]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    place = Path(*sys.argv[1:2]) if sys.argv[1:] else ROOT / "dist" / "jpcli.pyz"
    make(place)
    sys.stdout.write(f"{os.path.relpath(place)}\n")
