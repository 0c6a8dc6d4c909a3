"""`jpcli jetpack login`."""

from __future__ import annotations

from jpcli.cli.app.invocation import Invocation
from jpcli.cli.app.options import command
from jpcli.cli.app.secret import ledger_if_any, read_secret
from jpcli.cli.shared.result import Result, result_of


@command(
    "jetpack login",
    reads=True,
    examples=("jpcli jetpack login", "pass jetpack/token | jpcli jetpack login"),
)
def run(
    invocation: Invocation,
) -> Result:
    """Reads the token without showing it, from the terminal or from standard input, asks Jetpack
    for the price list with it and stores it in the system's keyring: for the ledger, where there is
    one whose licenses are Jetpack's, else for all that have no token of their own.
    JETPACK_LICENSING_TOKEN goes before it."""
    from jpcli.services.jetpack.login import login

    token = read_secret("Jetpack Licensing API token (not shown): ", "token")
    return result_of(login(token, ledger_if_any(invocation)), view="notes:draw_nothing")
