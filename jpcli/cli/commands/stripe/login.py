"""`jpcli stripe login`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jpcli.cli.app.invocation import Invocation
from jpcli.cli.app.options import command
from jpcli.cli.shared.result import Result, result_of

if TYPE_CHECKING:
    from jpcli.ledger.database.connection import Ledger


@command(
    "stripe login",
    reads=True,
    examples=("jpcli stripe login", "pass stripe/key | jpcli stripe login"),
)
def run(
    invocation: Invocation,
) -> Result:
    """Reads the key without showing it, from the terminal or from standard input, checks it at
    Stripe and stores it in the system's keyring: for the ledger, where there is one that collects
    through Stripe, else for all that have no key of their own. STRIPE_API_KEY goes before it."""
    import sys
    from getpass import getpass

    from jpcli.cli.shared.output import is_terminal
    from jpcli.domain.errors import BadInput
    from jpcli.services.collection.stripe.account import login

    if sys.stdin is None or sys.stdin.closed:
        raise BadInput("no_stdin", "Standard input is closed, so there is no key to read")
    if is_terminal(sys.stdin):
        key = getpass("Stripe secret key (not shown): ")
    else:
        key = sys.stdin.readline()
    return result_of(login(key.strip(), _ledger(invocation)), view="notes:draw_nothing")


def _ledger(invocation: Invocation) -> Ledger | None:
    """Without one the key can be stored all the same; one that can't be read is said."""
    from jpcli.domain.errors import BadInput

    try:
        return invocation.desk().ledger
    except BadInput as error:
        if error.code != "no_ledger":
            raise
        return None
