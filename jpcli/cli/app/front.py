"""The front door: what is answered where no command is named.

Imports no service where there is no ledger: what to do first is known without one.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from jpcli.cli.app.options import COMMON, Invocation, given, refuse_foreign
from jpcli.cli.app.runner import execute
from jpcli.cli.shared.result import Result
from jpcli.domain.addresses import is_server, shown, typed
from jpcli.domain.errors import BadInput
from jpcli.domain.words import quoted

if TYPE_CHECKING:
    from jpcli.cli.app.typer_parts import Context
    from jpcli.domain.contract.front import StartAnswer

# The first three steps, as they work one after the other.
FIRST_STEPS = (
    ("Make a ledger", "jpcli init"),
    ("Put a card on file", "jpcli cards add --brand visa --last4 4242 --exp 12/2030"),
    ("Issue a license for a site", "jpcli issue jetpack-scan --site shop.example"),
)


def front_door(context: Context) -> int:
    """`jpcli` by itself: `status` where a ledger is, else what to do first."""
    refuse_foreign(context, "status", COMMON)
    named = {"named": "ledger" in given(context)}
    return execute("status", _status_or_start, given(context), named, changes=False)


def _status_or_start(invocation: Invocation, named: bool) -> Result:
    location = invocation.location
    if not is_server(location) and not os.path.lexists(location):
        return _start(invocation, named)
    try:
        return standing(invocation)
    except BadInput as error:
        if error.code != "no_ledger":
            raise
        return _start(invocation, named)


def _start(invocation: Invocation, named: bool) -> Result:
    """The first steps; they go to the ledger that was `named` on the line, if one was."""
    place = shown(invocation.location)
    there = f" --ledger {quoted(typed(invocation.location))}" if named else ""
    data: StartAnswer = {
        "ledger": place,
        "next": [{"why": why, "command": command + there} for why, command in FIRST_STEPS],
    }
    return Result(data, "next", view="start:draw")


def standing(invocation: Invocation) -> Result:
    """Where things stand: the answer of `status`, whoever gives it."""
    from jpcli.services.status import status

    answer = status(invocation.desk())
    return Result(answer.data, notes=answer.notes, view="status:draw")
