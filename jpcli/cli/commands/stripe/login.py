"""`jpcli stripe login`."""

from __future__ import annotations

from jpcli.cli.app.invocation import Invocation
from jpcli.cli.app.options import command
from jpcli.cli.app.secret import ledger_if_any, read_secret
from jpcli.cli.shared.result import Result, result_of


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
    from jpcli.services.collection.stripe.account import login

    key = read_secret("Stripe secret key (not shown): ", "key")
    return result_of(login(key, ledger_if_any(invocation)), view="notes:draw_nothing")
