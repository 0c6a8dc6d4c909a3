"""A secret that is typed unseen or comes from a pipe, and the ledger that it is for."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from jpcli.cli.shared.output import is_terminal
from jpcli.domain.errors import BadInput

if TYPE_CHECKING:
    from jpcli.cli.app.invocation import Invocation
    from jpcli.ledger.database.connection import Ledger


def read_secret(prompt: str, what: str) -> str:
    """A line from the terminal, which does not show it, or from standard input; BadInput `no_stdin`
    where that is closed. `what` it is called is for the error."""
    if sys.stdin is None or sys.stdin.closed:
        message = f"Standard input is closed, so there is no {what} to read"
        raise BadInput("no_stdin", message)
    if is_terminal(sys.stdin):
        from getpass import getpass

        return getpass(prompt).strip()
    return sys.stdin.readline().strip()


def ledger_if_any(invocation: Invocation) -> Ledger | None:
    """Without one a secret can be stored all the same; one that can't be read is said."""
    try:
        return invocation.desk().ledger
    except BadInput as error:
        if error.code != "no_ledger":
            raise
        return None
