"""Where what a generator makes goes: into the tree, or below the folder that its call names."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).parents[2]


def write(files: Mapping[str, str]) -> None:
    """Write texts to their paths, which are relative to the root of the tree."""
    root = Path(*sys.argv[1:2]) if sys.argv[1:] else ROOT
    for path, text in files.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, "utf-8")
