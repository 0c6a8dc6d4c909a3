"""`jpcli settings show`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jpcli.cli.app.invocation import Invocation
from jpcli.cli.app.options import command
from jpcli.cli.shared.result import Result, result_of

if TYPE_CHECKING:
    from jpcli.domain.answers import Answer
    from jpcli.domain.contract.ledger import SettingsAnswer


@command(
    "settings show", reads=True, examples=("jpcli settings show", "jpcli settings show --json")
)
def run(invocation: Invocation) -> Result:
    """Currency and time zone are fixed; `jpcli settings set` changes the others."""
    from jpcli.services.ledger.settings import show

    return shown(invocation, show(invocation.desk()))


def shown(invocation: Invocation, answer: Answer[SettingsAnswer]) -> Result:
    """The settings as facts, as the JSON object, or as one row of a table."""
    if invocation.output.format in ("table", "json"):
        return result_of(answer, view="settings:draw")
    return Result({"settings": [answer.data["settings"]]}, "settings", notes=answer.notes)
