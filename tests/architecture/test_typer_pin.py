"""Typer is held below 0.29 because of its start-up: docs/decisions/0001-typer-below-0.29.md."""

from __future__ import annotations

import re
import subprocess
import sys
from importlib.metadata import version

PROGRAM = """
import sys, typer
app = typer.Typer(add_completion=False)
@app.command()
def issue(product: str, quantity: int = 1) -> None: ...
app(["jetpack-scan"], standalone_mode=False)
sys.stdout.write(str("pydantic" in sys.modules))
"""


def test_typer_below_0_29_is_still_needed() -> None:
    major, minor = map(int, re.findall(r"\d+", version("typer"))[:2])
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True
    )
    if (major, minor) < (0, 29):
        assert run.stdout == "False"
    else:
        message = "Typer is lazy about pydantic again: lift the limit in pyproject.toml"
        assert run.stdout == "True", message
