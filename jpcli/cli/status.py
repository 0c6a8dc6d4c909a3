"""`jpcli status`."""

from __future__ import annotations

from jpcli.cli.invocation import Invocation
from jpcli.cli.options import command
from jpcli.cli.result import Result


@command("status", reads=True, examples=("jpcli status", "jpcli status --json"))
def run(invocation: Invocation) -> Result:
    from jpcli.services.status import status

    answer = status(invocation.desk())
    return Result(answer.data, notes=answer.notes, view="status:draw")
