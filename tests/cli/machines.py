"""Machines with zone data of their own: processes that `PYTHONTZPATH` sends to a folder."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from tests import engines
from tests.cli.conftest import Run

# Runs lines one after the other, as `[now, argv]`, because starting Python takes longer than most.
_LINES = """
import json, os, sys
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from jpcli.cli.app.root import run
done = []
for now, argv in json.load(sys.stdin):
    os.environ["JPCLI_NOW"] = now
    out, err = StringIO(), StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = run(argv)
    done.append([code, out.getvalue(), err.getvalue()])
json.dump(done, sys.stdout)
"""
Lines = list[tuple[str, list[str]]]


def run_on(zones: Path, ledger: Path | str, lines: Lines) -> list[Run]:
    """What a machine that has `zones` answers to these lines, in one process of its own."""
    environment = {name: value for name, value in os.environ.items() if name[:6] != "JPCLI_"}
    environment |= {
        "PYTHONTZPATH": str(zones),
        "JPCLI_LEDGER": engines.place(ledger),
        "JPCLI_ACTOR": "ann",
        "NO_COLOR": "1",
    }
    done = subprocess.run(
        [sys.executable, "-c", _LINES],
        input=json.dumps(lines),
        cwd=Path(__file__).parents[2],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return [Run(*each) for each in json.loads(done.stdout)]
