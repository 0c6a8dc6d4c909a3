"""`jpcli status`."""

from __future__ import annotations

from jpcli.cli.app.invocation import Invocation
from jpcli.cli.app.options import command
from jpcli.cli.shared.result import Result


@command("status", reads=True, examples=("jpcli status", "jpcli status --json"))
def run(invocation: Invocation) -> Result:
    from jpcli.services.status import status

    answer = status(invocation.desk())
    return Result(answer.data, notes=answer.notes, view="status:draw")
