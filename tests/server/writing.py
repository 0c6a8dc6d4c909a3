"""A process that issues licenses, one order after the other."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

# A line an order, as soon as it is answered: how it ended, and what was said.
_ISSUES = """
import io, json, sys
from contextlib import redirect_stdout
from jpcli.cli.app.root import run
for number in range(int(sys.argv[1])):
    said = io.StringIO()
    with redirect_stdout(said):
        code = run(["issue", "jetpack-scan", "--json"])
    print(json.dumps([code, said.getvalue()]), flush=True)
"""


class Writer:
    """Issues `count` licenses at the ledger of the environment; `file` takes the answers."""

    def __init__(self, file: Path, count: int) -> None:
        self._file = file
        with file.open("wb") as answers:
            command = [sys.executable, "-c", _ISSUES, str(count)]
            self.process = subprocess.Popen(command, stdout=answers)

    def answers(self) -> list[Any]:
        """(exit code, what was said) of each order that is answered by now."""
        lines = self._file.read_text().splitlines(keepends=True)
        return [json.loads(line) for line in lines if line.endswith("\n")]

    def finished(self, timeout_seconds: float = 120) -> list[str]:
        """The keys of all orders, none of which failed."""
        assert self.process.wait(timeout_seconds) == 0
        found = self.answers()
        assert [answer for answer in found if answer[0] != 0] == []
        return [key for _, said in found for key in _keys(said)]


def _keys(said: str) -> list[str]:
    return [row["license_key"] for row in json.loads(said)["data"]["licenses"]]
