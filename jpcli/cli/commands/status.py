"""`jpcli status`."""

from __future__ import annotations

from jpcli.cli.app.front import standing
from jpcli.cli.app.invocation import Invocation
from jpcli.cli.app.options import command
from jpcli.cli.shared.result import Result


@command("status", reads=True, examples=("jpcli status", "jpcli status --json"))
def run(invocation: Invocation) -> Result:
    return standing(invocation)
