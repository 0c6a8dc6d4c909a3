"""The accounting programs that journals are written for, where they are installed."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
import warnings
from pathlib import Path

import pytest

_MISSING = "{} is not installed: WHETHER IT ACCEPTS OUR JOURNALS IS NOT TESTED"


def bean_check(path: Path) -> str:
    """What Beancount has against a file; nothing where it is right."""
    if importlib.util.find_spec("beancount") is None:
        _skip("beancount")
    return _said([sys.executable, "-m", "beancount.scripts.check", str(path)])


def hledger(path: Path, *words: str) -> str:
    """What hledger says of a file."""
    found = shutil.which("hledger")
    if found is None:
        _skip("hledger")
    return _said([str(found), "-f", str(path), *words])


def _said(argv: list[str]) -> str:
    done = subprocess.run(argv, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0 or done.stderr, argv
    return done.stdout + done.stderr


def _skip(program: str) -> None:
    message = _MISSING.format(program)
    warnings.warn(pytest.PytestWarning(message), stacklevel=3)
    pytest.skip(message)
