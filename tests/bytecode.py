"""Where the tests and the processes that they start keep what Python compiled.

PYTHONDONTWRITEBYTECODE keeps a tree clean, and lets each of some hundred processes compile all of
the command, and each run of the tests all of them. Then it is kept in pytest's own folder.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

_FOLDER = Path(__file__).parents[1] / ".pytest_cache" / "bytecode"
_NOT_WRITTEN, _PREFIX = "PYTHONDONTWRITEBYTECODE", "PYTHONPYCACHEPREFIX"


def keep() -> None:
    """From here on, also in processes that are started."""
    if os.environ.pop(_NOT_WRITTEN, None) is not None:
        os.environ.setdefault(_PREFIX, str(_FOLDER))
        sys.dont_write_bytecode, sys.pycache_prefix = False, os.environ[_PREFIX]


def forget(folder: str) -> None:
    """Of what tests made there, and compiled, nothing is used again."""
    if sys.pycache_prefix == str(_FOLDER):
        shutil.rmtree(f"{_FOLDER}{folder}", ignore_errors=True)
